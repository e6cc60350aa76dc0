/* test_time_series.c - jobs/report/time_series.c on figures of a fake store: this file defines
 * store_for_each_table_row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "jobs/report/time_series.h"

enum { COLUMN_COUNT = 8 };

/* A row of the table of topics: period, segment, topic, mentions, positive, negative, quote, and a
 * column that time_series.c does not ask for. */
struct store {
    const char *const (*rows)[COLUMN_COUNT];
    size_t row_count;
    const char *renamed_column; /* replaces "negative"; NULL: no column is renamed */
};

bool store_for_each_table_row(struct store *store, const char *table,
                              const struct selection *selection, uint64_t model_key,
                              const struct table_visitor *visitor, struct error *error)
{
    (void)selection;
    (void)model_key;
    assert_string_equal(table, "topics");
    struct column columns[COLUMN_COUNT] = {
        {"period", COLUMN_TEXT},       {"segment", COLUMN_TEXT},        {"topic", COLUMN_TEXT},
        {"mentions", COLUMN_NUMBER},   {"positive", COLUMN_NUMBER},     {"negative", COLUMN_NUMBER},
        {"top_quote_id", COLUMN_TEXT}, {"net_sentiment", COLUMN_NUMBER}};
    if (store->renamed_column)
        columns[5].name = store->renamed_column;
    if (!visitor->begin(visitor->user, columns, COLUMN_COUNT, error))
        return false;
    for (size_t i = 0; i < store->row_count; i++) {
        struct text cells[COLUMN_COUNT];
        for (size_t k = 0; k < COLUMN_COUNT; k++)
            cells[k] = text_of(store->rows[i][k]);
        if (!visitor->row(visitor->user, cells, COLUMN_COUNT, error))
            return false;
    }
    return true;
}

#define QUOTE_A "00000000000000aa"
#define QUOTE_B "00000000000000bb"
#define KETTLE_NORTH "product=Kettle; region=North"
#define KETTLE_SOUTH "product=Kettle; region=South"

static const char *const two_regions[][COLUMN_COUNT] = {
    {"2026-09", KETTLE_NORTH, "(all)", "10", "6", "2", QUOTE_A, "0.4"},
    {"2026-09", KETTLE_SOUTH, "(all)", "20", "5", "9", QUOTE_B, "-0.2"},
    {"2026-10", KETTLE_NORTH, "(all)", "4", "1", "3", QUOTE_A, "-0.5"},
    {"2026-10", KETTLE_NORTH, "lid", "3", "0", "3", QUOTE_B, "-1"},
    {"2026-10", "product=(none); region=North", "(all)", "1", "1", "0", QUOTE_A, "1"},
    /* totals and undated records, which are in no series */
    {"2026-09", "all", "(all)", "30", "11", "11", QUOTE_A, "0"},
    {"all", KETTLE_NORTH, "(all)", "14", "7", "5", QUOTE_A, "0.1"},
    {"all", "all", "(all)", "38", "13", "14", QUOTE_A, "0"},
    {"undated", KETTLE_NORTH, "(all)", "3", "0", "0", "", "0"},
    {"undated", "all", "(all)", "3", "0", "0", "", "0"},
};

static void load(struct series_table *table, const char *const (*rows)[COLUMN_COUNT], size_t count)
{
    struct store store = {.rows = rows, .row_count = count};
    struct error error = {0};
    assert_true(series_load(table, &store, NULL, 0, &error));
}

static void figures_are_summed_over_each_part_of_a_segment(void **state)
{
    (void)state;
    static const struct {
        const char *part, *from, *until;
        uint64_t mentions, positive, negative;
    } expected[] = {
        {"", "", "", 35, 13, 14},
        {"product=Kettle", "", "", 34, 12, 14},
        {"region=North", "", "", 15, 8, 5},
        {"region=South", "", "", 20, 5, 9},
        {"region=North", "2026-10", "", 5, 2, 3},
        {"region=North", "", "2026-10", 10, 6, 2},
        {"product=(none)", "", "", 0, 0, 0},
        {"region=West", "", "", 0, 0, 0},
    };
    struct series_table table = {0};
    load(&table, two_regions, sizeof(two_regions) / sizeof(*two_regions));
    for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
        struct cell sum =
            series_sum_counts(series_for_all_topics(&table, text_of(expected[i].part)),
                              text_of(expected[i].from), text_of(expected[i].until));
        if (sum.mentions != expected[i].mentions || sum.positive != expected[i].positive ||
            sum.negative != expected[i].negative)
            fail_msg("case %zu, '%s': %d mentions, %d positive, %d negative", i, expected[i].part,
                     (int)sum.mentions, (int)sum.positive, (int)sum.negative);
    }
    series_free(&table);
}

static void periods_and_fields_are_known(void **state)
{
    (void)state;
    struct series_table table = {0};
    load(&table, two_regions, sizeof(two_regions) / sizeof(*two_regions));
    assert_true(text_equal(table.first_period, TEXT("2026-09")));
    assert_true(text_equal(table.last_period, TEXT("2026-10")));
    assert_true(text_equal(table.first_segment_field, TEXT("product")));
    assert_true(table.has_periods && table.has_segments);
    assert_int_equal(table.undated_records, 3);
    series_free(&table);
}

/* Totals are dropped only if there is something that they are totals of. */
static void figures_without_segments_and_periods_are_kept(void **state)
{
    (void)state;
    static const char *const rows[][COLUMN_COUNT] = {
        {"all", "all", "(all)", "8", "3", "4", QUOTE_A, "0"},
    };
    struct series_table table = {0};
    load(&table, rows, 1);
    struct text none = {0};
    assert_int_equal(series_sum_counts(series_for_all_topics(&table, none), none, none).mentions,
                     8);
    assert_false(table.has_periods || table.has_segments);
    series_free(&table);
}

static void a_series_has_one_cell_per_period(void **state)
{
    (void)state;
    struct series_table table = {0};
    load(&table, two_regions, sizeof(two_regions) / sizeof(*two_regions));
    size_t series_count = 0;
    for (size_t i = 0; i < table.count; series_count++) {
        struct series series = series_at(&table, i);
        assert_true(series.begin < series.end);
        for (const struct cell *cell = series.begin + 1; cell < series.end; cell++)
            assert_true(text_compare(cell[-1].period, cell->period) < 0);
        i += (size_t)(series.end - series.begin);
    }
    assert_int_equal(series_count, 7); /* 4 parts of all topics, and 3 parts of "lid" */
    series_free(&table);
}

static void a_quote_is_of_the_asked_polarity(void **state)
{
    (void)state;
    struct series_table table = {0};
    load(&table, two_regions, sizeof(two_regions) / sizeof(*two_regions));
    struct series records = series_for_all_topics(&table, TEXT("region=North"));
    struct text none = {0};
    assert_int_equal(series_find_quote(records, false, none), 0xaa);
    assert_int_equal(series_find_quote(records, true, none), 0xaa);
    assert_int_equal(series_find_quote(records, false, TEXT("2026-10")), 0);
    records = series_for_all_topics(&table, TEXT("region=South"));
    assert_int_equal(series_find_quote(records, true, none), 0xbb);
    assert_int_equal(series_find_quote(records, false, none), 0);
    series_free(&table);
}

static void a_missing_column_is_an_error(void **state)
{
    (void)state;
    struct store store = {.renamed_column = "unfavourable"};
    struct series_table table = {0};
    struct error error = {0};
    assert_false(series_load(&table, &store, NULL, 0, &error));
    assert_int_equal(error.kind, ERROR_STORE);
    assert_non_null(strstr(error.message, "'negative'"));
    series_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_summed_over_each_part_of_a_segment),
        cmocka_unit_test(periods_and_fields_are_known),
        cmocka_unit_test(figures_without_segments_and_periods_are_kept),
        cmocka_unit_test(a_series_has_one_cell_per_period),
        cmocka_unit_test(a_quote_is_of_the_asked_polarity),
        cmocka_unit_test(a_missing_column_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
