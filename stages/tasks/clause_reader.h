/* clause_reader.h - asks the model for the sentiment of clauses, which sentences can be quoted, and
 * how good texts of points are, each once: answers are saved, and what was read before costs
 * nothing. */
#ifndef STAGES_TASKS_CLAUSE_READER_H
#define STAGES_TASKS_CLAUSE_READER_H

#include "pipeline/stage.h"
#include "stages/tasks/state_classifier.h"

/* Sections of a model file, for state_classifier.h. Their classes are the fields of the structures
 * below, in their order; "quotes" has two more, for neither and both. training/quotes.py and
 * training/point_texts.py learn them from texts that were read. */
#define QUOTES_SECTION "quotes"
#define POINT_TEXTS_SECTION "point_texts"
enum { QUOTE_CLASSES = 6, POINT_TEXT_CLASSES = 3 };

/* Whether a sentence can be quoted alone in a list of praise or of complaints: it is meant so, says
 * something definite, and is understood without its record. Probabilities; their sum is at
 * most 1. */
struct quote_probabilities {
    double praise, complaint;
    double weak_praise, weak_complaint; /* but general, or unclear without the record */
};

/* Whether a clause, cut by rule, is a good text of a point. Probabilities; their sum is 1. */
struct point_text_grades {
    double poor; /* something is missing, or it is no opinion */
    double fair; /* understood, but vague or clumsy */
    double good; /* complete, definite, understood alone */
};

struct clause_reader {
    const struct stage_context *stage_context; /* borrowed */
    struct token_limits token_limits;
    struct sentiment_predictor sentiment;
    struct state_classifier quotes, point_texts; /* refer to `sentiment` */
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

/* Whether the model has learned to grade texts of points. */
bool clause_reader_knows_point_texts(const struct clause_reader *reader);

/* Fills grades[i] of each text of a point; all zero for one that does not fit the window. Only for
 * a model that knows them. */
bool clause_reader_grade_point_texts(const struct clause_reader *reader, struct text_array texts,
                                     struct point_text_grades *grades, struct error *error);

#endif
