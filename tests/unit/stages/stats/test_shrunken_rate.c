/* test_shrunken_rate.c - stages/stats/shrunken_rate.c: priors as numpy computes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stages/stats/shrunken_rate.h"

static void expect_prior(const struct segment_count *segments, double alpha, double beta,
                         double first_rate)
{
    struct beta_prior prior = beta_prior_fit(segments, 4);
    assert_true(fabs(prior.alpha - alpha) < 1e-12 * alpha);
    assert_true(fabs(prior.beta - beta) < 1e-12 * beta);
    assert_true(fabs(shrunken_rate(&prior, &segments[0]) - first_rate) < 1e-12);
}

static void priors_equal_those_of_numpy(void **state)
{
    (void)state;
    expect_prior((const struct segment_count[]){{3, 20}, {10, 100}, {0, 30}, {25, 150}},
                 5.35178209317915, 36.8991291687615, 0.134163210206455);
    expect_prior((const struct segment_count[]){{9, 20}, {5, 100}, {30, 50}, {2, 150}},
                 0.0942127966669608, 0.561180571451027, 0.440282721059385);
}

static void few_segments_have_the_prior_of_jeffreys(void **state)
{
    (void)state;
    const struct segment_count segments[] = {{3, 20}, {10, 100}, {0, 0}};
    struct beta_prior prior = beta_prior_fit(segments, 3);
    assert_true(prior.alpha == 0.5 && prior.beta == 0.5);
}

static void equal_segments_shrink_to_the_common_rate(void **state)
{
    (void)state;
    const struct segment_count segments[] = {{10, 100}, {10, 100}, {10, 100}, {1, 10}};
    struct beta_prior prior = beta_prior_fit(segments, 4);
    assert_true(fabs(prior.alpha - 31) < 1e-9 && fabs(prior.beta - 279) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(priors_equal_those_of_numpy),
        cmocka_unit_test(few_segments_have_the_prior_of_jeffreys),
        cmocka_unit_test(equal_segments_shrink_to_the_common_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
