/* test_headline.c - jobs/report/headline.c on tables of a fake store: this file defines
 * store_for_each_table_row and store_for_each_record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "jobs/report/headline.h"

enum { MAX_ROWS = 200, COLUMNS = 7 };

struct store {
    struct text figures[MAX_ROWS][COLUMNS];
    size_t figure_count;
    struct arena arena;
};

static const struct column figure_columns[] = {
    {"period", COLUMN_TEXT},      {"segment", COLUMN_TEXT},    {"topic", COLUMN_TEXT},
    {"mentions", COLUMN_NUMBER},  {"positive", COLUMN_NUMBER}, {"negative", COLUMN_NUMBER},
    {"top_quote_id", COLUMN_TEXT}};

static const struct column feedback_columns[] = {{"feedback_id", COLUMN_TEXT},
                                                 {"source", COLUMN_TEXT},
                                                 {"external_id", COLUMN_TEXT},
                                                 {"text", COLUMN_TEXT}};
static const struct text feedback[][4] = {
    {{"00000000000000aa", 16}, {"shop", 4}, {"70618", 5}, {"It lost\nits way", 15}},
    {{"00000000000000bb", 16},
     {"shop", 4},
     {"70619", 5},
     TEXT(
         "We were there for a week in May and liked the pool, the bar and the walks by the sea. No "
         "complaints! A 9.5 for the Staff, who were kind to us, from the first hour to the last, "
         "and they remembered our names")},
};

static const struct column summary_columns[] = {{"group", COLUMN_TEXT},
                                                {"period", COLUMN_TEXT},
                                                {"summary", COLUMN_TEXT},
                                                {"records", COLUMN_NUMBER}};
static const struct text summaries[][4] = {
    {{"product=Kettle", 14}, {"2026-09", 7}, {"Old news.", 9}, {"8", 1}},
    {{"product=Kettle", 14}, {"2026-10", 7}, {"Pours well.", 11}, {"9", 1}},
    {{"product=Kettle; topic=look", 26}, {"2026-10", 7}, {"Pretty.", 7}, {"3", 1}},
};

bool store_for_each_table_row(struct store *store, const char *table,
                              const struct selection *selection, uint64_t model_key,
                              const struct table_visitor *visitor, struct error *error)
{
    (void)selection;
    (void)model_key;
    bool ok = true;
    if (strcmp(table, "topics") == 0) {
        ok = visitor->begin(visitor->user, figure_columns, COLUMNS, error);
        for (size_t i = 0; ok && i < store->figure_count; i++)
            ok = visitor->row(visitor->user, store->figures[i], COLUMNS, error);
    } else if (strcmp(table, "feedback") == 0) {
        ok = visitor->begin(visitor->user, feedback_columns, 4, error) &&
             visitor->row(visitor->user, feedback[0], 4, error) &&
             visitor->row(visitor->user, feedback[1], 4, error);
    } else {
        ok = visitor->begin(visitor->user, summary_columns, 4, error);
        for (size_t i = 0; ok && i < 3; i++)
            ok = visitor->row(visitor->user, summaries[i], 4, error);
    }
    return ok;
}

/* Twelve records of the vacuum: praise before week 41, complaints about an update after it. */
bool store_for_each_record(struct store *store, const struct selection *selection,
                           uint64_t model_key,
                           bool (*visit)(void *user, const struct row *row, struct error *error),
                           void *user, struct error *error)
{
    (void)store;
    (void)selection;
    (void)model_key;
    static const struct field product = {{"Product", 7}, {"Vacuum", 6}};
    static const int64_t before = 1789000000, after = 1791500000; /* 10 September, 9 October 2026 */
    bool ok = true;
    for (int i = 0; i < 12 && ok; i++) {
        struct row row = {
            .created_at = i < 6 ? before : after,
            .text = i < 6 ? TEXT("It cleans well, the floor is fine")
                          : TEXT("Since the update it lost the floor"),
            .analysis = {.sentiment = i < 6 ? SENTIMENT_POSITIVE : SENTIMENT_NEGATIVE},
            .fields = &product,
            .field_count = 1,
        };
        ok = visit(user, &row, error);
    }
    return ok;
}

static void add_figure(struct store *store, const char *period, const char *segment,
                       const char *topic, int mentions, int positive, int negative)
{
    assert_true(store->figure_count < MAX_ROWS);
    struct text *row = store->figures[store->figure_count++];
    row[0] = text_of(period);
    row[1] = text_of(segment);
    row[2] = text_of(topic);
    row[3] = arena_format(&store->arena, "%d", mentions);
    row[4] = arena_format(&store->arena, "%d", positive);
    row[5] = arena_format(&store->arena, "%d", negative);
    row[6] = TEXT("00000000000000aa");
}

static char *print_headline(struct store *store)
{
    char *printed = NULL;
    size_t size = 0;
    struct error error = {0};
    FILE *out = open_memstream(&printed, &size);
    assert_true(headline_print(out, store, NULL, 0, &error));
    fclose(out);
    arena_free(&store->arena);
    return printed;
}

static const char *const weeks[] = {"2026-W37", "2026-W38", "2026-W39",
                                    "2026-W40", "2026-W41", "2026-W42"};

static void assert_contains(const char *printed, const char *expected)
{
    if (!strstr(printed, expected))
        fail_msg("'%s' is not in:\n%s", expected, printed);
}

static void a_change_names_its_first_week(void **state)
{
    (void)state;
    struct store store = {0};
    for (size_t week = 0; week < 6; week++) {
        add_figure(&store, weeks[week], "product=Vacuum", "(all)", 20, 10, 5);
        add_figure(&store, weeks[week], "product=Kettle", "(all)", 20, 15, 4);
        if (week >= 4)
            add_figure(&store, weeks[week], "product=Vacuum", "software", 9, 0, 9);
    }
    char *printed = print_headline(&store);
    assert_contains(printed, "240 pieces of feedback, 2026-W37 to 2026-W42: 62 % positive");
    assert_contains(printed, "What changed\n  software, Vacuum: negative in 18 of 40 records since "
                             "2026-W41, in 0 of 80 before\n    \"It lost its way\" (shop 70618)\n");
    assert_null(strstr(printed, "Where it differs"));
    free(printed);
}

static void a_change_of_a_product_lists_distinctive_words(void **state)
{
    (void)state;
    struct store store = {0};
    for (size_t week = 0; week < 6; week++)
        add_figure(&store, weeks[week], "product=Vacuum", "(all)", 20, 10, week < 4 ? 3 : 14);
    char *printed = print_headline(&store);
    assert_contains(printed,
                    "What changed\n  Vacuum: negative in 28 of 40 records since 2026-W41, in "
                    "12 of 80 before\n    \"It lost its way\" (shop 70618)\n    in their "
                    "words: since, update, lost\n");
    free(printed);
}

static void a_difference_compares_a_region_with_the_others(void **state)
{
    (void)state;
    struct store store = {0};
    static const char *const segments[] = {"product=Vacuum; region=North",
                                           "product=Vacuum; region=South",
                                           "product=Vacuum; region=Scotland"};
    for (size_t week = 0; week < 6; week++)
        for (size_t i = 0; i < 3; i++) {
            add_figure(&store, weeks[week], segments[i], "(all)", 10, 5, 3);
            add_figure(&store, weeks[week], segments[i], "delivery", i == 2 ? 4 : 1, i == 2 ? 0 : 1,
                       i == 2 ? 4 : 0);
        }
    char *printed = print_headline(&store);
    assert_contains(printed,
                    "Where it differs\n  delivery, Scotland: negative in 24 of 60 records, "
                    "elsewhere in 0 of 120\n");
    assert_null(strstr(printed, "What changed"));
    free(printed);
}

static void praise_and_complaints_need_enough_mentions(void **state)
{
    (void)state;
    struct store store = {0};
    add_figure(&store, "2026-10", "product=Kettle", "(all)", 60, 40, 12);
    add_figure(&store, "2026-10", "product=Kettle", "look", 20, 19, 1);
    add_figure(&store, "2026-10", "product=Kettle", "waiting", 9, 1, 8);
    add_figure(&store, "2026-10", "product=Kettle", "sound", 4, 4, 0);
    char *printed = print_headline(&store);
    assert_contains(printed,
                    "What customers love\n  look, Kettle: positive in 19 of 20 mentions\n");
    assert_contains(printed, "complain about\n  waiting: negative in 8 of 9 mentions\n");
    assert_null(strstr(printed, "sound"));
    free(printed);
}

static void a_long_quote_starts_where_it_names_the_topic(void **state)
{
    (void)state;
    struct store store = {0};
    add_figure(&store, "2026-10", "product=Inn", "(all)", 60, 40, 12);
    add_figure(&store, "2026-10", "product=Inn", "staff", 20, 19, 1);
    store.figures[1][6] = TEXT("00000000000000bb");
    char *printed = print_headline(&store);
    assert_contains(printed,
                    "\"... A 9.5 for the Staff, who were kind to us, from the first hour to the "
                    "last, and they remembered our names\" (shop 70619)\n");
    free(printed);
}

static void the_latest_summary_of_each_group_is_printed(void **state)
{
    (void)state;
    struct store store = {0};
    add_figure(&store, "2026-10", "product=Kettle", "(all)", 6, 4, 1);
    char *printed = print_headline(&store);
    assert_contains(printed, "Latest summaries\n  Kettle, 2026-10, 9 records (4 positive, 1 "
                             "negative): Pours well.\n");
    assert_null(strstr(printed, "Old news"));
    assert_null(strstr(printed, "Pretty"));
    free(printed);
}

static void totals_are_not_counted_twice(void **state)
{
    (void)state;
    struct store store = {0};
    add_figure(&store, "2026-09", "product=Kettle", "(all)", 6, 4, 1);
    add_figure(&store, "2026-09", "product=(none)", "(all)", 4, 1, 3);
    add_figure(&store, "2026-09", "all", "(all)", 10, 5, 4);
    add_figure(&store, "all", "product=Kettle", "(all)", 6, 4, 1);
    add_figure(&store, "all", "product=(none)", "(all)", 4, 1, 3);
    add_figure(&store, "all", "all", "(all)", 10, 5, 4);
    char *printed = print_headline(&store);
    assert_contains(printed, "10 pieces of feedback, 2026-09: 50 % positive");
    free(printed);
}

static void records_without_a_date_are_counted(void **state)
{
    (void)state;
    struct store store = {0};
    add_figure(&store, "2026-09", "all", "(all)", 10, 5, 4);
    add_figure(&store, "2026-10", "all", "(all)", 10, 5, 4);
    add_figure(&store, "undated", "all", "(all)", 3, 0, 0);
    add_figure(&store, "undated", "all", "lid", 2, 0, 0);
    add_figure(&store, "all", "all", "(all)", 23, 10, 8);
    char *printed = print_headline(&store);
    assert_contains(printed,
                    "20 pieces of feedback, 2026-09 to 2026-10 (and 3 without a date): 50 %");
    free(printed);
    store = (struct store){0};
    add_figure(&store, "undated", "all", "(all)", 3, 0, 0);
    add_figure(&store, "all", "all", "(all)", 3, 3, 0);
    printed = print_headline(&store);
    assert_contains(printed, "3 pieces of feedback: 100 % positive");
    free(printed);
}

static void an_empty_store_is_reported(void **state)
{
    (void)state;
    struct store store = {0};
    char *printed = print_headline(&store);
    assert_contains(printed, "No feedback is saved for this selection.\n");
    free(printed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_names_its_first_week),
        cmocka_unit_test(a_change_of_a_product_lists_distinctive_words),
        cmocka_unit_test(a_difference_compares_a_region_with_the_others),
        cmocka_unit_test(praise_and_complaints_need_enough_mentions),
        cmocka_unit_test(a_long_quote_starts_where_it_names_the_topic),
        cmocka_unit_test(the_latest_summary_of_each_group_is_printed),
        cmocka_unit_test(totals_are_not_counted_twice),
        cmocka_unit_test(records_without_a_date_are_counted),
        cmocka_unit_test(an_empty_store_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
