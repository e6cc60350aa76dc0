/* ngrams.h - the polarity of a text by its n-grams of letters and words: a linear model next to
 * the T5 (Cheng et al. 2016, "Wide & deep learning") over hashed n-grams (Weinberger et al. 2009,
 * "Feature hashing"). A small vocabulary of pieces does not separate the inflections and
 * misspellings of Korean words; n-grams of letters do. training/ngrams.py learns the weights and
 * must count in the same way.
 *
 * The text is normalized (normalize_key) and split at blanks. In a token with a letter of an
 * unspaced script, every run of one to five characters counts, including the blank on either side,
 * except a blank alone. In other tokens, every word (letters, digits, apostrophes), every ! or ?,
 * and every two of these in a row count. */
#ifndef STAGES_TASKS_NGRAMS_H
#define STAGES_TASKS_NGRAMS_H

#include "base/error.h"
#include "base/text.h"

/* The section of a model file that contains the weights. */
#define NGRAMS_SECTION "ngrams"

struct ngrams {
    const int8_t *weights; /* borrowed; one per hash. b means b * |b|, for finer small weights */
    uint32_t hash_shift;   /* the upper bits of a hash are the index of its weight */
};

/* `weights`: a power of two of bytes, from 2^8 to 2^24; otherwise ERROR_MODEL. */
bool ngrams_init(struct ngrams *ngrams, struct text weights, struct error *error);

/* The sum of the weights of the text's n-grams, divided by the square root of their number. Above 0
 * is positive; 0 for a text without n-grams. */
double ngrams_polarity(const struct ngrams *ngrams, struct text text);

#endif
