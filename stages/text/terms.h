/* terms.h - the content words of a text, as hashes that compare. */
#ifndef STAGES_TEXT_TERMS_H
#define STAGES_TEXT_TERMS_H

#include "base/arena.h"
#include "base/text.h"

struct term {
    uint64_t hash;
    bool is_number; /* must be matched exactly */
    bool is_bigram; /* of words */
};

/* In the order of the text, repeats included: words folded, stemmed lightly, without stop words;
 * of Hangul, Han, kana and their like every two neighbouring characters; runs of digits (with
 * points and commas inside). In `arena`. */
struct term *terms_extract(struct text text, struct arena *arena, size_t *count);

/* The same, and between them every two neighbouring words of which one at least is no stop word. */
struct term *terms_extract_with_bigrams(struct text text, struct arena *arena, size_t *count);

#endif
