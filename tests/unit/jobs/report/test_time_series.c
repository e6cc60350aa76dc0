/* test_time_series.c - jobs/report/time_series.c on figures of a fake store: this file defines
 * store_for_each_topic_stats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "jobs/report/time_series.h"

/* A saved figure: the fields of its segment, then period, topic and counts. */
struct figure {
    const char *product, *region; /* NULL: not in the segment; "": without a value */
    const char *period, *topic;
    uint64_t mentions, positive, negative, quote_id;
};

struct store {
    const struct figure *figures;
    size_t count;
};

static size_t add_field(struct field *fields, size_t count, const char *name, const char *value)
{
    if (value)
        fields[count++] = (struct field){text_of(name), text_of(value)};
    return count;
}

bool store_for_each_topic_stats(struct store *store, uint64_t view,
                                bool (*visit)(void *user, const struct topic_stats *topic_stats,
                                              struct error *error),
                                void *user, struct error *error)
{
    (void)view;
    for (size_t i = 0; i < store->count; i++) {
        const struct figure *figure = &store->figures[i];
        struct field fields[2];
        size_t field_count = add_field(fields, 0, "product", figure->product);
        field_count = add_field(fields, field_count, "region", figure->region);
        struct topic_stats topic_stats = {.key = {fields, field_count, text_of(figure->topic)},
                                          .period = text_of(figure->period),
                                          .mentions = figure->mentions,
                                          .positive = figure->positive,
                                          .negative = figure->negative,
                                          .top_quote_id = figure->quote_id};
        if (!visit(user, &topic_stats, error))
            return false;
    }
    return true;
}

static const struct figure two_regions[] = {
    {"Kettle", "North", "2026-09", "(all)", 10, 6, 2, 0xaa},
    {"Kettle", "South", "2026-09", "(all)", 20, 5, 9, 0xbb},
    {"Kettle", "North", "2026-10", "(all)", 4, 1, 3, 0xaa},
    {"Kettle", "North", "2026-10", "lid", 3, 0, 3, 0xbb},
    {"", "North", "2026-10", "(all)", 1, 1, 0, 0xaa},
    /* totals and undated records, which are in no series */
    {NULL, NULL, "2026-09", "(all)", 30, 11, 11, 0xaa},
    {"Kettle", "North", "all", "(all)", 14, 7, 5, 0xaa},
    {NULL, NULL, "all", "(all)", 38, 13, 14, 0xaa},
    {"Kettle", "North", "undated", "(all)", 3, 0, 0, 0},
    {NULL, NULL, "undated", "(all)", 3, 0, 0, 0},
};

static void load(struct series_table *table, const struct figure *figures, size_t count)
{
    struct store store = {figures, count};
    struct error error = {0};
    assert_true(series_load(table, &store, 0, &error));
}

static void figures_are_summed_over_each_part_of_a_segment(void **state)
{
    (void)state;
    static const struct {
        struct field part;
        const char *from, *until;
        uint64_t mentions, positive, negative;
    } expected[] = {
        {{{0}, {0}}, "", "", 35, 13, 14},
        {{TEXT("product"), TEXT("Kettle")}, "", "", 34, 12, 14},
        {{TEXT("region"), TEXT("North")}, "", "", 15, 8, 5},
        {{TEXT("region"), TEXT("South")}, "", "", 20, 5, 9},
        {{TEXT("region"), TEXT("North")}, "2026-10", "", 5, 2, 3},
        {{TEXT("region"), TEXT("North")}, "", "2026-10", 10, 6, 2},
        {{TEXT("product"), {0}}, "", "", 0, 0, 0},
        {{TEXT("region"), TEXT("West")}, "", "", 0, 0, 0},
    };
    struct series_table table = {0};
    load(&table, two_regions, sizeof(two_regions) / sizeof(*two_regions));
    for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
        struct cell sum = series_sum_counts(series_for_all_topics(&table, expected[i].part),
                                            text_of(expected[i].from), text_of(expected[i].until));
        if (sum.mentions != expected[i].mentions || sum.positive != expected[i].positive ||
            sum.negative != expected[i].negative)
            fail_msg("case %zu: %d mentions, %d positive, %d negative", i, (int)sum.mentions,
                     (int)sum.positive, (int)sum.negative);
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
    static const struct figure rows[] = {
        {NULL, NULL, "all", "(all)", 8, 3, 4, 0xaa},
    };
    struct series_table table = {0};
    load(&table, rows, 1);
    struct text none = {0};
    struct field everything = {0};
    assert_int_equal(
        series_sum_counts(series_for_all_topics(&table, everything), none, none).mentions, 8);
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
    static const struct field north = {TEXT("region"), TEXT("North")},
                              south = {TEXT("region"), TEXT("South")};
    struct series records = series_for_all_topics(&table, north);
    struct text none = {0};
    assert_int_equal(series_find_quote(records, false, none), 0xaa);
    assert_int_equal(series_find_quote(records, true, none), 0xaa);
    assert_int_equal(series_find_quote(records, false, TEXT("2026-10")), 0);
    records = series_for_all_topics(&table, south);
    assert_int_equal(series_find_quote(records, true, none), 0xbb);
    assert_int_equal(series_find_quote(records, false, none), 0);
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
