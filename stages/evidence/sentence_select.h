/* sentence_select.h - the passages that speak for many: for quotes, and where a summary needs a
 * sentence.
 */
#ifndef STAGES_EVIDENCE_SENTENCE_SELECT_H
#define STAGES_EVIDENCE_SENTENCE_SELECT_H

#include "stages/evidence/sentence_index.h"

/* What a passage must be like. */
struct typical_rules {
    size_t shortest, longest; /* letters; a character of a dense script counts as two */
    bool any_polarity;
    enum sentiment polarity; /* of its record, unless any will do; neutral stands for all that is
                                neither positive nor negative */
};

/* What was said already: a passage must say something else. */
struct typical_said {
    const size_t *passages;
    size_t passage_count;
    const struct text *sentences;
    size_t sentence_count;
};

/* 0 for negative, 1 for positive, 2 for all others. */
size_t typical_side(enum sentiment sentiment);

/* The passage that says most of what many say and was not said yet. False when there is
 * none. The same group gives the same answer. */
bool typical_pick(const struct support *support, const struct typical_rules *rules,
                  const struct typical_said *said, size_t *passage);

/* Up to `most` quotes, mutually different, best first: the polarities take part by the number of
 * their records, and none that a fifth of them share stays out. Passages of `said` are taken where
 * there are no others.
 * Returns how many. */
size_t typical_quotes(const struct support *support, const struct typical_said *said, size_t most,
                      size_t *passages);

#endif
