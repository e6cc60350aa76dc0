/* test_calendar.c - base/calendar.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "base/calendar.h"

static void seconds_agree_with_the_c_library(void **state)
{
    (void)state;
    for (int64_t seconds = -62135596800; seconds < 32503680000; seconds += 7654321) {
        struct tm expected;
        time_t when = (time_t)seconds;
        gmtime_r(&when, &expected);
        struct civil_time civil = calendar_from_seconds(seconds);
        assert_int_equal(civil.year, expected.tm_year + 1900);
        assert_int_equal(civil.month, expected.tm_mon + 1);
        assert_int_equal(civil.day, expected.tm_mday);
        assert_int_equal(civil.second, expected.tm_sec);
        int64_t back;
        assert_true(calendar_to_seconds(civil, &back));
        assert_true(back == seconds);
    }
}

static void dates_that_do_not_exist_are_refused(void **state)
{
    (void)state;
    static const struct civil_time wrong[] = {
        {2026, 2, 29, 0, 0, 0}, {2026, 13, 1, 0, 0, 0}, {2026, 4, 31, 0, 0, 0},
        {2026, 1, 0, 0, 0, 0},  {2026, 1, 1, 24, 0, 0}, {1900, 2, 29, 0, 0, 0},
        {0, 1, 1, 0, 0, 0},
    };
    int64_t seconds;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        assert_false(calendar_to_seconds(wrong[i], &seconds));
    assert_true(calendar_to_seconds((struct civil_time){2000, 2, 29, 23, 59, 60}, &seconds));
}

static void periods_follow_iso_8601(void **state)
{
    (void)state;
    static const struct {
        int64_t year;
        int month, day;
        const char *length, *period;
    } cases[] = {
        {2026, 3, 9, "day", "2026-03-09"},   {2026, 3, 9, "week", "2026-W11"},
        {2021, 1, 3, "week", "2020-W53"},    {2024, 12, 30, "week", "2025-W01"},
        {2026, 3, 9, "month", "2026-03"},    {2026, 12, 31, "quarter", "2026-Q4"},
        {2026, 3, 31, "quarter", "2026-Q1"}, {2026, 3, 9, "year", "2026"},
        {2026, 3, 9, "all", "all"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int64_t seconds;
        char period[16];
        assert_true(calendar_to_seconds(
            (struct civil_time){cases[i].year, cases[i].month, cases[i].day, 12, 0, 0}, &seconds));
        calendar_format_period(seconds, text_of(cases[i].length), period);
        assert_string_equal(period, cases[i].period);
    }
    char period[16], printed[32];
    calendar_format_period(TIME_UNKNOWN, TEXT("month"), period);
    assert_string_equal(period, "undated");
    calendar_format(0, printed);
    assert_string_equal(printed, "1970-01-01T00:00:00Z");
    calendar_format(TIME_UNKNOWN, printed);
    assert_string_equal(printed, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seconds_agree_with_the_c_library),
        cmocka_unit_test(dates_that_do_not_exist_are_refused),
        cmocka_unit_test(periods_follow_iso_8601),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
