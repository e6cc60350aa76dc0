/* test_sentence_vectors.c - stages/search/sentence_vectors.c, with the table of a tiny model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "stages/search/sentence_vectors.h"
#include "tests/support/tiny_model.h"

enum { DIMENSIONS = 3, PAIRS = 4 };

/* Of a row of the table; the last dimension is small. */
static int8_t get_value(size_t row, size_t dimension)
{
    return dimension == DIMENSIONS - 1 ? 1 : (int8_t)((row * 7 + dimension * 5) % 255 - 127);
}

/* A model with a table of `rows` rows; of no bytes if it has none. */
static struct t5_model *open_model(char *directory, size_t rows)
{
    static const uint32_t header[] = {DIMENSIONS, PAIRS};
    struct t5_model *model;
    struct error error = {0};
    struct arena arena = {0};
    FILE *file = fopen(arena_format(&arena, "%s/vectors.s8", directory).bytes, "w");
    if (rows > 0)
        fwrite(header, sizeof(header), 1, file);
    for (size_t i = 0; i < rows * DIMENSIONS; i++)
        fputc(get_value(i / DIMENSIONS, i % DIMENSIONS), file);
    fclose(file);
    assert_true(t5_model_open(&model, directory, T5_INT8, &error));
    arena_free(&arena);
    return model;
}

/* As training/vectors.py hashes; the two upper bits, since there are four rows. */
static size_t hash_pair(int32_t first, int32_t second)
{
    uint32_t hash = ((uint32_t)first * 0x85ebca6b) ^ (uint32_t)second;
    hash = (hash ^ hash >> 15) * 0x2c1b3c6d;
    hash = (hash ^ hash >> 12) * 0x297a2d39;
    return hash >> 30;
}

static void a_vector_is_the_scaled_sum_of_tokens_and_pairs(void **state)
{
    (void)state;
    static const char text[] = "late and cold";
    struct sentence_vectors vectors;
    struct arena arena = {0};
    struct error error = {0};
    struct tiny_model tiny = {.is_gated = true};
    char *directory = tiny_model_create(&tiny);
    struct t5_model *model = open_model(directory, 0);
    size_t tokens = t5_vocabulary_size(model);
    t5_model_close(model);
    model = open_model(directory, tokens + PAIRS);
    assert_true(sentence_vectors_init(&vectors, model, &error));
    assert_int_equal(vectors.dimensions, DIMENSIONS);

    int32_t ids[100], sums[DIMENSIONS] = {0}, largest = 0;
    size_t count = t5_tokenize(model, text_of(text), ids, 100);
    assert_in_range(count, 2, 100);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < DIMENSIONS; k++) {
            sums[k] += get_value((size_t)ids[i], k);
            if (i > 0)
                sums[k] += get_value(tokens + hash_pair(ids[i - 1], ids[i]), k);
        }
    for (size_t k = 0; k < DIMENSIONS; k++)
        largest = abs(sums[k]) > largest ? abs(sums[k]) : largest;
    const int8_t *vector = sentence_vectors_compute(&vectors, text_of(text), &arena);
    for (size_t k = 0; k < DIMENSIONS; k++)
        assert_true(abs(vector[k] * largest - 127 * sums[k]) * 2 <= largest);

    vector = sentence_vectors_compute(&vectors, TEXT(""), &arena);
    assert_int_equal(sentence_vectors_multiply(vector, vector, DIMENSIONS), 0);
    t5_model_close(model);
    tiny_model_remove(directory);
    arena_free(&arena);
}

static void a_table_that_does_not_fit_is_an_error(void **state)
{
    (void)state;
    struct sentence_vectors vectors;
    struct error error = {0};
    struct tiny_model tiny = {.is_gated = true};
    char *directory = tiny_model_create(&tiny);
    struct t5_model *model = open_model(directory, 0);
    assert_true(sentence_vectors_init(&vectors, model, &error));
    assert_int_equal(vectors.dimensions, 0);
    uint64_t version = sentence_vectors_index_version(&vectors);
    t5_model_close(model);

    model = open_model(directory, 7);
    assert_false(sentence_vectors_init(&vectors, model, &error));
    assert_int_equal(error.kind, ERROR_MODEL);
    assert_non_null(strstr(error.message, "29 bytes"));
    size_t tokens = t5_vocabulary_size(model);
    t5_model_close(model);

    model = open_model(directory, tokens + PAIRS);
    assert_true(sentence_vectors_init(&vectors, model, &error));
    assert_true(sentence_vectors_index_version(&vectors) != version);
    t5_model_close(model);
    tiny_model_remove(directory);
}

/* "㍿" has 3 bytes and becomes 株式会社, of which every byte is a token. */
static void a_text_that_grows_is_read_whole(void **state)
{
    (void)state;
    struct sentence_vectors vectors;
    struct arena arena = {0};
    struct error error = {0};
    struct t5_model *model;
    if (!t5_model_open(&model, "inference/models/winnow-small.winnow", T5_INT8, &error))
        skip();
    assert_true(sentence_vectors_init(&vectors, model, &error));
    const int8_t *grown = sentence_vectors_compute(&vectors, TEXT("㍿㍿㍿ late"), &arena),
                 *spelled = sentence_vectors_compute(&vectors,
                                                     TEXT("株式会社株式会社株式会社 late"), &arena);
    assert_memory_equal(grown, spelled, vectors.dimensions);
    t5_model_close(model);
    arena_free(&arena);
}

static void products_are_exact(void **state)
{
    (void)state;
    static const int8_t a[] = {127, -127, 3, 0}, b[] = {127, 127, -1, 5};
    assert_int_equal(sentence_vectors_multiply(a, b, 4), -3);
    assert_int_equal(sentence_vectors_multiply(a, a, 4), 2 * 127 * 127 + 9);
    assert_int_equal(sentence_vectors_multiply(a, b, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_vector_is_the_scaled_sum_of_tokens_and_pairs),
        cmocka_unit_test(a_table_that_does_not_fit_is_an_error),
        cmocka_unit_test(a_text_that_grows_is_read_whole),
        cmocka_unit_test(products_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
