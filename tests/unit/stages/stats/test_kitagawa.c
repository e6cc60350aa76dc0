/* test_kitagawa.c - stages/stats/kitagawa.c: parts as numpy computes them, and their exact sum. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stages/stats/kitagawa.h"

static struct sample sample_of(const double pairs[][2], size_t count)
{
    struct sample sample = {0};
    for (size_t i = 0; i < count; i++)
        sample_add(&sample, pairs[i][0], pairs[i][1]);
    return sample;
}

static void parts_equal_those_of_numpy_and_add_up(void **state)
{
    (void)state;
    struct kitagawa_topic topics[] = {
        {sample_of((const double[][2]){{5, 1}, {4, 1}, {5, 0.5}}, 3),
         sample_of((const double[][2]){{2, 1}, {3, 1}, {1, 0.5}, {2, 1}}, 4)},
        {sample_of((const double[][2]){{3, 0.5}, {2, 1}, {4, 1}, {1, 1}}, 4),
         sample_of((const double[][2]){{3, 0.5}, {3, 1}}, 2)},
        {sample_of((const double[][2]){{4, 1}, {4, 1}}, 2),
         sample_of((const double[][2]){{5, 1}, {4, 1}, {4, 1}}, 3)},
    };
    const double expected[][2] = {{-0.921428571428571, 0.00736607142857137},
                                  {0.178571428571429, 0.149553571428571},
                                  {0.104166666666667, 0.106770833333333}};
    struct kitagawa_part parts[3];
    double sum = 0;
    assert_true(kitagawa_decompose(topics, 3, parts));
    for (size_t i = 0; i < 3; i++) {
        assert_true(fabs(parts[i].tone - expected[i][0]) < 1e-12);
        assert_true(fabs(parts[i].volume - expected[i][1]) < 1e-12);
        sum += parts[i].tone + parts[i].volume;
    }
    assert_true(fabs(sum - -0.375) < 1e-12);
}

static void a_topic_of_one_period_changes_the_mean_by_volume(void **state)
{
    (void)state;
    struct kitagawa_topic topics[] = {
        {sample_of((const double[][2]){{5, 1}, {4, 1}}, 2),
         sample_of((const double[][2]){{5, 1}, {4, 1}}, 2)},
        {sample_of(NULL, 0), sample_of((const double[][2]){{1, 1}, {1, 1}}, 2)},
    };
    struct kitagawa_part parts[2];
    assert_true(kitagawa_decompose(topics, 2, parts));
    assert_true(parts[1].tone == 0 && parts[1].volume < 0);
    assert_true(fabs(parts[0].volume + parts[0].tone + parts[1].volume - (2.75 - 4.5)) < 1e-12);
    assert_false(kitagawa_decompose(&topics[1], 1, parts));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_equal_those_of_numpy_and_add_up),
        cmocka_unit_test(a_topic_of_one_period_changes_the_mean_by_volume),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
