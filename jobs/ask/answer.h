/* answer.h - prints the answer to a question: figures first, then sentences of customers. */
#ifndef JOBS_ASK_ANSWER_H
#define JOBS_ASK_ANSWER_H

#include <stdio.h>

#include "jobs/ask/key_points.h"
#include "jobs/ask/search.h"

enum { ANSWER_NEAREST = 3 }; /* sentences that are shown if there is no answer */

struct answer {
    const struct question *question;
    const struct search_result *result;
    const struct answer_point *points;
    size_t point_count;
    struct text sentence; /* composed from the quotes; empty: none */
    const struct corpus *corpus;
    size_t max_quotes;
    bool shows_sql;
};

/* For a person. */
void answer_print(FILE *out, const struct answer *answer);

/* A line of JSON: question, found, confidence, filter, sql, counts, sentence, key_points,
 * quotes. */
void answer_print_json(FILE *out, const struct answer *answer);

#endif
