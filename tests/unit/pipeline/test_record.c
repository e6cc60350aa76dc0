/* test_record.c - which side a rating is on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "pipeline/record.h"

static void ratings_have_sides(void **state)
{
    (void)state;
    const struct {
        double rating, scale;
        int side;
    } cases[] = {
        {5, 5, 1},  {4, 5, 1},  {3, 5, 0},  {2, 5, -1},   {1, 5, -1},    {0, 10, -1}, {4, 10, -1},
        {5, 10, 0}, {7, 10, 0}, {8, 10, 1}, {80, 100, 1}, {40, 100, -1}, {NAN, 5, 0}, {5, NAN, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_int_equal(record_rating_side(cases[i].rating, cases[i].scale), cases[i].side);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ratings_have_sides)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
