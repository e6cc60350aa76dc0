/* terms.h - the content words of a text, as hashes that compare. */
#ifndef STAGES_TEXT_TERMS_H
#define STAGES_TEXT_TERMS_H

#include "base/arena.h"
#include "base/text.h"

struct word {
    uint64_t hash;
    bool is_number; /* must be matched exactly */
    bool is_pair;   /* of words */
};

/* In the order of the text, repeats included: words folded, stemmed lightly, without stop words;
 * of Hangul, Han, kana and their like every two neighbouring characters; runs of digits (with
 * points and commas inside). In `arena`. */
struct word *words_of(struct text text, struct arena *arena, size_t *count);

/* The same, and between them every two neighbouring words of which one at least is no stop word. */
struct word *words_and_pairs(struct text text, struct arena *arena, size_t *count);

#endif
