/* test_metrics.c - jobs/eval/metrics.c against figures computed by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "jobs/eval/metrics.h"

#define UND SENTIMENT_UNDETECTED
#define NEG SENTIMENT_NEGATIVE
#define NEU SENTIMENT_NEUTRAL
#define POS SENTIMENT_POSITIVE
#define MIX SENTIMENT_MIXED

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

/* gold, predicted, score, confidence */
static const struct sentiment_prediction sample[] = {
    {POS, POS, 0.9, 0.95}, {POS, POS, 0.8, 0.85},  {POS, NEU, 0.1, 0.55}, {POS, UND, 0.2, 0.45},
    {POS, MIX, -0.1, 0.9}, {NEG, NEG, -0.9, 0.92}, {NEG, POS, 0.4, 0.65}, {NEG, UND, 0.0, 0.40},
    {NEU, NEU, 0.0, 0.65}, {NEU, NEG, -0.3, 0.52}, {MIX, MIX, 0.0, 0.7},  {MIX, NEG, -0.5, 0.68},
};
enum { SAMPLE_COUNT = sizeof(sample) / sizeof(*sample) };

static void figures_match_those_computed_by_hand(void **state)
{
    (void)state;
    struct metrics metrics = metrics_compute(sample, SAMPLE_COUNT);
    assert_int_equal(metrics.count, 12);
    assert_int_equal(metrics.confusion[POS][POS], 2);
    assert_int_equal(metrics.confusion[POS][UND], 1);
    assert_int_equal(metrics.confusion[NEG][POS], 1);
    assert_int_equal(metrics.confusion[MIX][NEG], 1);

    assert_int_equal(metrics.polar_count, 8); /* five positive, three negative */
    assert_true(near(metrics.right.value, 3.0 / 8));
    assert_true(near(metrics.opposite, 1.0 / 8));
    assert_true(near(metrics.missed, 3.0 / 8)); /* one neutral, two undetected */
    assert_true(near(metrics.mixed, 1.0 / 8));
    assert_true(near(metrics.sign_right, 5.0 / 8)); /* a score of 0 is wrong */

    assert_true(near(metrics.undetected, 2.0 / 12));
    assert_true(near(metrics.share_error[POS], 3.0 / 12 - 5.0 / 12));
    assert_true(near(metrics.share_error[NEG], 3.0 / 12 - 3.0 / 12));

    assert_true(near(metrics.precision[POS], 2.0 / 3));
    assert_true(near(metrics.recall[POS], 2.0 / 5));
    assert_true(near(metrics.f1[POS], 4.0 / 8));
    assert_true(near(metrics.f1[NEG], 2.0 / 6));
    assert_true(near(metrics.f1[NEU], 2.0 / 4));
    assert_true(near(metrics.f1[MIX], 2.0 / 4));
    assert_true(near(metrics.macro_f1.value, (4.0 / 8 + 2.0 / 6 + 2.0 / 4 + 2.0 / 4) / 4));
    assert_true(metrics.macro_f1.low <= metrics.macro_f1.value);
    assert_true(metrics.macro_f1.high >= metrics.macro_f1.value);
    assert_true(metrics.right.low <= metrics.right.value);
    assert_true(metrics.right.high >= metrics.right.value);

    /* Calibration: the texts that the model labels positive, neutral or negative.
     * 0.5-0.6 {0.55, 0.52: wrong}, 0.6-0.7 {0.65, 0.68: wrong, 0.65: right}, 0.8-0.9 {0.85: right},
     * 0.9-1 {0.95, 0.92: right} */
    assert_true(
        near(metrics.calibration_error, (0.55 + 0.52 + (1.98 - 1) + 0.15 + 0.05 + 0.08) / 8));
}

static void macro_f1_is_the_mean_over_the_labels_that_occur(void **state)
{
    (void)state;
    static const struct sentiment_prediction stars[] = {
        {POS, POS, 0.9, 0.9}, {NEG, NEG, -0.9, 0.9}, {NEG, NEU, -0.1, 0.5}, {POS, MIX, 0.1, 0.5}};
    struct metrics metrics = metrics_compute(stars, 4);
    assert_true(near(metrics.macro_f1.value, (2.0 / 3 + 2.0 / 3) / 2));
    struct arena arena = {0};
    struct text table = metrics_print(&metrics, &arena);
    assert_non_null(strstr(table.bytes, "  neutral F1           -\n"));
    assert_non_null(strstr(table.bytes, "  mixed F1             -\n"));
    assert_non_null(strstr(table.bytes, "over positive, negative)"));
    arena_free(&arena);
}

static void the_table_shows_all_labels_of_the_model(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct metrics metrics = metrics_compute(sample, SAMPLE_COUNT);
    struct text table = metrics_print(&metrics, &arena);
    static const char expected[] = "label \\ model   positive   neutral  negative     mixed "
                                   "undetected | precision  recall      F1\n"
                                   "positive               2         1         0         1         "
                                   " 1 |    0.6667  0.4000  0.5000\n"
                                   "neutral                0         1         1         0         "
                                   " 0 |    0.5000  0.5000  0.5000\n"
                                   "negative               1         0         1         0         "
                                   " 1 |    0.3333  0.3333  0.3333\n"
                                   "mixed                  0         0         1         1         "
                                   " 0 |    0.5000  0.5000  0.5000\n";
    assert_non_null(strstr(table.bytes, expected));
    assert_non_null(
        strstr(table.bytes, "share of positive    -16.7 points   (model 25.0 %, labels 41.7 %)"));
    assert_non_null(
        strstr(table.bytes, "share of negative    +0.0 points   (model 25.0 %, labels 25.0 %)"));
    arena_free(&arena);
}

static void the_interval_narrows_with_more_texts_and_repeats_exactly(void **state)
{
    (void)state;
    static struct sentiment_prediction predictions[4000];
    for (size_t i = 0; i < 4000; i++) {
        enum sentiment gold = (enum sentiment)(NEG + i % 4);
        enum sentiment predicted = i % 5 ? gold : (enum sentiment)(NEG + (i + 1) % 4);
        predictions[i] = (struct sentiment_prediction){gold, predicted, 0.5, 0.8};
    }
    struct metrics few = metrics_compute(predictions, 100);
    struct metrics many = metrics_compute(predictions, 4000);
    struct metrics again = metrics_compute(predictions, 4000);
    assert_true(many.macro_f1.high - many.macro_f1.low < few.macro_f1.high - few.macro_f1.low);
    assert_true(many.right.high - many.right.low < few.right.high - few.right.low);
    assert_memory_equal(&many, &again, sizeof(many));
    assert_true(fabs(many.macro_f1.value - 0.8) < 0.001);
    assert_true(fabs(many.right.value - 0.8) < 0.001);
}

static void without_praise_and_complaint_there_is_no_right_label(void **state)
{
    (void)state;
    static const struct sentiment_prediction neutral = {NEU, NEU, 0, NAN};
    struct arena arena = {0};
    struct metrics metrics = metrics_compute(NULL, 0);
    assert_true(metrics.macro_f1.value == 0 && metrics.right.value == 0);
    assert_non_null(strstr(metrics_print(&metrics, &arena).bytes, "texts"));
    metrics = metrics_compute(&neutral, 1);
    assert_true(metrics.calibration_error == 0); /* the model was not asked */
    assert_true(metrics.right.value == 0 && near(metrics.macro_f1.value, 1));
    assert_null(strstr(metrics_print(&metrics, &arena).bytes, "right label"));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_match_those_computed_by_hand),
        cmocka_unit_test(macro_f1_is_the_mean_over_the_labels_that_occur),
        cmocka_unit_test(the_table_shows_all_labels_of_the_model),
        cmocka_unit_test(the_interval_narrows_with_more_texts_and_repeats_exactly),
        cmocka_unit_test(without_praise_and_complaint_there_is_no_right_label),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
