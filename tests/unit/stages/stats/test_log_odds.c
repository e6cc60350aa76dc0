/* test_log_odds.c - z scores and p values of phrases, against independent values (Python: the
 * formula with math.log; sums of binomial probabilities with math.comb). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stages/stats/log_odds.h"

static const struct {
    struct log_odds_counts strata[2];
    double z_score, p_value;
} rows[] = {
    {{{12, 5000, 0, 6000}}, 2.389328841, 0.000038895},
    {{{18, 5000, 7, 6000}}, 2.447974938, 0.004271484},
    {{{6, 1500, 1, 2000}, {12, 3500, 6, 4000}}, 2.286323769, 0.004435399},
    {{{0, 500, 9, 600}}, -1.899139614, 0.997863037},
    {{{400, 5000, 300, 6000}}, 6.298881762, 2.63930110677e-10}, /* by the normal distribution */
};

static void values_agree_with_independent_ones(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        assert_float_equal(log_odds_z_score(rows[i].strata, 2), rows[i].z_score, 1e-8);
        double p_value = log_odds_p_value(rows[i].strata, 2);
        assert_true(fabs(p_value - rows[i].p_value) <= 1e-8 * (1 + rows[i].p_value));
    }
}

static void a_stratum_without_another_side_says_nothing(void **state)
{
    (void)state;
    const struct log_odds_counts one_side[] = {{9, 400, 0, 0}};
    assert_float_equal(log_odds_z_score(one_side, 1), 0, 0);
    assert_true(log_odds_p_value(one_side, 1) >= 0.5);
    assert_float_equal(log_odds_z_score(one_side, 0), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_agree_with_independent_ones),
        cmocka_unit_test(a_stratum_without_another_side_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
