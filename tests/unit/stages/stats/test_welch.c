/* test_welch.c - stages/stats/welch.c: tests and intervals as scipy.stats.ttest_ind(...,
 * equal_var=False) and scipy.stats.t compute them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stages/stats/welch.h"

static void assert_near(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance * (1 + fabs(expected))))
        fail_msg("%.15g, expected %.15g", found, expected);
}

static struct sample sample_of(const double *values, size_t count)
{
    struct sample sample = {0};
    for (size_t i = 0; i < count; i++)
        sample_add(&sample, values[i], 1);
    return sample;
}

static const struct {
    double a[8];
    size_t a_count;
    double b[8];
    size_t b_count;
    double difference, p_value, freedom, half_width;
} cases[] = {
    {{5, 4, 5, 3, 5, 4, 4},
     7,
     {1, 2, 1, 3, 2},
     5,
     2.48571428571429,
     0.00069609295912507,
     8.17233518190448,
     1.08164582419671},
    {{1, 1, 2},
     3,
     {1, 2, 2, 5, 4, 3, 3},
     7,
     -1.52380952380952,
     0.0369552041630405,
     7.89217287984553,
     1.40529773301185},
    {{5, 5, 5, 5, 4},
     5,
     {5, 5, 4, 5, 5, 5},
     6,
     -0.0333333333333332,
     0.901172492822407,
     8.28730512249444,
     0.596745381573397},
};

static void comparisons_equal_those_of_scipy(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct sample a = sample_of(cases[i].a, cases[i].a_count),
                      b = sample_of(cases[i].b, cases[i].b_count);
        struct welch welch = welch_compare(&a, &b);
        assert_near(welch.difference, cases[i].difference, 1e-12);
        assert_near(welch.p_value, cases[i].p_value, 1e-9);
        assert_near(welch.freedom, cases[i].freedom, 1e-9);
        assert_near(welch.half_width, cases[i].half_width, 1e-9);
    }
}

static void students_distribution_equals_that_of_scipy(void **state)
{
    (void)state;
    const double tails[][3] = {{2, 3.3, 1.309588644394494e-01},
                               {0.1, 1, 9.365489651388930e-01},
                               {12, 28.5, 1.159951254630527e-12},
                               {-1.3, 200, 1.950971893088563e-01},
                               {40, 60, 5.755480486627385e-45}};
    for (size_t i = 0; i < sizeof(tails) / sizeof(*tails); i++)
        assert_near(student_two_sided(tails[i][0], tails[i][1]) / tails[i][2], 1, 1e-9);
    const double quantiles[][2] = {{1, 12.7062047361747},
                                   {2.5, 3.57465484200368},
                                   {10, 2.22813885198627},
                                   {29.3, 2.04432042150014},
                                   {1000, 1.96233908082641}};
    for (size_t i = 0; i < sizeof(quantiles) / sizeof(*quantiles); i++)
        assert_near(student_quantile(quantiles[i][0]), quantiles[i][1], 1e-10);
}

static void samples_without_spread_or_values_are_compared(void **state)
{
    (void)state;
    const double fours[] = {4, 4, 4}, fives[] = {5, 5};
    struct sample four = sample_of(fours, 3), five = sample_of(fives, 2), one = sample_of(fives, 1);
    assert_true(welch_compare(&four, &four).p_value == 1);
    assert_true(welch_compare(&four, &five).p_value == 0);
    assert_true(isnan(welch_compare(&four, &one).p_value));
    assert_true(isnan(sample_mean(&(struct sample){0})));
}

/* As numpy computes the variance of all values, and scipy.stats.t the p value. */
static void the_variance_of_all_values_is_careful_with_equal_values(void **state)
{
    (void)state;
    const double ones[] = {1, 1, 1, 1}, others[] = {1, 5, 3, 2, 5, 4};
    struct sample a = sample_of(ones, 4), b = sample_of(others, 6);
    assert_near(student_compare(&a, &b), 0.0678121400138124, 1e-9);
    assert_true(welch_compare(&a, &b).p_value < student_compare(&a, &b));
    assert_true(student_compare(&a, &a) == 1);
}

static void a_part_is_taken_out_of_a_sample(void **state)
{
    (void)state;
    const double values[] = {1, 5, 2, 4};
    struct sample all = sample_of(values, 4), part = sample_of(values, 1),
                  rest = sample_of(values + 1, 3);
    sample_subtract(&all, &part);
    assert_true(all.count == rest.count && all.weight == rest.weight && all.sum == rest.sum &&
                all.squares == rest.squares && all.sum_of_squares == rest.sum_of_squares);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparisons_equal_those_of_scipy),
        cmocka_unit_test(students_distribution_equals_that_of_scipy),
        cmocka_unit_test(samples_without_spread_or_values_are_compared),
        cmocka_unit_test(the_variance_of_all_values_is_careful_with_equal_values),
        cmocka_unit_test(a_part_is_taken_out_of_a_sample),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
