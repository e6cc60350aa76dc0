/* distinctive_words.h - the words that are more frequent in some texts (the target) than in others
 * (the reference): they show, in customers' own words, what an insight is about. */
#ifndef JOBS_REPORT_DISTINCTIVE_WORDS_H
#define JOBS_REPORT_DISTINCTIVE_WORDS_H

#include "base/hash_table.h"

struct word_text_counts;

/* A zeroed one is empty. Free with distinctive_words_free. */
struct distinctive_words {
    struct name_set names;          /* the words */
    struct word_text_counts *words; /* owned, by number in `names` */
    size_t capacity;
    size_t target_texts, reference_texts; /* texts added */
};

/* The pooled two-proportion z statistic: how many standard errors the share a_hits / a is above
 * b_hits / b. 0 if a or b is 0. */
double two_proportion_z_score(uint64_t a_hits, uint64_t a, uint64_t b_hits, uint64_t b);

/* Counts each word of a text once. */
void distinctive_words_add_text(struct distinctive_words *distinctive_words, struct text text,
                                bool is_target);

/* Up to `max_words` words that are significantly more frequent in target texts, highest z score
 * first, joined with ", " in `arena`; empty if there are none. Skips the words of `known`, such as
 * the product's name. */
struct text distinctive_words_list(const struct distinctive_words *distinctive_words,
                                   size_t max_words, struct text known, struct arena *arena);

void distinctive_words_free(struct distinctive_words *distinctive_words);

#endif
