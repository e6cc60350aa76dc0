/* contrast.h - the words that mark some texts off from others: what a change is about, in the
 * customers' own words. */
#ifndef JOBS_REPORT_CONTRAST_H
#define JOBS_REPORT_CONTRAST_H

#include "base/table.h"

struct contrast_word;

/* A zeroed one is empty. */
struct contrast {
    struct names names;          /* words, numbered */
    struct contrast_word *words; /* owned, by number */
    size_t capacity;
    size_t inside, outside; /* texts */
};

/* How many standard errors the share a_hits / a lies above b_hits / b; 0 when a or b is 0. */
double contrast_deviation(uint64_t a_hits, uint64_t a, uint64_t b_hits, uint64_t b);

/* Counts the words of one text, each once. */
void contrast_add(struct contrast *contrast, struct text text, bool is_inside);

/* Up to `most` words that stand in clearly more of the texts inside, most telling first, joined by
 * ", " in `arena`; empty when there are none. Words of `known`, such as the product's name, are
 * left out. */
struct text contrast_words(const struct contrast *contrast, size_t most, struct text known,
                           struct arena *arena);

void contrast_free(struct contrast *contrast);

#endif
