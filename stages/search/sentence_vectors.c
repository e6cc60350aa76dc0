/* sentence_vectors.c - adds the vectors of a text's tokens and pairs, and multiplies such sums. */
#include "stages/search/sentence_vectors.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "stages/search/index_words.h"

enum {
    MAX_DIMENSIONS = 1024, /* more than any such model; squares fit 32 bits */
    MAX_PAIRS = 1 << 24,
};

struct table_header {
    uint32_t dimensions, pairs;
};

static bool check_table(struct text table, size_t tokens, struct table_header *header)
{
    if (table.size < sizeof(*header))
        return false;
    memcpy(header, table.bytes, sizeof(*header));
    return header->dimensions > 0 && header->dimensions <= MAX_DIMENSIONS && header->pairs > 1 &&
           header->pairs <= MAX_PAIRS && (header->pairs & (header->pairs - 1)) == 0 &&
           table.size - sizeof(*header) == (tokens + header->pairs) * header->dimensions;
}

bool sentence_vectors_init(struct sentence_vectors *vectors, const struct t5_model *model,
                           struct error *error)
{
    struct text table = t5_model_section(model, SENTENCE_VECTORS_SECTION);
    struct table_header header;
    *vectors = (struct sentence_vectors){.model = model, .tokens = t5_vocabulary_size(model)};
    if (table.size == 0)
        return true;
    if (!check_table(table, vectors->tokens, &header))
        return error_set(error, ERROR_MODEL,
                         "the model's table of vectors has %zu bytes, which do not fit its "
                         "header and the vocabulary of %zu tokens; copy the model again",
                         table.size, vectors->tokens);
    vectors->rows = (const int8_t *)table.bytes + sizeof(header);
    vectors->dimensions = header.dimensions;
    vectors->version = hash_text(t5_model_id(model)); /* reads no page of the table */
    vectors->pair_shift = 32;
    for (uint32_t pairs = header.pairs; pairs > 1; pairs /= 2)
        vectors->pair_shift--;
    return true;
}

/* The largest component becomes 127. */
static void scale_to_bytes(const int32_t *sums, size_t count, int8_t *bytes)
{
    int64_t largest = 1;
    for (size_t i = 0; i < count; i++)
        if (llabs(sums[i]) > largest)
            largest = llabs(sums[i]);
    for (size_t i = 0; i < count; i++) {
        int64_t rounding = sums[i] < 0 ? -largest / 2 : largest / 2;
        bytes[i] = (int8_t)((INT64_C(127) * sums[i] + rounding) / largest);
    }
}

static size_t hash_pair(const struct sentence_vectors *vectors, int32_t first, int32_t second)
{
    uint32_t hash = ((uint32_t)first * 0x85ebca6b) ^ (uint32_t)second;
    hash = (hash ^ hash >> 15) * 0x2c1b3c6d;
    hash = (hash ^ hash >> 12) * 0x297a2d39;
    return vectors->tokens + (hash >> vectors->pair_shift);
}

static void add_row(const struct sentence_vectors *vectors, size_t row, int32_t *sums)
{
    const int8_t *values = vectors->rows + row * vectors->dimensions;
    for (size_t i = 0; i < vectors->dimensions; i++)
        sums[i] += values[i];
}

const int8_t *sentence_vectors_compute(const struct sentence_vectors *vectors, struct text text,
                                       struct arena *arena)
{
    int8_t *vector = arena_alloc(arena, vectors->dimensions + 1, sizeof(*vector));
    if (vectors->dimensions == 0)
        return vector;
    struct arena scratch = {0};
    size_t capacity = text.size + 1;
    int32_t *ids = arena_alloc(&scratch, capacity, sizeof(*ids));
    int32_t *sums = arena_alloc(&scratch, vectors->dimensions, sizeof(*sums));
    size_t count = t5_tokenize(vectors->model, text, ids, capacity);
    if (count > capacity) { /* the text grows when it is normalized: "½" */
        ids = arena_alloc(&scratch, count, sizeof(*ids));
        t5_tokenize(vectors->model, text, ids, count);
    }
    for (size_t i = 0; i < count; i++) {
        add_row(vectors, (size_t)ids[i], sums);
        if (i > 0)
            add_row(vectors, hash_pair(vectors, ids[i - 1], ids[i]), sums);
    }
    scale_to_bytes(sums, vectors->dimensions, vector);
    arena_free(&scratch);
    return vector;
}

int32_t sentence_vectors_multiply(const int8_t *a, const int8_t *b, size_t dimensions)
{
    int32_t product = 0;
    for (size_t i = 0; i < dimensions; i++)
        product += a[i] * b[i];
    return product;
}

uint64_t sentence_vectors_index_version(const struct sentence_vectors *vectors)
{
    return hash_combine_number(INDEX_WORDS_VERSION, vectors->version);
}
