/* ngrams.h - what runs of letters and words say for praise or complaint: a linear model beside the
 * T5 (Cheng et al. 2016, "Wide & deep learning") over hashed n-grams (Weinberger et al. 2009,
 * "Feature hashing"). A small vocabulary of pieces cannot tell how Korean words are inflected and
 * misspelt; runs of letters can. training/ngrams.py learns the weights and counts in the same way.
 *
 * The text is folded (normalize_key) and cut at blanks. Of a token with a letter of a dense script,
 * each run of one to five characters counts, where the blanks around the token are characters as
 * well, but not alone. Of other tokens, each word (letters, digits, apostrophes), each ! or ?, and
 * each two that follow each other count. */
#ifndef STAGES_TASKS_NGRAMS_H
#define STAGES_TASKS_NGRAMS_H

#include "base/error.h"
#include "base/text.h"

/* The section of a model file that contains the weights. */
#define NGRAMS_SECTION "ngrams"

struct ngrams {
    const int8_t *weights; /* borrowed; one a hash. b stands for b * |b|, so small ones are fine */
    uint32_t hash_shift;   /* the hash's upper bits are the place */
};

/* `weights`: a power of two of bytes, from 2^8 to 2^24; else ERROR_MODEL. */
bool ngrams_init(struct ngrams *ngrams, struct text weights, struct error *error);

/* The sum of the weights of the text's n-grams over the square root of their number: above 0 for
 * praise. 0 for a text without any. */
double ngrams_polarity(const struct ngrams *ngrams, struct text text);

#endif
