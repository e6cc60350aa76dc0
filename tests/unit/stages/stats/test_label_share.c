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

static const struct confusion no_matrix = {0};

/* Readers' labels: negative, neutral, positive, mixed. Predictions: the same, and undetected. */
static const struct confusion typical = {
    4, 5, {{225, 39, 6, 3, 27}, {18, 83, 27, 1, 21}, {6, 42, 216, 3, 33}, {21, 13, 13, 6, 7}}};

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

/* Wilson's intervals of 30, 60 and 0 of 100, computed by hand. */
static void without_a_matrix_shares_are_plain(void **state)
{
    (void)state;
    const size_t counts[SENTIMENT_COUNT] = {
        [SENTIMENT_NEGATIVE] = 30, [SENTIMENT_POSITIVE] = 60, [SENTIMENT_UNDETECTED] = 10};
    struct label_shares found = label_shares_estimate(counts, &no_matrix);
    assert_int_equal(found.method, SHARE_PLAIN);
    assert_share(found.shares[SENTIMENT_NEGATIVE], 0.3, 0.2189, 0.3958);
    assert_share(found.shares[SENTIMENT_POSITIVE], 0.6, 0.5020, 0.6906);
    assert_share(found.shares[SENTIMENT_MIXED], 0, 0, 0.0370);
    assert_share(found.shares[SENTIMENT_UNDETECTED], 0.1, 0.0552, 0.1744);
}

static void a_matrix_without_errors_gives_plain_shares(void **state)
{
    (void)state;
    struct confusion identity = {.label_count = 4, .prediction_count = 5};
    for (size_t i = 0; i < 4; i++)
        identity.counts[i][i] = 1e9;
    const size_t counts[SENTIMENT_COUNT] = {[SENTIMENT_NEGATIVE] = 300,
                                            [SENTIMENT_NEUTRAL] = 99,
                                            [SENTIMENT_POSITIVE] = 600,
                                            [SENTIMENT_MIXED] = 1};
    struct label_shares found = label_shares_estimate(counts, &identity);
    struct label_shares plain = label_shares_estimate(counts, &no_matrix);
    assert_int_equal(found.method, SHARE_EM);
    for (int i = SENTIMENT_NEGATIVE; i <= SENTIMENT_MIXED; i++)
        assert_near(found.shares[i].value, plain.shares[i].value, 1e-6);
    assert_near(found.shares[SENTIMENT_NEGATIVE].low, plain.shares[SENTIMENT_NEGATIVE].low, 1e-3);
    assert_near(found.shares[SENTIMENT_NEGATIVE].high, plain.shares[SENTIMENT_NEGATIVE].high, 1e-3);
}

/* Readers' negative texts are predicted negative in 80 %, positive ones in 10 %. Of 1,000 texts,
 * 450 are predicted negative: adjusted count (0.45 - 0.1) / (0.8 - 0.1) = 0.5. The variance of the
 * sample is 0.45 * 0.55 / 1000 / 0.7^2 = 0.000505, so n' = 0.25 / 0.000505 = 495; Agresti and
 * Coull: 0.5 +- 1.96 sqrt(0.25 / (495 + 3.84)) = 0.5 +- 0.0439. */
static void of_two_labels_the_share_is_the_adjusted_count(void **state)
{
    (void)state;
    const struct confusion two = {3, 3, {{8e8, 0, 2e8}, {0, 0, 0}, {1e8, 0, 9e8}}};
    const size_t counts[SENTIMENT_COUNT] = {[SENTIMENT_NEGATIVE] = 450, [SENTIMENT_POSITIVE] = 550};
    struct label_shares found = label_shares_estimate(counts, &two);
    assert_near(found.shares[SENTIMENT_NEGATIVE].value, 0.5, 1e-5);
    assert_near(found.shares[SENTIMENT_NEGATIVE].low, 0.4561, 1e-4);
    assert_near(found.shares[SENTIMENT_NEGATIVE].high, 0.5439, 1e-4);
    assert_near(found.shares[SENTIMENT_POSITIVE].value, 0.5, 1e-5);
    assert_true(isnan(found.shares[SENTIMENT_NEUTRAL].value)); /* no reader's texts */
    assert_true(isnan(found.shares[SENTIMENT_UNDETECTED].value));
}

/* The same with a matrix of 100 texts a label, so rates of 80.5 / 101.5 and 10.5 / 101.5: share
 * (0.45 - 0.1034) / 0.6897 = 0.5025. Its rows add 0.5025^2 * 0.7931 * 0.2069 / 101.5 / 0.6897^2 and
 * 0.4975^2 * 0.1034 * 0.8966 / 101.5 / 0.6897^2: 0.000858 + 0.000475, and 0.00052 of the sample. */
static void the_error_of_the_matrix_widens_the_interval(void **state)
{
    (void)state;
    const struct confusion small = {3, 3, {{80, 0, 20}, {0, 0, 0}, {10, 0, 90}}};
    const size_t counts[SENTIMENT_COUNT] = {[SENTIMENT_NEGATIVE] = 450, [SENTIMENT_POSITIVE] = 550};
    struct share share = label_shares_estimate(counts, &small).shares[SENTIMENT_NEGATIVE];
    assert_near(share.value, 0.5025, 0.005);
    assert_near(share.high - share.low, 2 * 1.96 * sqrt(0.000858 + 0.000475 + 0.00052), 0.01);
}

static void without_texts_nothing_is_known(void **state)
{
    (void)state;
    const size_t counts[SENTIMENT_COUNT] = {0};
    for (int i = 0; i < SENTIMENT_COUNT; i++) {
        assert_true(isnan(label_shares_estimate(counts, &no_matrix).shares[i].value));
        assert_true(isnan(label_shares_estimate(counts, &typical).shares[i].high));
    }
}

static void a_group_of_one_label_has_an_interval(void **state)
{
    (void)state;
    const size_t counts[SENTIMENT_COUNT] = {[SENTIMENT_POSITIVE] = 20};
    struct label_shares plain = label_shares_estimate(counts, &no_matrix);
    assert_share(plain.shares[SENTIMENT_POSITIVE], 1, 0.8389, 1);
    struct label_shares found = label_shares_estimate(counts, &typical);
    struct share positive = found.shares[SENTIMENT_POSITIVE],
                 negative = found.shares[SENTIMENT_NEGATIVE];
    assert_near(positive.value, 1, 1e-4);
    assert_true(positive.high == 1 && positive.low > 0.4 && positive.low < 0.84);
    assert_near(negative.value, 0, 1e-4);
    assert_true(negative.low == 0 && negative.high > 0.1 && negative.high < 0.5);
}

/* Neutral and positive texts are predicted alike: the sum is known, its parts are not. */
static void labels_that_are_predicted_alike_have_wide_intervals(void **state)
{
    (void)state;
    const struct confusion alike = {3, 3, {{90, 5, 5}, {10, 45, 45}, {10, 45, 45}}};
    const size_t counts[SENTIMENT_COUNT] = {
        [SENTIMENT_NEGATIVE] = 100, [SENTIMENT_NEUTRAL] = 100, [SENTIMENT_POSITIVE] = 100};
    struct label_shares found = label_shares_estimate(counts, &alike);
    for (int i = SENTIMENT_NEGATIVE; i <= SENTIMENT_POSITIVE; i++)
        assert_true(found.shares[i].low >= 0 && found.shares[i].high <= 1);
    assert_true(found.shares[SENTIMENT_NEUTRAL].high - found.shares[SENTIMENT_NEUTRAL].low > 0.9);
}

static void shares_add_up_to_one(void **state)
{
    (void)state;
    uint64_t seed = 20261129;
    for (int i = 0; i < 200; i++) {
        size_t counts[SENTIMENT_COUNT];
        for (int label = 0; label < SENTIMENT_COUNT; label++)
            counts[label] = random_next(&seed) % 50 * (random_next(&seed) % 3);
        counts[SENTIMENT_POSITIVE]++;
        struct label_shares found = label_shares_estimate(counts, &typical);
        double sum = 0;
        for (int label = SENTIMENT_NEGATIVE; label <= SENTIMENT_MIXED; label++) {
            struct share share = found.shares[label];
            assert_true(0 <= share.low && share.low <= share.value + 1e-12);
            assert_true(share.value <= share.high + 1e-12 && share.high <= 1);
            sum += share.value;
        }
        assert_near(sum, 1, 1e-9);
    }
}

/* ---- Simulation ---- */

/* 0 to count - 1, with these probabilities. */
static size_t draw(const double *probabilities, size_t count, uint64_t *seed)
{
    double rest = (double)(random_next(seed) >> 11) / 9007199254740992.0; /* 2^53 */
    size_t index = 0;
    while (index + 1 < count && rest >= probabilities[index])
        rest -= probabilities[index++];
    return index;
}

/* The number of 500 groups of `texts` texts whose interval for `label` contains the true share.
 * Every group comes with a matrix of its own, from as many texts as `typical`. */
static int count_covered(const double *shares, size_t texts, size_t label)
{
    static const double rates[4][5] = {{0.75, 0.13, 0.02, 0.01, 0.09},
                                       {0.12, 0.55, 0.18, 0.01, 0.14},
                                       {0.02, 0.14, 0.72, 0.01, 0.11},
                                       {0.35, 0.22, 0.22, 0.09, 0.12}};
    static const int readers_texts[4] = {300, 150, 300, 60};
    uint64_t seed = 20261129;
    int covered = 0;
    for (int group = 0; group < 500; group++) {
        struct confusion confusion = {.label_count = 4, .prediction_count = 5};
        for (size_t row = 0; row < 4; row++)
            for (int i = 0; i < readers_texts[row]; i++)
                confusion.counts[row][draw(rates[row], 5, &seed)]++;
        size_t counts[SENTIMENT_COUNT] = {0};
        for (size_t i = 0; i < texts; i++)
            counts[confusion_labels[draw(rates[draw(shares, 4, &seed)], 5, &seed)]]++;
        struct share share =
            label_shares_estimate(counts, &confusion).shares[confusion_labels[label]];
        covered += share.low <= shares[label] && shares[label] <= share.high;
    }
    return covered;
}

/* The hardest case: few texts of a label that is easily confused, in the matrix or in the group. */
static void intervals_contain_the_true_share(void **state)
{
    (void)state;
    static const double groups[][4] = {{0.5, 0.15, 0.3, 0.05},
                                       {0.9, 0.05, 0.05, 0},
                                       {0.05, 0.05, 0.9, 0},
                                       {0.25, 0.25, 0.25, 0.25}};
    static const size_t sizes[] = {40, 400};
    int sum = 0;
    for (size_t group = 0; group < 4; group++)
        for (size_t size = 0; size < 2; size++)
            for (size_t label = 0; label < 4; label++) {
                int covered = count_covered(groups[group], sizes[size], label);
                sum += covered;
                if (covered < 440) /* 88 % */
                    fail_msg("group %zu, %zu texts, label %zu: %d of 500", group, sizes[size],
                             label, covered);
            }
    if (sum < 16000 * 94 / 100 || sum > 16000 * 98 / 100)
        fail_msg("%d of 16000", sum);
}

static void rows_of_a_matrix_are_counts(void **state)
{
    (void)state;
    struct confusion confusion = {.label_count = 4, .prediction_count = 5};
    assert_true(confusion_parse_row(&confusion, 1, TEXT("250, 31,6,0,11")));
    assert_true(confusion.counts[1][0] == 250 && confusion.counts[1][4] == 11);
    static const char *const wrong[] = {"",           "1,2,3,4",      "1,2,3,4,5,6", "1,2,3,4,-5",
                                        "1,2,3,4,.5", "1,2,3,4,five", "1,2,3,4,"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        assert_false(confusion_parse_row(&confusion, 0, text_of(wrong[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_matrix_shares_are_plain),
        cmocka_unit_test(a_matrix_without_errors_gives_plain_shares),
        cmocka_unit_test(of_two_labels_the_share_is_the_adjusted_count),
        cmocka_unit_test(the_error_of_the_matrix_widens_the_interval),
        cmocka_unit_test(without_texts_nothing_is_known),
        cmocka_unit_test(a_group_of_one_label_has_an_interval),
        cmocka_unit_test(labels_that_are_predicted_alike_have_wide_intervals),
        cmocka_unit_test(shares_add_up_to_one),
        cmocka_unit_test(intervals_contain_the_true_share),
        cmocka_unit_test(rows_of_a_matrix_are_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
