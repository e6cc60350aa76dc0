/* test_time_span.c - jobs/ask/time_span.c: the periods that questions name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "jobs/ask/time_span.h"

/* A Saturday. */
static const int64_t newest = 1793460240; /* 2026-10-31T15:24:00Z */

static void format_day(int64_t seconds, char day[32])
{
    calendar_format(seconds, day);
    day[seconds == TIME_UNKNOWN ? 0 : 10] = '\0';
}

/* "since..until, words that are left" */
static void check(const char *question, const char *expected)
{
    struct arena arena = {0};
    struct tokens tokens = tokens_split(text_of(question), &arena);
    struct time_span span = time_span_find(&tokens, newest);
    char since[32], until[32], found[400];
    format_day(span.since, since);
    format_day(span.until, until);
    int size = snprintf(found, sizeof(found), "%s..%s", since, until);
    for (size_t i = 0; i < tokens.count; i++)
        if (!tokens.items[i].is_used)
            size += snprintf(found + size, sizeof(found) - (size_t)size, " %.*s",
                             TEXT_ARGUMENT(tokens.items[i].original));
    if (!text_equal(text_of(found), text_of(expected)))
        fail_msg("%s\n  expected: %s\n  found:    %s", question, expected, found);
    arena_free(&arena);
}

static void periods_count_from_the_newest_record(void **state)
{
    static const char *const cases[][2] = {
        {"returns since September", "2026-09-01.. returns"},
        {"returns since September 14", "2026-09-14.. returns"},
        {"from 14 September 2025", "2025-09-14.."},
        {"in September", "2026-09-01..2026-10-01"},
        {"last September", "2026-09-01..2026-10-01"},
        {"after September", "2026-10-01.."},
        {"before September", "..2026-09-01"},
        {"until September", "..2026-10-01"},
        {"between September 10 and October 5", "2026-09-10..2026-10-06"},
        {"in December", "2025-12-01..2026-01-01"},
        {"last month", "2026-09-01..2026-10-01"},
        {"this month", "2026-10-01..2026-11-01"},
        {"last week", "2026-10-19..2026-10-26"},
        {"this week", "2026-10-26..2026-11-02"},
        {"in the last 2 weeks", "2026-10-18..2026-11-01"},
        {"past three months", "2026-07-31..2026-11-01"},
        {"last quarter", "2026-07-01..2026-10-01"},
        {"last year", "2025-01-01..2026-01-01"},
        {"since last month", "2026-09-01.."},
        {"in 2025", "2025-01-01..2026-01-01"},
        {"since 2026-09", "2026-09-01.."},
        {"on 2026-09-14", "2026-09-14..2026-09-15"},
        {"yesterday", "2026-10-30..2026-10-31"},
        {"9월 불만", "2026-09-01..2026-10-01 불만"},
        {"9월부터 불만", "2026-09-01.. 불만"},
        {"9월 이후", "2026-09-01.."},
        {"2025년 9월 14일까지", "..2025-09-15"},
        {"지난달 배송", "2026-09-01..2026-10-01 배송"},
        {"지난 주 배송", "2026-10-19..2026-10-26 배송"},
        {"최근 3개월 후기", "2026-07-31..2026-11-01 후기"},
        {"올해", "2026-01-01..2027-01-01"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        check(cases[i][0], cases[i][1]);
}

static void other_words_are_no_dates(void **state)
{
    static const char *const cases[][2] = {
        {"customers may return it", ".. customers may return it"},
        {"the last one", ".. the last one"},
        {"does it last 10 hours", ".. does it last 10 hours"},
        {"after version 3.2", ".. after version 3.2"},
        {"5 stars", ".. 5 stars"},
        {"이달의 상품", ".. 이달의 상품"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        check(cases[i][0], cases[i][1]);
}

static void records_without_dates_have_no_periods(void **state)
{
    struct arena arena = {0};
    struct tokens tokens = tokens_split(TEXT("returns since September"), &arena);
    struct time_span span = time_span_find(&tokens, TIME_UNKNOWN);
    (void)state;
    assert_true(span.since == TIME_UNKNOWN && span.until == TIME_UNKNOWN);
    for (size_t i = 0; i < tokens.count; i++)
        assert_false(tokens.items[i].is_used);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods_count_from_the_newest_record),
        cmocka_unit_test(other_words_are_no_dates),
        cmocka_unit_test(records_without_dates_have_no_periods),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
