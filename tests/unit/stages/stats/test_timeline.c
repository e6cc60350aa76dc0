/* test_timeline.c - stages/stats/timeline.c: finished and open periods. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/stats/timeline.h"

enum { MONDAY = 20521 /* 2026-03-09, of week 11 */ };

static void weeks_end_on_sunday(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct timeline timeline = timeline_make(MONDAY - 8, MONDAY + 6, TEXT("week"), &arena);
    assert_int_equal(timeline.count, 3);
    assert_true(text_equal(timeline.periods[0].name, TEXT("2026-W09")));
    assert_true(text_equal(timeline.periods[2].name, TEXT("2026-W11")));
    assert_int_equal(timeline.periods[2].begin, MONDAY);
    assert_int_equal(timeline.periods[2].end, MONDAY + 7);
    assert_int_equal(timeline.open.name.size, 0);
    assert_int_equal(timeline_find(&timeline, MONDAY + 3), 2);
    assert_int_equal(timeline_find(&timeline, MONDAY + 7), timeline.count);
    assert_int_equal(timeline_find(&timeline, MONDAY - 30), timeline.count);
    arena_free(&arena);
}

static void a_period_is_open_before_its_last_day(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct timeline timeline = timeline_make(MONDAY - 8, MONDAY + 5, TEXT("week"), &arena);
    assert_int_equal(timeline.count, 2);
    assert_true(text_equal(timeline.open.name, TEXT("2026-W11")));
    timeline = timeline_make(MONDAY, MONDAY, TEXT("month"), &arena);
    assert_int_equal(timeline.count, 0);
    arena_free(&arena);
}

static void the_first_periods_of_a_long_history_are_dropped(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct timeline timeline = timeline_make(0, MONDAY, TEXT("day"), &arena);
    assert_int_equal(timeline.count, TIMELINE_MAX_PERIODS);
    assert_int_equal(timeline.periods[TIMELINE_MAX_PERIODS - 1].begin, MONDAY);
    assert_int_equal(timeline_day_of(-1), -1);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weeks_end_on_sunday),
        cmocka_unit_test(a_period_is_open_before_its_last_day),
        cmocka_unit_test(the_first_periods_of_a_long_history_are_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
