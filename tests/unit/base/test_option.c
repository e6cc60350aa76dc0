/* test_option.c - option tables: values, ranges, suggestions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/option.h"

struct sieve {
    struct text mesh, shape;
    int64_t layers;
    double speed;
    bool dry;
};

static const struct option options[] = {
    {"mesh", OPTION_TEXT, offsetof(struct sieve, mesh), "fine", 0, 0, NULL, "the net"},
    {"shape", OPTION_CHOICE, offsetof(struct sieve, shape), "round", 0, 0, "round|square", ""},
    {"layers", OPTION_INTEGER, offsetof(struct sieve, layers), "2", 1, 9, NULL, "how many"},
    {"speed", OPTION_REAL, offsetof(struct sieve, speed), "0.5", 0, 1, NULL, "turns a second"},
    {"dry", OPTION_BOOLEAN, offsetof(struct sieve, dry), "no", 0, 0, NULL, "without water"},
    {0},
};

static void defaults_are_the_fallbacks(void **state)
{
    (void)state;
    struct sieve sieve = {0};
    option_set_defaults(options, &sieve);
    assert_true(text_equal(sieve.mesh, TEXT("fine")));
    assert_true(text_equal(sieve.shape, TEXT("round")));
    assert_int_equal(sieve.layers, 2);
    assert_true(sieve.speed == 0.5 && !sieve.dry);
}

static void a_bad_value_is_refused_with_what_was_expected(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *message;
    } cases[] = {
        {"layers", "ten", "a.job:3: layers = ten: expected a whole number from 1 to 9"},
        {"layers", "10", "a.job:3: layers = 10: expected a whole number from 1 to 9"},
        {"layers", "1.5", "a.job:3: layers = 1.5: expected a whole number from 1 to 9"},
        {"speed", "2", "a.job:3: speed = 2: expected a number from 0 to 1"},
        {"speed", "1e999", "a.job:3: speed = 1e999: expected a number from 0 to 1"},
        {"dry", "maybe", "a.job:3: dry = maybe: expected yes or no"},
        {"shape", "oval", "a.job:3: shape = oval: expected one of round|square"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct sieve sieve = {0};
        struct error error = {0};
        const struct option *option = option_find(options, text_of(cases[i].name));
        assert_non_null(option);
        assert_false(option_set(option, &sieve, text_of(cases[i].value), "a.job:3", &error));
        assert_int_equal(error.kind, ERROR_USAGE);
        assert_string_equal(error.message, cases[i].message);
    }
}

static void a_slip_of_the_pen_is_recognised(void **state)
{
    (void)state;
    static const char *const names[] = {"clean", "dedupe", "chunk", "classify", NULL};
    assert_string_equal(option_find_closest_name(names, TEXT("cleen")), "clean");
    assert_string_equal(option_find_closest_name(names, TEXT("dedup")), "dedupe");
    assert_null(option_find_closest_name(names, TEXT("zebra-crossing")));
    assert_null(option_find(options, TEXT("mesh ")));
}

static void the_first_error_is_kept(void **state)
{
    (void)state;
    struct error error = {0};
    assert_false(error_set(&error, ERROR_INPUT, "first"));
    assert_false(error_set(&error, ERROR_STORE, "second"));
    assert_string_equal(error.message, "first");
    assert_int_equal(error.kind, ERROR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_the_fallbacks),
        cmocka_unit_test(a_bad_value_is_refused_with_what_was_expected),
        cmocka_unit_test(a_slip_of_the_pen_is_recognised),
        cmocka_unit_test(the_first_error_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
