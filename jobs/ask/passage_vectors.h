/* passage_vectors.h - the vectors of all indexed sentences, in memory: 100,000 records take some
 * 40 MB, and a question is compared with all of them in some 50 ms. */
#ifndef JOBS_ASK_PASSAGE_VECTORS_H
#define JOBS_ASK_PASSAGE_VECTORS_H

#include "jobs/ask/corpus.h"
#include "stages/search/sentence_vectors.h"

struct passage_vectors {
    struct sentence_vectors table; /* of the job's model */
    int8_t *values;                /* owned; [passage][dimension] */
    float *lengths;                /* owned; [passage] */
    uint32_t *records;             /* owned; [passage]: index into corpus.records */
    size_t count, capacity;
    bool
        is_outdated; /* the index does not fit this model or version: only its words are searched */
    uint32_t *first; /* owned; [record]: its first passage. The next ones follow */
};

/* Loads the vectors of the index. There are none if the model has no table of vectors, or if the
 * index is outdated. Safe to free when zeroed and after a failure. */
bool passage_vectors_load(struct passage_vectors *vectors, struct store *store,
                          const struct t5_model *model, const struct corpus *corpus,
                          struct error *error);
void passage_vectors_free(struct passage_vectors *vectors);

/* [passage]: the cosine of the angle between its vector and the text's, 0 to 1 (0 if it is below);
 * in `arena`. */
const float *passage_vectors_compare(const struct passage_vectors *vectors, struct text text,
                                     struct arena *arena);

#endif
