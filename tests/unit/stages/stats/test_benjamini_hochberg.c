/* test_benjamini_hochberg.c - stages/stats/benjamini_hochberg.c: the example of
 * scipy.stats.false_discovery_control, and ties. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stages/stats/benjamini_hochberg.h"

static void q_values_equal_those_of_scipy(void **state)
{
    (void)state;
    const double p_values[] = {0.039, 0.001, 0.041, 0.042, 0.06,  0.074, 0.205, 0.212, 0.216,
                               0.222, 0.251, 0.269, 0.275, 0.34,  0.341, 0.384, 0.569, 0.594,
                               0.696, 0.762, 0.94,  0.942, 0.975, 0.986, 0.008};
    const double expected[] = {0.21,
                               0.025,
                               0.21,
                               0.21,
                               0.25,
                               0.2642857142857143,
                               0.4910714285714287,
                               0.4910714285714287,
                               0.4910714285714287,
                               0.4910714285714287,
                               0.4910714285714287,
                               0.4910714285714287,
                               0.4910714285714287,
                               0.5328125,
                               0.5328125,
                               0.5647058823529413,
                               0.781578947368421,
                               0.781578947368421,
                               0.87,
                               0.9071428571428571,
                               0.986,
                               0.986,
                               0.986,
                               0.986,
                               0.1};
    enum { COUNT = sizeof(p_values) / sizeof(*p_values) };
    double q_values[COUNT];
    benjamini_hochberg(p_values, q_values, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        if (fabs(q_values[i] - expected[i]) > 1e-12)
            fail_msg("%zu: %.15g, expected %.15g", i, q_values[i], expected[i]);
}

static void equal_p_values_have_equal_q_values(void **state)
{
    (void)state;
    const double p_values[] = {0.04, 0.02, 0.04};
    double q_values[3];
    benjamini_hochberg(p_values, q_values, 3);
    assert_true(q_values[0] == 0.04 && q_values[1] == 0.04 && q_values[2] == 0.04);
    benjamini_hochberg(p_values, q_values, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(q_values_equal_those_of_scipy),
        cmocka_unit_test(equal_p_values_have_equal_q_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
