/* test_point_matcher.c - stages/tasks/point_matcher.c: a network that only measures how near the
 * tokens are, and the network of the default model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "stages/tasks/point_matcher.h"
#include "tests/support/tiny_model.h"

enum {
    DIMENSIONS = 2,
    PAIRS = 4,
    WIDTH = 2,
    PROJECTION = 0,
    DIRECTION = PROJECTION + (DIMENSIONS + 1) * WIDTH,
    JUDGEMENT = DIRECTION + WIDTH * WIDTH + WIDTH + (4 * WIDTH + 1) * WIDTH + (WIDTH + 1) * WIDTH,
    JUDGEMENT_INPUTS = 2 * WIDTH + 1 + MATCH_FACTS,
    NEAREST = 2 * WIDTH, /* the input of the judgement with this number */
    OUTPUT = JUDGEMENT + (JUDGEMENT_INPUTS + 1) * WIDTH,
    NUMBERS = OUTPUT + WIDTH,
};

/* Tokens with odd numbers point to one side, those with even numbers to another. */
static struct t5_model *open_model(const char *directory, const float *numbers, size_t count)
{
    static const uint32_t vectors_header[] = {DIMENSIONS, PAIRS};
    static const struct point_matcher_header header = {WIDTH, DIMENSIONS, 1, -1};
    struct t5_model *model;
    struct arena arena = {0};
    struct error error = {0};
    assert_true(t5_model_open(&model, directory, T5_INT8, &error));
    size_t rows = t5_vocabulary_size(model) + PAIRS;
    t5_model_close(model);
    FILE *file = fopen(arena_format(&arena, "%s/vectors.s8", directory).bytes, "w");
    fwrite(vectors_header, sizeof(vectors_header), 1, file);
    for (size_t i = 0; i < rows * DIMENSIONS; i++)
        fputc((i / DIMENSIONS + i) % 2 ? 10 : 0, file);
    fclose(file);
    file = fopen(arena_format(&arena, "%s/points.s8", directory).bytes, "w");
    fwrite(&header, sizeof(header), 1, file);
    fwrite(numbers, sizeof(*numbers), count, file);
    fclose(file);
    assert_true(t5_model_open(&model, directory, T5_INT8, &error));
    arena_free(&arena);
    return model;
}

/* The logit is twice how near they are, plus a fact, minus 1. */
static void make_numbers(float numbers[NUMBERS])
{
    memset(numbers, 0, NUMBERS * sizeof(*numbers));
    for (size_t i = 0; i < WIDTH; i++)
        numbers[PROJECTION + i * WIDTH + i] = numbers[DIRECTION + i * WIDTH + i] = 1;
    numbers[JUDGEMENT + NEAREST * WIDTH] = 2;
    numbers[JUDGEMENT + (NEAREST + 1) * WIDTH] = 1; /* match_facts.side */
    numbers[OUTPUT] = 1;
}

static double compare(struct point_matcher *matcher, const char *point, const char *sentence,
                      float side)
{
    struct arena arena = {0};
    struct matched_text one = point_matcher_read(matcher, text_of(point), &arena),
                        other = point_matcher_read(matcher, text_of(sentence), &arena);
    struct match_facts facts = {.side = side};
    double probability = point_matcher_compare(matcher, &one, &other, &facts, -1);
    arena_free(&arena);
    return probability;
}

static void the_nearest_tokens_count(void **state)
{
    (void)state;
    float numbers[NUMBERS];
    struct point_matcher matcher;
    struct error error = {0};
    struct tiny_model tiny = {.is_gated = true};
    char *directory = tiny_model_create(&tiny);
    make_numbers(numbers);
    struct t5_model *model = open_model(directory, numbers, NUMBERS);
    assert_true(point_matcher_open(&matcher, model, &error));
    assert_non_null(matcher.cache);
    assert_true(fabs(compare(&matcher, "late", "late", 0) - 1 / (1 + exp(-1))) < 1e-6);
    assert_true(fabs(compare(&matcher, "late", "late", 1) - 1 / (1 + exp(-2))) < 1e-6);
    assert_true(fabs(compare(&matcher, "late", "late and cold", 1) - 1 / (1 + exp(-2))) < 1e-6);
    assert_true(compare(&matcher, "late", "", 1) == 0);
    assert_true(compare(&matcher, "", "late", 1) == 0);
    point_matcher_close(&matcher);
    t5_model_close(model);
    tiny_model_remove(directory);
}

static void numbers_that_do_not_fit_are_an_error(void **state)
{
    (void)state;
    float numbers[NUMBERS];
    struct point_matcher matcher;
    struct error error = {0};
    struct tiny_model tiny = {.is_gated = true};
    char *directory = tiny_model_create(&tiny);
    make_numbers(numbers);
    struct t5_model *model = open_model(directory, numbers, NUMBERS - 1);
    assert_false(point_matcher_open(&matcher, model, &error));
    assert_int_equal(error.kind, ERROR_MODEL);
    assert_non_null(strstr(error.message, "copy the model again"));
    t5_model_close(model);

    numbers[OUTPUT] = NAN;
    model = open_model(directory, numbers, NUMBERS);
    assert_false(point_matcher_open(&matcher, model, &error));
    t5_model_close(model);
    tiny_model_remove(directory);
}

static void a_model_without_a_network_is_no_error(void **state)
{
    (void)state;
    struct point_matcher matcher;
    struct error error = {0};
    struct tiny_model tiny = {.is_gated = true};
    char *directory = tiny_model_create(&tiny);
    struct t5_model *model;
    assert_true(t5_model_open(&model, directory, T5_INT8, &error));
    assert_true(point_matcher_open(&matcher, model, &error));
    assert_null(matcher.cache);
    point_matcher_close(&matcher);
    t5_model_close(model);
    tiny_model_remove(directory);
}

/* Nobody can compute these by hand: what says the point must be likelier than what does not. */
static void the_default_model_tells_them_apart(void **state)
{
    (void)state;
    static const struct {
        const char *point, *says, *does_not;
        float side;
    } cases[] = {
        {"Expensive", "The prices are far too high", "The room was too cold", -1},
        {"Friendly staff", "Everyone at the desk was so kind to us", "The staff were rude", 1},
        {"The app crashes", "It keeps closing whenever I open the map", "The map is easy to read",
         -1},
        {"배송이 빨라요", "정말 빨리 왔어요", "포장이 찢어졌어요", 1},
    };
    struct point_matcher matcher;
    struct error error = {0};
    struct t5_model *model;
    if (!t5_model_open(&model, "inference/models/winnow-small.winnow", T5_INT8, &error))
        skip();
    assert_true(point_matcher_open(&matcher, model, &error));
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        double says = compare(&matcher, cases[i].point, cases[i].says, cases[i].side),
               does_not = compare(&matcher, cases[i].point, cases[i].does_not, cases[i].side);
        assert_true(says > does_not);
        assert_true(compare(&matcher, cases[i].point, cases[i].point, cases[i].side) > 0.5);
    }
    point_matcher_close(&matcher);
    t5_model_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_tokens_count),
        cmocka_unit_test(numbers_that_do_not_fit_are_an_error),
        cmocka_unit_test(a_model_without_a_network_is_no_error),
        cmocka_unit_test(the_default_model_tells_them_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
