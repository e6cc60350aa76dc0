/* test_ngrams.c - stages/tasks/ngrams.c hashes n-grams as training/ngrams.py does. Each row of
 * data/ngrams.tsv is a text and the indices of its n-grams in a table of 2^21 weights, as printed
 * by `training/ngrams.py --show TEXT...`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "stages/tasks/ngrams.h"

enum { PLACES = 1 << 21 };

static struct ngrams open_table(const int8_t *weights, size_t size)
{
    struct ngrams ngrams;
    assert_true(ngrams_init(&ngrams, (struct text){(const char *)weights, size}, NULL));
    return ngrams;
}

/* With a weight of 1 at these indices only, all n-grams of the text count, and no others. */
static void indices_are_those_of_training(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct text lines, line, text;
    assert_true(file_read("tests/unit/data/ngrams.tsv", (struct file_limits){1 << 20, ERROR_STORE},
                          &arena, &lines, NULL));
    int8_t *weights = memory_alloc(PLACES, 1);
    struct ngrams ngrams = open_table(weights, PLACES);
    size_t texts = 0;
    while (lines.size > 0 && text_split(&lines, '\n', &line)) {
        struct text places = line, place;
        text_split(&places, '\t', &text);
        memset(weights, 0, PLACES);
        size_t count = 0;
        for (int64_t number; places.size > 0 && text_split(&places, ' ', &place); count++) {
            assert_true(text_to_integer(place, &number));
            weights[number] = -1;
        }
        double expected = -sqrt((double)count), got = ngrams_polarity(&ngrams, text);
        if (fabs(got - expected) > 1e-12)
            fail_msg("%.*s: %g, expected %g", TEXT_ARGUMENT(text), got, expected);
        texts++;
    }
    assert_true(texts > 10);
    free(weights);
    arena_free(&arena);
}

static void weights_are_signed_squares(void **state)
{
    (void)state;
    int8_t *weights = memory_alloc(PLACES, 1);
    struct ngrams ngrams = open_table(weights, PLACES);
    memset(weights, 127, PLACES);
    assert_true(ngrams_polarity(&ngrams, TEXT("word")) == 127 * 127);
    memset(weights, -3, PLACES);
    assert_true(ngrams_polarity(&ngrams, TEXT("word")) == -9);
    assert_true(ngrams_polarity(&ngrams, TEXT(" .. ")) == 0);
    free(weights);
}

static void any_bytes_stay_within_the_table(void **state)
{
    (void)state;
    enum { SMALLEST = 256 };
    int8_t *weights = memory_alloc(SMALLEST, 1);
    memset(weights, 100, SMALLEST);
    struct ngrams ngrams = open_table(weights, SMALLEST);
    uint64_t seed = 9;
    for (int round = 0; round < 2000; round++) {
        char bytes[64];
        for (size_t i = 0; i < sizeof(bytes); i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            /* Random bytes, or Hangul. */
            bytes[i] = (char)(round % 2 ? seed >> 56 : (uint64_t) "\xEA\xB0\x80"[i % 3]);
        }
        char *copy = memory_alloc(sizeof(bytes), 1); /* the address sanitizer checks its end */
        size_t size = seed >> 58;
        memcpy(copy, bytes, size);
        double polarity = ngrams_polarity(&ngrams, (struct text){copy, size});
        assert_true(isfinite(polarity) && polarity >= 0);
        free(copy);
    }
    free(weights);
}

static void other_sizes_are_refused(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 128, 257, 1000, (1 << 20) + 1, (size_t)1 << 25};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        struct ngrams ngrams;
        struct error error = {0};
        assert_false(ngrams_init(&ngrams, (struct text){"", sizes[i]}, &error));
        assert_int_equal(error.kind, ERROR_MODEL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(indices_are_those_of_training),
        cmocka_unit_test(weights_are_signed_squares),
        cmocka_unit_test(any_bytes_stay_within_the_table),
        cmocka_unit_test(other_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
