/* passage_vectors.c - loads vectors of sentences, and compares a question with them. */
#include "jobs/ask/passage_vectors.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

struct loader {
    struct passage_vectors *vectors;
    const struct corpus *corpus;
};

static void add_vector(void *user, const struct passage_match *match, struct text bytes)
{
    const struct loader *loader = user;
    struct passage_vectors *vectors = loader->vectors;
    size_t dimensions = vectors->table.dimensions;
    size_t record = corpus_find(loader->corpus, match->feedback_id);
    if (record == loader->corpus->count || bytes.size != dimensions ||
        vectors->count == vectors->capacity)
        return;
    int8_t *values = vectors->values + vectors->count * dimensions;
    memcpy(values, bytes.bytes, dimensions);
    vectors->lengths[vectors->count] =
        sqrtf((float)sentence_vectors_multiply(values, values, dimensions));
    if (vectors->count == 0 || vectors->records[vectors->count - 1] != record)
        vectors->first[record] = (uint32_t)vectors->count;
    vectors->records[vectors->count++] = (uint32_t)record;
}

bool passage_vectors_load(struct passage_vectors *vectors, struct store *store,
                          const struct t5_model *model, const struct corpus *corpus,
                          struct error *error)
{
    struct loader loader = {vectors, corpus};
    uint64_t passages, unindexed;
    bool is_current;
    if (!sentence_vectors_init(&vectors->table, model, error) ||
        !store_check_index(store, sentence_vectors_index_version(&vectors->table), &is_current,
                           error) ||
        !store_count_passages(store, &passages, &unindexed, error))
        return false;
    vectors->is_outdated = !is_current;
    if (vectors->table.dimensions == 0 || !is_current)
        return true;
    vectors->capacity = (size_t)passages;
    vectors->values = memory_alloc(vectors->capacity + 1, vectors->table.dimensions);
    vectors->lengths = memory_alloc(vectors->capacity + 1, sizeof(*vectors->lengths));
    vectors->records = memory_alloc(vectors->capacity + 1, sizeof(*vectors->records));
    vectors->first = memory_alloc(corpus->count + 1, sizeof(*vectors->first));
    return store_for_each_vector(store, add_vector, &loader, error);
}

void passage_vectors_free(struct passage_vectors *vectors)
{
    free(vectors->values);
    free(vectors->lengths);
    free(vectors->records);
    free(vectors->first);
    *vectors = (struct passage_vectors){0};
}

const float *passage_vectors_compare(const struct passage_vectors *vectors, struct text text,
                                     struct arena *arena)
{
    size_t dimensions = vectors->table.dimensions;
    float *cosines = arena_alloc(arena, vectors->count + 1, sizeof(*cosines));
    const int8_t *values = sentence_vectors_compute(&vectors->table, text, arena);
    float length = sqrtf((float)sentence_vectors_multiply(values, values, dimensions));
    for (size_t i = 0; i < vectors->count; i++) {
        const int8_t *other = vectors->values + i * dimensions;
        int32_t product = sentence_vectors_multiply(values, other, dimensions);
        if (product > 0)
            cosines[i] = (float)product / (length * vectors->lengths[i]);
    }
    return cosines;
}
