/* contrast.h - the words that mark some texts off from others: what a change is about, in the
 * customers' own words. */
#ifndef JOBS_REPORT_CONTRAST_H
#define JOBS_REPORT_CONTRAST_H

#include "base/hash_table.h"

struct word_text_counts;

/* A zeroed one is empty. */
struct distinctive_words {
    struct name_set names;          /* words, numbered */
    struct word_text_counts *words; /* owned, by number */
    size_t capacity;
    size_t target_texts, reference_texts; /* texts */
};

/* How many standard errors the share a_hits / a lies above b_hits / b; 0 when a or b is 0. */
double two_proportion_z_score(uint64_t a_hits, uint64_t a, uint64_t b_hits, uint64_t b);

/* Counts the words of one text, each once. */
void distinctive_words_add_text(struct distinctive_words *distinctive_words, struct text text,
                                bool is_target);

/* Up to `most` words that stand in clearly more of the texts inside, most telling first, joined by
 * ", " in `arena`; empty when there are none. Words of `known`, such as the product's name, are
 * left out. */
struct text distinctive_words_list(const struct distinctive_words *distinctive_words,
                                   size_t max_words, struct text known, struct arena *arena);

void distinctive_words_free(struct distinctive_words *distinctive_words);

#endif
