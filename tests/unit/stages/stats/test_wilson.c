/* test_wilson.c - stages/stats/wilson.c: intervals as scipy.stats.binomtest(...).proportion_ci
 * ("wilson") computes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stages/stats/wilson.h"

static void intervals_equal_those_of_scipy(void **state)
{
    (void)state;
    const double cases[][4] = {{0, 10, 0, 0.277532799862889},
                               {3, 12, 0.0889416683940547, 0.532305334933566},
                               {12, 60, 0.118285053228975, 0.317818058056279},
                               {60, 60, 0.93982814785791, 1},
                               {1, 1, 0.206549314377237, 1}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct share share = wilson_share(cases[i][0], cases[i][1]);
        assert_true(share.value == cases[i][0] / cases[i][1]);
        assert_true(fabs(share.low - cases[i][2]) < 1e-12);
        assert_true(fabs(share.high - cases[i][3]) < 1e-12);
    }
}

static void no_records_have_no_share(void **state)
{
    (void)state;
    struct share share = wilson_share(0, 0);
    assert_true(isnan(share.value) && isnan(share.low) && isnan(share.high));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_equal_those_of_scipy),
        cmocka_unit_test(no_records_have_no_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
