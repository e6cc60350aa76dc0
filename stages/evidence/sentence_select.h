/* sentence_select.h - the passages that speak for many: for quotes, and where a summary needs a
 * sentence.
 */
#ifndef STAGES_EVIDENCE_SENTENCE_SELECT_H
#define STAGES_EVIDENCE_SENTENCE_SELECT_H

#include "stages/evidence/sentence_index.h"

/* What a passage must be like. */
struct sentence_filter {
    size_t min_length, max_length; /* letters; a character of a dense script counts as two */
    bool any_polarity;
    enum sentiment polarity; /* of its record, unless any will do; neutral stands for all that is
                                neither positive nor negative */
};

/* What was said already: a passage must say something else. */
struct covered_content {
    const size_t *passages;
    size_t passage_count;
    const struct text *sentences;
    size_t sentence_count;
};

/* 0 for negative, 1 for positive, 2 for all others. */
size_t sentiment_side_index(enum sentiment sentiment);

/* The passage that says most of what many say and was not said yet. False when there is
 * none. The same group gives the same answer. */
bool sentence_select_best(const struct sentence_index *sentence_index,
                          const struct sentence_filter *filter,
                          const struct covered_content *covered, size_t *passage);

/* Up to `most` quotes, mutually different, best first: the polarities take part by the number of
 * their records, and none that a fifth of them share stays out. Passages of `said` are taken where
 * there are no others.
 * Returns how many. */
size_t sentence_select_quotes(const struct sentence_index *sentence_index,
                              const struct covered_content *covered, size_t max_count,
                              size_t *passages);

#endif
