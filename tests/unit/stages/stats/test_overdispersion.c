/* test_overdispersion.c - stages/stats/overdispersion.c: clumping as numpy computes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stages/stats/overdispersion.h"

static void assert_near(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance * (1 + fabs(expected))))
        fail_msg("%.15g, expected %.15g", found, expected);
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
        cmocka_unit_test(clumping_is_pooled_over_topics),
        cmocka_unit_test(counts_that_differ_less_than_by_chance_do_not_clump),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
