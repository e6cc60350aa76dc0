/* question.h - what a question asks for: which records, and which words. */
#ifndef JOBS_ASK_QUESTION_H
#define JOBS_ASK_QUESTION_H

#include "jobs/ask/concept.h"
#include "jobs/ask/corpus.h"
#include "jobs/ask/time_span.h"

/* A column must have one of these values. A record without a value passes if its text has one of
 * the words of `mention_query`: a mail has no column `product`, but may name it. */
struct value_filter {
    size_t column;        /* index into corpus.columns */
    const size_t *values; /* indexes of the column's values */
    size_t value_count;
    struct text mention_query; /* of FTS5; empty: records without a value do not pass */
};

enum { MAX_VALUE_FILTERS = 8 };

struct question {
    struct text text;
    struct text unfiltered; /* the words that no filter uses */
    struct time_span time_span;
    struct value_filter filters[MAX_VALUE_FILTERS];
    size_t filter_count;
    int64_t stars;                  /* 1 to 5; 0: any */
    enum sentiment polarity;        /* what it asks for: negative or positive; undetected: both */
    const struct concept *concepts; /* the words that are left */
    size_t concept_count;
};

/* What questions are understood by. All borrowed. */
struct question_context {
    const struct corpus *corpus;
    const struct taxonomy *taxonomy;
    const struct related_words *related;
};

/* Understands the question; everything is allocated from `arena`, which must outlive it. */
void question_parse(struct question *question, struct text text,
                    const struct question_context *context, struct arena *arena);

#endif
