/* question_concepts.h - what the words of a question stand for, with their related words. */
#ifndef JOBS_ASK_QUESTION_CONCEPTS_H
#define JOBS_ASK_QUESTION_CONCEPTS_H

#include "jobs/ask/parser.h"

/* Sets the question's concepts: the tokens that no step used and that say something. */
void question_concepts_find(struct parser *parser);

#endif
