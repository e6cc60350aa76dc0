/* test_metrics.c - jobs/eval/metrics.c against figures computed by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "jobs/eval/metrics.h"

#define NEG SENTIMENT_NEGATIVE
#define NEU SENTIMENT_NEUTRAL
#define POS SENTIMENT_POSITIVE

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

static void figures_match_those_computed_by_hand(void **state)
{
    (void)state;
    static const struct sentiment_prediction predictions[] = {
        {POS, POS, 0.95, true, true},  {POS, POS, 0.85, true, true}, {POS, NEU, 0.55, true, true},
        {NEG, NEG, 0.92, false, true}, {NEG, POS, 0.65, true, true}, {NEU, NEU, 0.45, true, false},
        {NEU, NEG, 0.52, false, true}, {POS, POS, 0.91, true, true},
    };
    struct metrics metrics = metrics_compute(predictions, 8);
    assert_int_equal(metrics.confusion[2][2], 3);
    assert_int_equal(metrics.confusion[0][2], 1);
    assert_true(near(metrics.accuracy, 5.0 / 8));
    assert_true(near(metrics.precision[2], 3.0 / 4));
    assert_true(near(metrics.recall[2], 3.0 / 4));
    assert_true(near(metrics.f1[0], 0.5));
    assert_true(near(metrics.f1[1], 0.5));
    assert_true(near(metrics.macro_f1.value, (0.5 + 0.5 + 0.75) / 3));
    assert_true(near(metrics.polar_accuracy, 5.0 / 6));
    assert_true(near(metrics.coverage, 7.0 / 8));
    assert_true(near(metrics.accuracy_covered, 4.0 / 7));
    assert_true(metrics.macro_f1.low <= metrics.macro_f1.value);
    assert_true(metrics.macro_f1.high >= metrics.macro_f1.value);
    /* bins: 0.4-0.5 {0.45: right}, 0.5-0.6 {0.55, 0.52: wrong}, 0.6-0.7 {0.65: wrong},
     * 0.8-0.9 {0.85: right}, 0.9-1 {0.95, 0.92, 0.91: right} */
    double expected = (0.55 + 0.55 + 0.52 + 0.65 + 0.15 + 0.05 + 0.08 + 0.09) / 8;
    assert_true(near(metrics.calibration_error, expected));
}

static void the_interval_narrows_with_more_texts_and_repeats_exactly(void **state)
{
    (void)state;
    static struct sentiment_prediction predictions[4000];
    for (size_t i = 0; i < 4000; i++) {
        enum sentiment gold = (enum sentiment)(NEG + i % 3);
        enum sentiment predicted = i % 5 ? gold : (enum sentiment)(NEG + (i + 1) % 3);
        predictions[i] =
            (struct sentiment_prediction){gold, predicted, 0.8, predicted == POS, true};
    }
    struct metrics few = metrics_compute(predictions, 100);
    struct metrics many = metrics_compute(predictions, 4000);
    struct metrics again = metrics_compute(predictions, 4000);
    assert_true(many.macro_f1.high - many.macro_f1.low < few.macro_f1.high - few.macro_f1.low);
    assert_memory_equal(&many, &again, sizeof(many));
    assert_true(fabs(many.macro_f1.value - 0.8) < 0.001);
}

static void no_predictions_give_zeros(void **state)
{
    (void)state;
    struct metrics metrics = metrics_compute(NULL, 0);
    assert_true(metrics.macro_f1.value == 0 && metrics.coverage == 0);
    struct arena arena = {0};
    assert_non_null(strstr(metrics_print(&metrics, &arena).bytes, "macro-F1"));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_match_those_computed_by_hand),
        cmocka_unit_test(the_interval_narrows_with_more_texts_and_repeats_exactly),
        cmocka_unit_test(no_predictions_give_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
