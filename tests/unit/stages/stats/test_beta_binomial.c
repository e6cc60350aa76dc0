/* test_beta_binomial.c - stages/stats/beta_binomial.c: tails as scipy.stats 1.x (binom, betabinom)
 * computes them, and clumping as numpy does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stages/stats/beta_binomial.h"

static void assert_near(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance * (1 + fabs(expected))))
        fail_msg("%.15g, expected %.15g", found, expected);
}

static const struct {
    double n, mu, rho, a, low, high;
} cases[] = {
    {60, 0.04, 0, 8, 9.983871576146305e-01, 1.612842385369504e-03},
    {60, 0.04, 0.01, 8, 9.877227161160994e-01, 1.227728388390065e-02},
    {60, 0.04, 0.01, 0, 7.370348194923756e-02, 9.262965180507624e-01},
    {200, 0.05, 0.002, 25, 9.996227615779979e-01, 3.772384220020913e-04},
    {5000, 0.1, 0.0005, 600, 9.923012888797277e-01, 7.698711120272338e-03},
    {10, 0.5, 0.2, 10, 9.807692307692306e-01, 1.923076923076923e-02},
    {1, 0.3, 0.1, 1, 0.85, 0.15},
    {300, 0.2, 1 / 401.0, 40, 1.056750753070674e-02, 9.894324924692933e-01},
    {40, 0.02, 0.5, 12, 9.754519117743768e-01, 2.454808822562309e-02},
};

static void tails_equal_those_of_scipy(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct beta_binomial model = {cases[i].n, cases[i].mu, cases[i].rho};
        struct tails tails = beta_binomial_tails(&model, cases[i].a);
        assert_near(tails.low / cases[i].low, 1, 1e-8);
        assert_near(tails.high / cases[i].high, 1, 1e-8);
    }
}

static void clumping_is_pooled_over_topics(void **state)
{
    (void)state;
    const double first_hits[] = {3, 5, 0, 9}, first_records[] = {60, 62, 0, 55};
    const double second_hits[] = {10, 12, 8, 11}, second_records[] = {60, 62, 70, 55};
    struct overdispersion overdispersion = {0};
    assert_true(overdispersion_get_clumping(&overdispersion) == 0);
    overdispersion_add(&overdispersion, &(struct period_counts){first_hits, first_records, 4});
    overdispersion_add(&overdispersion, &(struct period_counts){second_hits, second_records, 4});
    assert_near(overdispersion_get_clumping(&overdispersion), 0.0345756868106408, 1e-12);
}

static void counts_that_differ_less_than_by_chance_do_not_clump(void **state)
{
    (void)state;
    const double hits[] = {5, 5, 5, 5}, records[] = {50, 50, 50, 50};
    struct overdispersion overdispersion = {0};
    overdispersion_add(&overdispersion, &(struct period_counts){hits, records, 4});
    assert_true(overdispersion_get_clumping(&overdispersion) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tails_equal_those_of_scipy),
        cmocka_unit_test(clumping_is_pooled_over_topics),
        cmocka_unit_test(counts_that_differ_less_than_by_chance_do_not_clump),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
