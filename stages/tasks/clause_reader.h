/* clause_reader.h - asks the model for the sentiment of clauses, each once: answers are saved, and
 * clauses that were read before cost nothing. */
#ifndef STAGES_TASKS_CLAUSE_READER_H
#define STAGES_TASKS_CLAUSE_READER_H

#include "pipeline/stage.h"
#include "stages/tasks/sentiment.h"

struct clause_reader {
    const struct stage_context *stage_context; /* borrowed */
    struct token_limits token_limits;
    struct sentiment_predictor sentiment;
};

bool clause_reader_open(struct clause_reader *reader, const struct stage_context *stage_context,
                        struct error *error);

/* Fills probabilities[i] of each clause; all zero for a clause that does not fit the window. */
bool clause_reader_predict(const struct clause_reader *reader, struct text_array clauses,
                           struct sentiment_probabilities *probabilities, struct error *error);

#endif
