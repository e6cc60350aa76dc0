/* test_aggregate.c - stages/aggregate.c: the figures of a few saved records, with and without
 * totals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stages/stages.h"
#include "tests/fakes/database.h"
#include "tests/fakes/stage.h"

static const struct {
    const char *product;
    int64_t day; /* since 2026-03-01 */
    enum sentiment sentiment;
    const char *topic; /* NULL: none */
    enum sentiment polarity;
} rows[] = {
    {"Kettle", 0, SENTIMENT_POSITIVE, "lid", SENTIMENT_NEGATIVE},
    {"Kettle", 1, SENTIMENT_NEGATIVE, NULL, SENTIMENT_NEUTRAL},
    {"Lamp", 2, SENTIMENT_POSITIVE, NULL, SENTIMENT_NEUTRAL},
    {"Lamp", 40, SENTIMENT_NEUTRAL, "lid", SENTIMENT_POSITIVE},
};

enum { FIRST_DAY = 1772323200 /* 2026-03-01 */ };
enum { ROW_COUNT = sizeof(rows) / sizeof(*rows) };

static void save_rows(struct store *store)
{
    uint64_t run, reads;
    bool flag;
    struct file_signature signature = {.path = "a.csv", .connector = "csv"};
    struct batch batch = {.path = "a.csv", .source = TEXT("shop"), .read = ROW_COUNT};
    struct topic_mention mentions[ROW_COUNT];
    struct field fields[ROW_COUNT];
    store_set_model_key(store, 1);
    assert_true(store_begin_run(store, 1, &run, &flag, NULL));
    assert_true(store_begin_file(store, &signature, &reads, &flag, NULL));
    for (size_t i = 0; i < ROW_COUNT; i++) {
        struct record *record = batch_add_record(&batch);
        record->id = record->content_hash = record->text_hash = i + 1;
        record->text = arena_format(&batch.arena, "text %zu", i);
        record->created_at = FIRST_DAY + rows[i].day * 86400;
        record->rating = record->rating_scale = NAN;
        fields[i] = (struct field){TEXT("product"), text_of(rows[i].product)};
        record->fields = &fields[i];
        record->field_count = 1;
        record->needs_analysis = true;
        record->analysis.sentiment = rows[i].sentiment;
        mentions[i] = (struct topic_mention){text_of(rows[i].topic), rows[i].polarity};
        record->analysis.topics = &mentions[i];
        record->analysis.topic_count = rows[i].topic ? 1 : 0;
    }
    assert_true(store_save_batch(store, &batch, 1, true, NULL));
    assert_true(store_finish_run(store, NULL));
    batch_free(&batch);
}

struct printer {
    struct arena arena;
    struct text lines; /* "period segment topic mentions/responses +positive -negative" */
};

static bool print_figure(void *user, const struct topic_stats *figure, struct error *error)
{
    (void)error;
    struct printer *printer = user;
    struct group_key segment = {figure->key.fields, figure->key.field_count, {0}};
    struct text name = group_key_format(&segment, &printer->arena);
    printer->lines =
        arena_format(&printer->arena, "%.*s%.*s %.*s %.*s %d/%d +%d -%d\n",
                     TEXT_ARGUMENT(printer->lines), TEXT_ARGUMENT(figure->period),
                     TEXT_ARGUMENT(name), TEXT_ARGUMENT(figure->key.topic), (int)figure->mentions,
                     (int)figure->responses, (int)figure->positive, (int)figure->negative);
    return true;
}

static void expect_figures(const char *settings, const char *expected)
{
    static const struct selection everything = {.since = TIME_UNKNOWN, .until = TIME_UNKNOWN};
    struct database database;
    database_make(&database);
    save_rows(database.store);
    struct stage_context context = {
        .store = database.store, .model_key = 1, .selection = &everything};
    void *state = stage_start(&aggregate_stage, settings, &context, NULL);
    assert_true(aggregate_stage.finish(state, NULL));
    stage_end(&aggregate_stage, state);
    struct printer printer = {.lines = TEXT("")};
    assert_true(store_for_each_topic_stats(database.store, 0, print_figure, &printer, NULL));
    assert_string_equal(printer.lines.bytes, expected);
    arena_free(&printer.arena);
    database_remove(&database);
}

static void topics_have_their_own_polarity_and_records_without_one_are_other(void **state)
{
    (void)state;
    expect_figures("period=all", "all all (all) 4/4 +2 -1\n"
                                 "all all lid 2/4 +1 -1\n"
                                 "all all other 2/4 +1 -1\n");
}

static void figures_are_by_segment_and_period(void **state)
{
    (void)state;
    expect_figures("by=product;period=month;totals=no", "2026-03 product=Kettle (all) 2/2 +1 -1\n"
                                                        "2026-03 product=Kettle lid 1/2 +0 -1\n"
                                                        "2026-03 product=Kettle other 1/2 +0 -1\n"
                                                        "2026-03 product=Lamp (all) 1/1 +1 -0\n"
                                                        "2026-03 product=Lamp other 1/1 +1 -0\n"
                                                        "2026-04 product=Lamp (all) 1/1 +0 -0\n"
                                                        "2026-04 product=Lamp lid 1/1 +1 -0\n");
}

static void totals_count_each_record_once(void **state)
{
    (void)state;
    expect_figures("by=product;period=all", "all all (all) 4/4 +2 -1\n"
                                            "all all lid 2/4 +1 -1\n"
                                            "all all other 2/4 +1 -1\n"
                                            "all product=Kettle (all) 2/2 +1 -1\n"
                                            "all product=Kettle lid 1/2 +0 -1\n"
                                            "all product=Kettle other 1/2 +0 -1\n"
                                            "all product=Lamp (all) 2/2 +1 -0\n"
                                            "all product=Lamp lid 1/2 +1 -0\n"
                                            "all product=Lamp other 1/2 +1 -0\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topics_have_their_own_polarity_and_records_without_one_are_other),
        cmocka_unit_test(figures_are_by_segment_and_period),
        cmocka_unit_test(totals_count_each_record_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
