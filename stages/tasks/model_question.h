/* model_question.h - the question that the model reads before an answer. */
#ifndef STAGES_TASKS_MODEL_QUESTION_H
#define STAGES_TASKS_MODEL_QUESTION_H

#include "pipeline/record.h"

/* The record's question; or, if it asks for praise or complaints, a question of
 * data/model_questions.tsv that asks the same. The words of a customer's own question can mislead
 * the model: it reads "What new features would you like to see?" as praise. Empty without a
 * question. Not owned.
 */
struct text model_question(const struct record *record);

#endif
