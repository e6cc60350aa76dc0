/* test_label_share.c - stages/stats/label_share.c: cases computed by hand, and how often the
 * intervals contain the true share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stages/stats/label_share.h"
#include "tests/support/random.h"

static const struct share_errors unknown = {0};
static const struct share_errors measured = {
    .are_known = true,
    .errors = {[SENTIMENT_NEGATIVE] = 0.03,
               [SENTIMENT_NEUTRAL] = 0.03,
               [SENTIMENT_POSITIVE] = 0.02,
               [SENTIMENT_MIXED] = NAN,
               [SENTIMENT_UNDETECTED] = NAN},
};

static void assert_near(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("%.6f, expected %.6f", found, expected);
}

static void assert_share(struct share share, double value, double low, double high)
{
    assert_near(share.value, value, 5e-5);
    assert_near(share.low, low, 5e-5);
    assert_near(share.high, high, 5e-5);
}

static void add_texts(struct probability_sums *sums, size_t texts, double negative, double neutral,
                      double positive)
{
    const double probabilities[SENTIMENT_COUNT] = {[SENTIMENT_NEGATIVE] = negative,
                                                   [SENTIMENT_NEUTRAL] = neutral,
                                                   [SENTIMENT_POSITIVE] = positive};
    for (size_t i = 0; i < texts; i++)
        probability_sums_add(sums, probabilities);
}

/* Wilson's intervals of 30, 60 and 0 of 100, computed by hand. */
static void without_errors_shares_are_plain(void **state)
{
    (void)state;
    const size_t counts[SENTIMENT_COUNT] = {
        [SENTIMENT_NEGATIVE] = 30, [SENTIMENT_POSITIVE] = 60, [SENTIMENT_UNDETECTED] = 10};
    struct probability_sums sums = {0};
    add_texts(&sums, 100, 0.5, 0.25, 0.25);
    struct label_shares found = label_shares_estimate(counts, &sums, &unknown);
    assert_int_equal(found.method, SHARE_PLAIN);
    assert_share(found.shares[SENTIMENT_NEGATIVE], 0.3, 0.2189, 0.3958);
    assert_share(found.shares[SENTIMENT_POSITIVE], 0.6, 0.5020, 0.6906);
    assert_share(found.shares[SENTIMENT_MIXED], 0, 0, 0.0370);
    assert_share(found.shares[SENTIMENT_UNDETECTED], 0.1, 0.0552, 0.1744);
}

/* Negative: (80 * 0.9 + 320 * 0.35) / 400 = 0.46. Its standard error is
 * sqrt(0.46 * 0.54 / 400 + 0.03^2) = 0.0390; moved by it towards 1/2, p is 0.4631, and
 * n' = 0.24864 / (0.24864 / 400 + 0.0009) = 163.4. Agresti and Coull: the center is
 * (0.46 + 3.8415 / 326.8) / (1 + 3.8415 / 163.4) = 0.4609, and the half width
 * 1.96 sqrt(0.4609 * 0.5391 / 167.3) = 0.0755. */
static void shares_are_the_means_of_the_probabilities(void **state)
{
    (void)state;
    const size_t counts[SENTIMENT_COUNT] = {[SENTIMENT_NEGATIVE] = 80, [SENTIMENT_NEUTRAL] = 320};
    struct probability_sums first = {0}, sums = {0};
    add_texts(&first, 80, 0.9, 0.1, 0);
    add_texts(&sums, 320, 0.35, 0.65, 0);
    probability_sums_merge(&sums, &first);
    struct label_shares found = label_shares_estimate(counts, &sums, &measured);
    assert_int_equal(found.method, SHARE_PROBABILITIES);
    assert_share(found.shares[SENTIMENT_NEGATIVE], 0.46, 0.38538, 0.53649);
    assert_near(found.shares[SENTIMENT_NEUTRAL].value, 0.54, 1e-9);
    assert_true(isnan(found.shares[SENTIMENT_MIXED].value));
    assert_true(isnan(found.shares[SENTIMENT_UNDETECTED].high));
}

static void texts_that_the_model_has_not_read_do_not_count(void **state)
{
    (void)state;
    const size_t counts[SENTIMENT_COUNT] = {[SENTIMENT_NEGATIVE] = 1, [SENTIMENT_UNDETECTED] = 1};
    struct probability_sums sums = {0};
    add_texts(&sums, 1, 0.8, 0.1, 0.1);
    add_texts(&sums, 1, NAN, NAN, NAN);
    assert_int_equal(sums.texts, 1);
    struct label_shares found = label_shares_estimate(counts, &sums, &measured);
    assert_near(found.shares[SENTIMENT_NEGATIVE].value, 0.8, 1e-9);
}

static void without_texts_nothing_is_known(void **state)
{
    (void)state;
    const size_t counts[SENTIMENT_COUNT] = {0};
    const struct probability_sums sums = {0};
    for (int i = 0; i < SENTIMENT_COUNT; i++) {
        assert_true(isnan(label_shares_count(counts).shares[i].value));
        assert_true(isnan(label_shares_estimate(counts, &sums, &measured).shares[i].high));
    }
}

/* Without an error, n' is n: Agresti and Coull's interval of 50 of 100. Then no interval is
 * shorter than that of the error alone, and at 0 and 1 it is not far longer. */
static void the_error_between_kinds_widens_the_interval(void **state)
{
    (void)state;
    const size_t counts[SENTIMENT_COUNT] = {0};
    struct share_errors exact = {.are_known = true};
    struct probability_sums sums = {0};
    add_texts(&sums, 100, 0.5, 0.5, 0);
    struct label_shares found = label_shares_estimate(counts, &sums, &exact);
    assert_share(found.shares[SENTIMENT_NEGATIVE], 0.5, 0.4038, 0.5962);
    assert_near(found.shares[SENTIMENT_POSITIVE].low, 0, 0);
    add_texts(&sums, 1000000 - 100, 0.5, 0.5, 0);
    found = label_shares_estimate(counts, &sums, &measured);
    assert_near(found.shares[SENTIMENT_NEGATIVE].high - 0.5, 1.96 * 0.03, 0.001);
    assert_true(found.shares[SENTIMENT_POSITIVE].low == 0);
    assert_near(found.shares[SENTIMENT_POSITIVE].high, 0, 5 * 0.02);
}

/* ---- Simulation ---- */

static double draw_uniform(uint64_t *seed)
{
    return (double)(random_next(seed) >> 11) / 9007199254740992.0; /* 2^53 */
}

static double draw_normal(uint64_t *seed)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += draw_uniform(seed);
    return sum;
}

/* The number of 1000 groups whose interval for `negative` contains the true share. The model is
 * certain of every text; its share is that of readers and the error of the group's kind of text. */
static int count_covered(double share, size_t texts)
{
    const size_t counts[SENTIMENT_COUNT] = {0};
    uint64_t seed = 20261129;
    int covered = 0;
    for (int group = 0; group < 1000; group++) {
        double model_share = share + measured.errors[SENTIMENT_NEGATIVE] * draw_normal(&seed);
        struct probability_sums sums = {0};
        for (size_t i = 0; i < texts; i++) {
            bool is_negative = draw_uniform(&seed) < model_share;
            add_texts(&sums, 1, is_negative, 0, !is_negative);
        }
        struct share found =
            label_shares_estimate(counts, &sums, &measured).shares[SENTIMENT_NEGATIVE];
        assert_true(0 <= found.low && found.low <= found.value);
        assert_true(found.value <= found.high && found.high <= 1);
        covered += found.low <= share && share <= found.high;
    }
    return covered;
}

/* Next to 0 and 1, the error is as large as the share, and not normal. */
static void intervals_contain_the_true_share(void **state)
{
    (void)state;
    static const double shares[] = {0.03, 0.1, 0.3, 0.5, 0.8, 0.97};
    static const size_t sizes[] = {20, 100, 1000};
    for (size_t i = 0; i < 6; i++)
        for (size_t size = 0; size < 3; size++) {
            int covered = count_covered(shares[i], sizes[size]);
            if (covered < (shares[i] < 0.05 || shares[i] > 0.95 ? 880 : 930))
                fail_msg("share %g, %zu texts: %d of 1000", shares[i], sizes[size], covered);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_errors_shares_are_plain),
        cmocka_unit_test(shares_are_the_means_of_the_probabilities),
        cmocka_unit_test(texts_that_the_model_has_not_read_do_not_count),
        cmocka_unit_test(without_texts_nothing_is_known),
        cmocka_unit_test(the_error_between_kinds_widens_the_interval),
        cmocka_unit_test(intervals_contain_the_true_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
