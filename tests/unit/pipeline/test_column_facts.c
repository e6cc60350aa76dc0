/* test_column_facts.c - pipeline/column_facts.c: the order of dates, the scale of ratings, authors
 * that are nobody. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "connectors/columns/roles.h"
#include "pipeline/column_decisions.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* 2026-11-15: the future begins at 2026-11-17. */
static const int64_t now = 1794700800;

static struct record make_dated_record(const char *date, enum date_order given_order)
{
    struct mapping mapping = {.date_order = given_order,
                              .given_date_order = given_order,
                              .date_column = TEXT("when"),
                              .date_column_hash = hash_text(TEXT("when"))};
    struct record record = {.rating = NAN,
                            .date = {.given_order = given_order, .column = TEXT("when")}};
    if (!date_parse_readings(text_of(date), &mapping, &record.created_at, &record.date))
        fail_msg("%s is no date", date);
    return record;
}

/* Adds the dates of a list, "1/2/2026|3/4/2026", from the left or from the right. */
static void add_dates(struct column_facts *facts, const char *list, bool backwards)
{
    struct text rest = text_of(list), date;
    while (rest.size) {
        size_t at = text_find(rest, TEXT("|"), 0);
        if (backwards) {
            at = rest.size;
            while (at > 0 && rest.bytes[at - 1] != '|')
                at--;
            date = text_slice(rest, at, rest.size);
            rest = text_slice(rest, 0, at ? at - 1 : 0);
        } else {
            date = text_slice(rest, 0, at);
            rest = text_slice(rest, at + 1, rest.size);
        }
        char copy[64];
        snprintf(copy, sizeof(copy), "%.*s", (int)date.size, date.size ? date.bytes : "");
        struct record record = make_dated_record(copy, DATE_ORDER_UNKNOWN);
        column_facts_add(facts, &record);
    }
}

/* The warnings about "source a", one after the other. */
struct warnings {
    struct arena arena;
    struct text text;
};

static bool add_warning(void *user, const struct column_warning *warning, struct error *error)
{
    (void)error;
    struct warnings *warnings = user;
    warnings->text = arena_format(&warnings->arena, "%.*s%.*s%s", TEXT_ARGUMENT(warnings->text),
                                  TEXT_ARGUMENT(warning->text), warning->is_guess ? "" : " (fact)");
    return true;
}

static void expect_warnings(const struct column_facts *facts, const char *expected)
{
    struct warnings warnings = {0};
    column_facts_for_each_warning(facts, TEXT("source a"), add_warning, &warnings, NULL);
    if (!text_equal(warnings.text, text_of(expected)))
        fail_msg("%.*s", TEXT_ARGUMENT(warnings.text));
    arena_free(&warnings.arena);
}

static void all_dates_of_a_notation_decide_its_order(void **state)
{
    (void)state;
    static const struct {
        const char *dates, *explanation;
    } cases[] = {
        {"05/10/2026|13/10/2026", "day first, since 13/10/2026 has no other reading"},
        {"05/10/2026|10/13/2026", "month first, since 10/13/2026 has no other reading"},
        {"24-08-15|98-08-15", "year first, since 98-08-15 has no other reading"},
        {"05/10/2026",
         "the order of day and month is unclear, read as month first; 'dates =' sets it"},
        {"05.10.26", "the order of day and month is unclear, read as day first; 'dates =' sets it"},
        {"05/05/2026",
         "the order of day and month is unclear, read as month first; 'dates =' sets it"},
        {"05/10/2026|06/10/2026",
         "day first, since the first number varies more; 'dates =' overrides"},
        {"05/09/2026|05/10/2026",
         "month first, since the second number varies more; 'dates =' overrides"},
        {"05.09.2026|05.10.2026", "day first, since that is usual with dots; 'dates =' overrides"},
        {"04-08-05|04-08-03|04-09-02",
         "year first, since the last number varies more than the first; 'dates =' overrides"},
        /* 12 January was, 1 December is to come. */
        {"01/12/2026", "month first, since other orders give dates in the future"},
        {"12/01/2026", "day first, since other orders give dates in the future"},
        {"01/12/2026|13/10/2026", "day first, since 13/10/2026 has no other reading"},
        /* A date that is in the future in every order says nothing. */
        {"01/12/2126",
         "the order of day and month is unclear, read as month first; 'dates =' sets it"},
        {"13/10/2026|10/14/2026|15/10/2026",
         "day first, but the orders are mixed: 13/10/2026 and 10/14/2026"},
        {"13/10/2026|10/14/2026|10/15/2026",
         "month first, but the orders are mixed: 13/10/2026 and 10/14/2026"},
    };
    for (size_t i = 0; i < 2 * COUNT(cases); i++) {
        struct column_facts facts = {.future_begins = column_facts_future(now)};
        struct arena arena = {0};
        add_dates(&facts, cases[i / 2].dates, i % 2);
        assert_int_equal(facts.date_count, 1);
        struct text explanation = date_facts_explain(&facts.dates[0], &arena);
        if (!text_equal(explanation, text_of(cases[i / 2].explanation)))
            fail_msg("%s: %.*s", cases[i / 2].dates, TEXT_ARGUMENT(explanation));
        arena_free(&arena);
        column_facts_free(&facts);
    }
}

static void notations_are_decided_separately(void **state)
{
    (void)state;
    struct column_facts facts = {.future_begins = INT64_MAX};
    add_dates(&facts, "13/10/2026|10-13-2026|13/10/26|2026-10-13", false);
    assert_int_equal(facts.date_count, 3);
    struct record record = make_dated_record("05/11/2026 10:00", DATE_ORDER_UNKNOWN);
    column_facts_apply(&facts, &record);
    assert_int_equal(record.created_at, 1793872800); /* 2026-11-05 10:00 */
    record = make_dated_record("05-11-2026", DATE_ORDER_UNKNOWN);
    column_facts_apply(&facts, &record);
    assert_int_equal(record.created_at, 1778457600); /* 2026-05-11 */
    column_facts_free(&facts);
}

static void of_mixed_orders_a_row_follows_its_file(void **state)
{
    (void)state;
    struct column_facts facts = {.future_begins = column_facts_future(now)};
    add_dates(&facts, "13/10/2026|10/13/2026|14/10/2026", false);
    struct record record = make_dated_record("05/11/2026", DATE_ORDER_UNKNOWN);
    column_facts_apply(&facts, &record);
    assert_int_equal(record.created_at, record.date.times[DATE_ORDER_DMY]);
    record.date.file_order = DATE_ORDER_MDY;
    column_facts_apply(&facts, &record);
    assert_int_equal(record.created_at, record.date.times[DATE_ORDER_MDY]);
    column_facts_free(&facts);
}

static void the_users_order_decides_whatever_the_dates_show(void **state)
{
    (void)state;
    struct column_facts facts = {.future_begins = column_facts_future(now)};
    add_dates(&facts, "13/10/2026", false);
    struct record record = make_dated_record("05/10/2026", DATE_ORDER_MDY);
    column_facts_add(&facts, &record);
    assert_int_equal(date_facts_decide(&facts.dates[0]).order, DATE_ORDER_MDY);
    expect_warnings(&facts, "");
    add_dates(&facts, "13/10/2026", false); /* a later run without it */
    assert_int_equal(date_facts_decide(&facts.dates[0]).order, DATE_ORDER_DMY);
    column_facts_free(&facts);
}

static void undecided_rows_are_warned_of(void **state)
{
    (void)state;
    static const struct {
        const char *dates, *warning;
    } cases[] = {
        {"05/10/2026|03/10/2026|10/10/2026",
         "the order of day and month is undecided in 2 rows of source a (column 'when', e.g. "
         "03/10/2026); read as day first; set [source] dates = dmy or mdy"},
        {"04.05.06",
         "the order of day and month is undecided in 1 row of source a (column 'when', e.g. "
         "04.05.06); read as day first; set [source] dates = dmy, mdy or ymd"},
        {"13/10/2026|10/13/2026|05/10/2026",
         "the orders of day and month are mixed in source a (column 'when': 13/10/2026 and "
         "10/13/2026); 1 row of files that do not show theirs: read as day first; make a [source] "
         "of each kind of file and set its dates = dmy or mdy"},
        {"15.08.25|16.08.25|19.08.25|21.09.25", ""},
        {"05/05/2026", ""},
        {"13/10/2026|05/10/2026", ""},
        {"12/01/2026", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct column_facts facts = {.future_begins = column_facts_future(now)};
        add_dates(&facts, cases[i].dates, false);
        expect_warnings(&facts, cases[i].warning);
        column_facts_free(&facts);
    }
}

static void the_key_of_a_date_depends_on_no_setting(void **state)
{
    (void)state;
    static const char *const dates[] = {"05/10/2026 08:30", "05.10.26",   "2026-10-05 08:30",
                                        "20261005",         "5 Oct 2026", "2026-10-05T08:30:00Z"};
    for (size_t i = 0; i < COUNT(dates); i++) {
        struct mapping mapping = {0};
        struct record plain = {0};
        assert_true(
            date_parse_readings(text_of(dates[i]), &mapping, &plain.created_at, &plain.date));
        for (int order = DATE_ORDER_YMD; order < DATE_ORDER_COUNT; order++) {
            struct record record = {0};
            mapping = (struct mapping){.date_order = (enum date_order)order,
                                       .given_date_order = (enum date_order)order,
                                       .date_zone_seconds = 9 * 3600};
            assert_true(
                date_parse_readings(text_of(dates[i]), &mapping, &record.created_at, &record.date));
            if (record_date_key(&record) != record_date_key(&plain))
                fail_msg("%s has another key in order %d", dates[i], order);
        }
    }
}

/* Ratings in the order of rows, the scale that the name implies or the user sets, and the decision.
 */
static void the_scale_is_that_of_the_whole_column(void **state)
{
    (void)state;
    static const struct {
        double values[6], hinted, stated, given, expected;
        bool is_settled;
    } cases[] = {
        {{1, 1, 1, 1, 1, 4}, NAN, NAN, NAN, 5, false},
        {{5, 1, 3, 2, 5, 1}, NAN, NAN, NAN, 5, true},
        {{0, 1, 2, 7, 8, 9}, NAN, NAN, NAN, 10, false},
        {{9, 8, 3, 2, 1, 0}, 10, NAN, NAN, 10, false},
        {{1, 2, 4, 3, 4, 1}, 10, NAN, NAN, 10, false},
        {{0, 60, 100, 20, 5, 1}, 10, NAN, NAN, 100, true},
        {{0, 1, 1, 0, 1, 0}, NAN, NAN, NAN, 1, true},
        {{1, 1, 1, 1, 1, 1}, NAN, NAN, NAN, 5, false},
        {{0, 0, 0, 0, 0, 0}, NAN, NAN, NAN, 5, false},
        {{1, 1, 1, 1, 1, 1}, 10, NAN, NAN, 10, false},
        {{1, 0, 1, 0, 1, 0}, 10, NAN, NAN, 1, true},
        {{0.5, 1, 0, 1, 0, 0}, NAN, NAN, NAN, 5, false},
        {{1, 2, 3, 2, 1, 2}, NAN, 7, NAN, 7, false},
        {{1, 2, 9, 2, 1, 2}, NAN, 7, NAN, 10, false},
        {{1, 2, 3, 2, 1, 2}, NAN, 7, 4, 4, true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct column_facts facts = {0};
        for (size_t j = 0; j < 6; j++) {
            struct record record = {.rating = cases[i].values[j],
                                    .rating_reading = {.column = 3,
                                                       .stated_scale = NAN,
                                                       .given_scale = cases[i].given,
                                                       .hinted_scale = cases[i].hinted}};
            column_facts_add(&facts, &record);
        }
        struct record stated = {.rating = 1,
                                .rating_reading = {.column = 3,
                                                   .stated_scale = cases[i].stated,
                                                   .given_scale = cases[i].given,
                                                   .hinted_scale = cases[i].hinted}};
        if (!isnan(cases[i].stated))
            column_facts_add(&facts, &stated);
        double scale = rating_facts_decide(&facts.ratings[0]);
        if (scale != cases[i].expected)
            fail_msg("case %zu: %g", i, scale);
        if (column_facts_are_settled(&facts, true) != cases[i].is_settled)
            fail_msg("case %zu: settled is %d", i, !cases[i].is_settled);
        assert_true(column_facts_are_settled(&facts, false));
        column_facts_free(&facts);
    }
}

static void add_ratings(struct column_facts *facts, double value, size_t rows,
                        enum record_state state)
{
    struct record record = {.rating = value,
                            .state = state,
                            .rating_reading = {.column = 3,
                                               .column_name = TEXT("stars"),
                                               .stated_scale = NAN,
                                               .given_scale = NAN,
                                               .hinted_scale = NAN}};
    while (rows-- > 0)
        column_facts_add(facts, &record);
}

/* The rows of the values 1, 2 and `value`, and of the value 3 in records that are not saved. */
static void a_slip_above_the_scale_of_all_others_is_no_rating(void **state)
{
    (void)state;
    static const struct {
        size_t ones, twos, threes;
        double value;
        size_t rows;
        double expected;
    } cases[] = {
        {90, 9, 0, 55, 1, 5},   {90, 8, 0, 55, 1, 100},  {90, 8, 9, 55, 1, 100},
        {900, 90, 0, 7, 10, 5}, {900, 90, 0, 7, 11, 10}, {900, 90, 0, 5, 1, 5},
        {0, 900, 0, 1, 1, 5},   {0, 0, 0, 55, 100, 100},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int backwards = 0; backwards < 2; backwards++) {
            struct column_facts facts = {0};
            if (backwards)
                add_ratings(&facts, cases[i].value, cases[i].rows, RECORD_NEW);
            add_ratings(&facts, 1, cases[i].ones, RECORD_UNCHANGED);
            add_ratings(&facts, 3, cases[i].threes, RECORD_EMPTY);
            add_ratings(&facts, 2, cases[i].twos, RECORD_REVISED);
            if (!backwards)
                add_ratings(&facts, cases[i].value, cases[i].rows, RECORD_NEW);
            double scale = rating_facts_decide(&facts.ratings[0]);
            if (scale != cases[i].expected)
                fail_msg("case %zu: %g", i, scale);
            column_facts_free(&facts);
        }
}

/* Facts that are collected in two parts and merged are those of all rows. */
static void merged_facts_are_those_of_all_rows(void **state)
{
    (void)state;
    static const char *const dates[] = {"05/10/2026|13/10/2026", "05/11/2026|04/10/2026"};
    static const double values[] = {1, 5, 3, 55, 5, 0};
    for (size_t first = 0; first < 2; first++) {
        struct column_facts parts[2] = {0}, all = {0}, merged = {0};
        for (size_t i = 0; i < 6; i++) {
            add_ratings(&parts[i % 2], values[i], 1, RECORD_NEW);
            add_ratings(&all, values[i], 1, RECORD_NEW);
        }
        for (size_t i = 0; i < 2; i++) {
            add_dates(&parts[i], dates[i], false);
            add_dates(&all, dates[i], false);
        }
        for (size_t i = 0; i < 2; i++) {
            column_facts_merge_dates(&merged, &parts[(first + i) % 2].dates[0]);
            column_facts_merge_ratings(&merged, &parts[(first + i) % 2].ratings[0]);
        }
        const struct date_facts *expected = &all.dates[0], *given = &merged.dates[0];
        assert_memory_equal(expected->numbers, given->numbers, sizeof(expected->numbers));
        assert_int_equal(expected->impossible, given->impossible);
        assert_int_equal(expected->differing, given->differing);
        for (int order = 0; order < DATE_ORDER_COUNT; order++)
            assert_true(text_equal(expected->examples[order], given->examples[order]));
        assert_true(merged.ratings[0].min == 0 && merged.ratings[0].max == 55 &&
                    merged.ratings[0].second == 5 && merged.ratings[0].has_others);
        column_facts_free(&parts[0]);
        column_facts_free(&parts[1]);
        column_facts_free(&all);
        column_facts_free(&merged);
    }
}

static void a_slip_is_warned_of_and_removed(void **state)
{
    (void)state;
    struct column_facts facts = {0};
    struct record record = {
        .rating = 55, .rating_scale = 100, .rating_reading = {.column = 3, .stated_scale = NAN}};
    add_ratings(&facts, 0, 60, RECORD_NEW);
    add_ratings(&facts, 55, 1, RECORD_NEW);
    add_ratings(&facts, 1, 60, RECORD_NEW);
    assert_true(rating_facts_decide(&facts.ratings[0]) == 1);
    expect_warnings(&facts, "the rating 55 in 1 row of source a (column 'stars') is above the "
                            "scale of all other ratings (1) and "
                            "counts as none; set [source] rating_scale if it is right (fact)");
    column_facts_apply(&facts, &record);
    assert_true(isnan(record.rating) && isnan(record.rating_scale));
    column_facts_free(&facts);
}

static void an_author_of_nearly_all_records_is_nobody(void **state)
{
    (void)state;
    assert_true(author_is_nobody(5, 5));
    assert_true(author_is_nobody(80, 100));
    assert_false(author_is_nobody(4, 4));
    assert_false(author_is_nobody(79, 100));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_dates_of_a_notation_decide_its_order),
        cmocka_unit_test(notations_are_decided_separately),
        cmocka_unit_test(of_mixed_orders_a_row_follows_its_file),
        cmocka_unit_test(the_users_order_decides_whatever_the_dates_show),
        cmocka_unit_test(undecided_rows_are_warned_of),
        cmocka_unit_test(the_key_of_a_date_depends_on_no_setting),
        cmocka_unit_test(the_scale_is_that_of_the_whole_column),
        cmocka_unit_test(a_slip_above_the_scale_of_all_others_is_no_rating),
        cmocka_unit_test(a_slip_is_warned_of_and_removed),
        cmocka_unit_test(merged_facts_are_those_of_all_rows),
        cmocka_unit_test(an_author_of_nearly_all_records_is_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
