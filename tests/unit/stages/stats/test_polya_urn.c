/* test_polya_urn.c - stages/stats/polya_urn.c: tails and variances as exact fractions give them;
 * with step -1, 0 and 2 they are those of scipy.stats.hypergeom, binom and betabinom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stages/stats/polya_urn.h"

static void assert_near(double found, double expected)
{
    if (!(fabs(found - expected) <= 1e-12 * expected))
        fail_msg("%.15g, expected %.15g", found, expected);
}

static const struct {
    struct polya_urn urn;
    double hits, low, high, mean, design_effect;
} cases[] = {
    {{8, 60, 420, -1}, 4, 9.941866444143549e-01, 5.813355585645094e-03, 1, 0.9853862212943633},
    {{17, 60, 420, -1}, 7, 9.986132819853996e-01, 1.386718014600484e-03, 2.125, 0.9665970772442589},
    {{17, 60, 420, 0}, 7, 9.982744869057409e-01, 1.725513094259057e-03, 2.125, 1},
    {{17, 60, 420, 0.5}, 7, 9.980913356035434e-01, 1.908664396456611e-03, 2.125, 1.016649323621228},
    {{12, 30, 210, 2}, 0, 1.083977231619012e-01, 8.916022768380988e-01, 1.5, 1.0909090909090908},
    {{40, 50, 10, -1},
     32,
     1.806825241041136e-01,
     8.193174758958864e-01,
     100 / 3.0,
     0.3389830508474576},
    {{300, 200, 1800, 3}, 60, 9.999844819235048e-01, 1.551807649521527e-05, 30, 1.4478282576135797},
    {{5, 3, 100, -1},
     3,
     9.999717276125100e-01,
     2.827238749003398e-05,
     15 / 103.0,
     0.9607843137254902},
};

static void tails_equal_those_of_exact_fractions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct arena arena = {0};
        struct urn_distribution distribution = polya_urn_distribute(&cases[i].urn, &arena);
        struct urn_tails tails = urn_get_tails(&distribution, cases[i].hits);
        assert_near(tails.low, cases[i].low);
        assert_near(tails.high, cases[i].high);
        arena_free(&arena);
    }
}

static void mean_and_variance_equal_those_of_exact_fractions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        assert_near(polya_urn_mean(&cases[i].urn), cases[i].mean);
        assert_near(polya_urn_design_effect(&cases[i].urn), cases[i].design_effect);
    }
}

/* Every record of the window is a hit, or the only one. */
static void small_urns_have_no_probability_outside_their_records(void **state)
{
    (void)state;
    static const struct polya_urn urns[] = {{5, 3, 2, -1}, {1, 1, 1, -1}, {0, 4, 4, -1}};
    static const double first[] = {3, 0, 0}, count[] = {1, 2, 1};
    for (size_t i = 0; i < 3; i++) {
        struct arena arena = {0};
        struct urn_distribution distribution = polya_urn_distribute(&urns[i], &arena);
        assert_true(distribution.first == first[i]);
        assert_int_equal(distribution.count, count[i]);
        assert_near(distribution.probabilities[0], 1 / count[i]);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tails_equal_those_of_exact_fractions),
        cmocka_unit_test(mean_and_variance_equal_those_of_exact_fractions),
        cmocka_unit_test(small_urns_have_no_probability_outside_their_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
