/* test_change_search.c - stages/stats/change_search.c: rises and falls that are found, what
 * explains them, when they began, and what is left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/stats/change_search.h"

enum { PERIODS = 10, LAST = PERIODS - 1, ALL_TOPICS = 0, LID = 1, LOOK = 2 };

static const double hundred[] = {100, 100, 100, 100, 100, 100, 100, 100, 100, 100};
static const double fifty[] = {50, 50, 50, 50, 50, 50, 50, 50, 50, 50};
static const double steady[] = {5, 6, 4, 5, 5, 6, 4, 5, 6, 5};
static const double jumps[] = {5, 6, 4, 5, 5, 6, 4, 25, 27, 24};
static const double half_jumps[] = {2, 3, 2, 3, 2, 3, 2, 22, 24, 22};
static const double sinks[] = {30, 28, 31, 29, 30, 32, 30, 28, 30, 8};
static const double spike[] = {5, 6, 4, 5, 5, 6, 4, 5, 25, 5};

struct found {
    struct arena arena;
    struct change *changes;
    size_t count;
};

static struct found search(const struct change_series *series, size_t count, size_t period)
{
    struct change_search change_search = {series, count, PERIODS, false};
    struct found found = {0};
    found.changes =
        change_search_run(&change_search, period, ALL_TOPICS, &found.arena, &found.count);
    return found;
}

static void a_rise_is_found_with_its_onset(void **state)
{
    (void)state;
    const struct change_series series[] = {{0, LID, true, jumps, hundred},
                                           {0, LOOK, true, steady, hundred}};
    struct found found = search(series, 2, LAST);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.changes[0].series, 0);
    assert_true(found.changes[0].rises && found.changes[0].q_value < 0.01);
    assert_int_equal(change_find_onset(&(struct change_search){series, 2, PERIODS, false},
                                       &found.changes[0], LAST),
                     7);
    arena_free(&found.arena);
}

static void a_fall_is_found(void **state)
{
    (void)state;
    const struct change_series series[] = {{0, LID, true, sinks, hundred}};
    struct found found = search(series, 1, LAST);
    assert_int_equal(found.count, 1);
    assert_false(found.changes[0].rises);
    arena_free(&found.arena);
}

static void nothing_is_told_of_steady_shares(void **state)
{
    (void)state;
    const struct change_series series[] = {{0, LID, true, steady, hundred}};
    struct found found = search(series, 1, LAST);
    assert_int_equal(found.count, 0);
    arena_free(&found.arena);
}

/* The part rises from 2 to 22 of 50, the whole from 5 to 25 of 100: the part explains it. */
static void the_part_that_explains_a_change_is_told(void **state)
{
    (void)state;
    const struct change_series series[] = {{0, LID, true, jumps, hundred},
                                           {1, LID, false, half_jumps, fifty}};
    struct found found = search(series, 2, LAST);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.changes[0].series, 1);
    arena_free(&found.arena);
}

static void a_topic_explains_a_change_of_all_topics(void **state)
{
    (void)state;
    const struct change_series series[] = {{0, ALL_TOPICS, false, jumps, hundred},
                                           {0, LID, true, jumps, hundred}};
    struct found found = search(series, 2, LAST);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.changes[0].series, 1);
    arena_free(&found.arena);
    found = search(series, 1, LAST);
    assert_int_equal(found.count, 1);
    arena_free(&found.arena);
}

static void a_spike_is_over_in_the_next_period(void **state)
{
    (void)state;
    const struct change_series series[] = {{0, LID, true, spike, hundred}};
    const struct change_search change_search = {series, 1, PERIODS, false};
    struct found before = search(series, 1, LAST - 1);
    assert_int_equal(before.count, 1);
    assert_true(change_is_over(&change_search, &before.changes[0], LAST));
    assert_false(change_is_over(&change_search, &before.changes[0], LAST - 1));
    arena_free(&before.arena);
}

/* Too few periods before, and too few records. */
static void short_histories_and_few_records_are_not_tested(void **state)
{
    (void)state;
    const double few[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 4};
    const struct change_series series[] = {{0, LID, true, few, hundred},
                                           {0, LOOK, true, jumps, hundred}};
    struct found found = search(series, 1, LAST);
    assert_int_equal(found.count, 0);
    arena_free(&found.arena);
    found = search(series, 2, 2);
    assert_int_equal(found.count, 0);
    arena_free(&found.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rise_is_found_with_its_onset),
        cmocka_unit_test(a_fall_is_found),
        cmocka_unit_test(nothing_is_told_of_steady_shares),
        cmocka_unit_test(the_part_that_explains_a_change_is_told),
        cmocka_unit_test(a_topic_explains_a_change_of_all_topics),
        cmocka_unit_test(a_spike_is_over_in_the_next_period),
        cmocka_unit_test(short_histories_and_few_records_are_not_tested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
