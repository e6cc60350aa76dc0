/* clause_reader.h - asks the model for the sentiment of clauses, and which sentences can be quoted,
 * each once: answers are saved, and clauses that were read before cost nothing. */
#ifndef STAGES_TASKS_CLAUSE_READER_H
#define STAGES_TASKS_CLAUSE_READER_H

#include "pipeline/stage.h"
#include "stages/tasks/quote_classifier.h"

struct clause_reader {
    const struct stage_context *stage_context; /* borrowed */
    struct token_limits token_limits;
    struct sentiment_predictor sentiment;
    struct quote_classifier quote_classifier; /* refers to `sentiment` */
};

/* The reader must not move afterwards. */
bool clause_reader_open(struct clause_reader *reader, const struct stage_context *stage_context,
                        struct error *error);

/* Fills probabilities[i] of each clause; all zero for a clause that does not fit the window. */
bool clause_reader_predict(const struct clause_reader *reader, struct text_array clauses,
                           struct sentiment_probabilities *probabilities, struct error *error);

/* Whether the model has learned to recognize quotes. */
bool clause_reader_knows_quotes(const struct clause_reader *reader);

/* Fills probabilities[i] of each sentence, without a full stop at its end; all zero for one that
 * does not fit the window. Only for a model that knows quotes. */
bool clause_reader_predict_quotes(const struct clause_reader *reader, struct text_array sentences,
                                  struct quote_probabilities *probabilities, struct error *error);

#endif
