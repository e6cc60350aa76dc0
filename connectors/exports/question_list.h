/* question_list.h - answers of a survey that are a list of objects, each with its question:
 * "answers": [{"question": "What did you like?", "answer": "The view"}]. The names of the members
 * are in data/question_members.tsv. */
#ifndef CONNECTORS_EXPORTS_QUESTION_LIST_H
#define CONNECTORS_EXPORTS_QUESTION_LIST_H

#include <stdbool.h>

#include "connectors/columns/field_list.h"

/* Whether the record has such a list of two or more, in which at least one question asks. */
bool question_list_exists(const struct fields *fields);

/* Replaces the fields of each object that has a question and an answer by one field: the answer,
 * named by the question. The question may be in another object with the id that the answer refers
 * to. If a question is repeated, its answers are joined by ", ". */
void question_list_flatten(struct fields *fields);

#endif
