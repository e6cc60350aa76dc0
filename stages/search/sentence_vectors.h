/* sentence_vectors.h - what a text is about, as a vector: texts that say the same in other words
 * have vectors of similar direction. The vector is the sum of the vectors of the text's tokens and
 * of every two neighbors, scaled to bytes (Wieting et al. 2016, "Towards universal paraphrastic
 * sentence embeddings"). A table of the model contains these vectors. training/vectors.py learns
 * it, and must hash pairs in the same way. */
#ifndef STAGES_SEARCH_SENTENCE_VECTORS_H
#define STAGES_SEARCH_SENTENCE_VECTORS_H

#include "base/arena.h"
#include "base/error.h"
#include "inference/t5.h"

/* The section of a model file with the table: two uint32, the numbers of dimensions and of rows for
 * pairs, a power of two; then int8 [token, then hash of a pair][dimension]. */
#define SENTENCE_VECTORS_SECTION "vectors"

struct sentence_vectors {
    const struct t5_model *model; /* borrowed */
    const int8_t *rows;           /* [token, then pair][dimension]; borrowed from the model */
    size_t tokens;                /* rows before those of pairs */
    uint32_t pair_shift;          /* the upper bits of a hash are the number of a pair */
    size_t dimensions;            /* 0: the model has no table, and texts have no vectors */
    uint64_t version;             /* changes with the model; 0 without a table */
};

/* ERROR_MODEL if the table is malformed or does not fit the model's vocabulary. */
bool sentence_vectors_init(struct sentence_vectors *vectors, const struct t5_model *model,
                           struct error *error);

/* The text's vector in `arena`; a text without tokens has only zeros. */
const int8_t *sentence_vectors_compute(const struct sentence_vectors *vectors, struct text text,
                                       struct arena *arena);

/* The product of two vectors; of a vector with itself, the square of its length. */
int32_t sentence_vectors_multiply(const int8_t *a, const int8_t *b, size_t dimensions);

/* The version of an index with these vectors and the words of index_words.h. */
uint64_t sentence_vectors_index_version(const struct sentence_vectors *vectors);

#endif
