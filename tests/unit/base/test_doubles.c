/* test_doubles.c - base/doubles.c: order and median. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/doubles.h"

static void values_are_sorted(void **state)
{
    (void)state;
    double values[] = {2, -1, 0.5, 1e9, -1, 0.25};
    static const double sorted[] = {-1, -1, 0.25, 0.5, 2, 1e9};
    doubles_sort(values, 6);
    assert_memory_equal(values, sorted, sizeof(sorted));
}

static void the_median_is_the_middle_value(void **state)
{
    (void)state;
    double one[] = {3}, five[] = {5, 0.5, 4, -2, 1};
    assert_true(doubles_median(one, 1) == 3);
    assert_true(doubles_median(five, 5) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_sorted),
        cmocka_unit_test(the_median_is_the_middle_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
