/* test_aggregate.c - stages/aggregate.c: the figures and shares of a few saved records, with and
 * without totals, and from counts and from probabilities. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stages/stages.h"
#include "tests/fakes/database.h"
#include "tests/fakes/stage.h"
#include "tests/fakes/t5.h"

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
    struct chunk chunks[ROW_COUNT];
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
        chunks[i] = (struct chunk){
            .tokens = 3,
            .negative = rows[i].sentiment == SENTIMENT_NEGATIVE ? 0.5 : 0,
            .positive = rows[i].sentiment == SENTIMENT_POSITIVE ? 0.5 : 0,
        };
        chunks[i].neutral = 1 - chunks[i].negative - chunks[i].positive;
        record->chunks = &chunks[i];
        record->chunk_count = 1;
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

static const struct t5_model plain_model = {.prompts = fake_prompts};

static void expect_figures(const char *settings, const char *expected)
{
    static const struct selection everything = {.since = TIME_UNKNOWN, .until = TIME_UNKNOWN};
    struct database database;
    database_make(&database);
    save_rows(database.store);
    struct stage_context context = {
        .store = database.store,
        .model = &plain_model,
        .model_key = 1,
        .selection = &everything,
    };
    void *state = stage_start(&aggregate_stage, settings, &context, NULL);
    assert_true(stage_run_pass_3(&aggregate_stage, state, &context, NULL));
    stage_end(&aggregate_stage, state);
    struct printer printer = {.lines = TEXT("")};
    assert_true(store_for_each_topic_stats(database.store, 0, print_figure, &printer, NULL));
    assert_string_equal(printer.lines.bytes, expected);
    arena_free(&printer.arena);
    database_remove(&database);
}

static void topics_have_their_own_polarity_and_records_without_one_have_no_row(void **state)
{
    (void)state;
    expect_figures("period=all", "all all (all) 4/4 +2 -1\n"
                                 "all all lid 2/4 +1 -1\n");
}

static void figures_are_by_segment_and_period(void **state)
{
    (void)state;
    expect_figures("by=product;period=month;totals=no", "2026-03 product=Kettle (all) 2/2 +1 -1\n"
                                                        "2026-03 product=Kettle lid 1/2 +0 -1\n"
                                                        "2026-03 product=Lamp (all) 1/1 +1 -0\n"
                                                        "2026-04 product=Lamp (all) 1/1 +0 -0\n"
                                                        "2026-04 product=Lamp lid 1/1 +1 -0\n");
}

static void totals_count_each_record_once(void **state)
{
    (void)state;
    expect_figures("by=product;period=all", "all all (all) 4/4 +2 -1\n"
                                            "all all lid 2/4 +1 -1\n"
                                            "all product=Kettle (all) 2/2 +1 -1\n"
                                            "all product=Kettle lid 1/2 +0 -1\n"
                                            "all product=Lamp (all) 2/2 +1 -0\n"
                                            "all product=Lamp lid 1/2 +1 -0\n");
}

/* ---- Shares ---- */

static bool print_topic_share(void *user, const struct topic_stats *figure, struct error *error)
{
    (void)error;
    struct printer *printer = user;
    printer->lines =
        arena_format(&printer->arena, "%.*s%.*s %s -%.3f +%.3f\n", TEXT_ARGUMENT(printer->lines),
                     TEXT_ARGUMENT(figure->key.topic), share_method_names[figure->share_method],
                     figure->negative_share.value, figure->positive_share.value);
    return true;
}

static bool print_label_share(void *user, const struct label_share *row, struct error *error)
{
    (void)error;
    struct printer *printer = user;
    printer->lines = arena_format(&printer->arena, "%.*s%.*s %s %d %.3f: %s %.3f, %.3f to %.3f\n",
                                  TEXT_ARGUMENT(printer->lines), TEXT_ARGUMENT(row->source),
                                  sentiment_names[row->label], (int)row->records,
                                  row->predicted_share, share_method_names[row->method],
                                  row->share.value, row->share.low, row->share.high);
    return true;
}

/* False if the model is refused. */
static bool expect_shares(const char *const *prompts, const char *expected, struct error *error)
{
    static const struct selection everything = {.since = TIME_UNKNOWN, .until = TIME_UNKNOWN};
    struct database database;
    database_make(&database);
    save_rows(database.store);
    const struct t5_model model = {.prompts = prompts};
    struct stage_context context = {
        .store = database.store, .model = &model, .model_key = 1, .selection = &everything};
    void *state = stage_start(&aggregate_stage, "period=all", &context, error);
    if (state) {
        struct printer printer = {.lines = TEXT("")};
        assert_true(stage_run_pass_3(&aggregate_stage, state, &context, NULL));
        stage_end(&aggregate_stage, state);
        assert_true(
            store_for_each_topic_stats(database.store, 0, print_topic_share, &printer, NULL));
        assert_true(
            store_for_each_label_share(database.store, 0, print_label_share, &printer, NULL));
        assert_string_equal(printer.lines.bytes, expected);
        arena_free(&printer.arena);
    }
    database_remove(&database);
    return state != NULL;
}

static void without_errors_shares_are_plain(void **state)
{
    (void)state;
    struct error error = {0};
    assert_true(expect_shares(fake_prompts,
                              "(all) plain -0.250 +0.500\n"
                              "lid plain -0.500 +0.500\n"
                              "(all) negative 1 0.250: plain 0.250, 0.046 to 0.699\n"
                              "(all) neutral 1 0.250: plain 0.250, 0.046 to 0.699\n"
                              "(all) positive 2 0.500: plain 0.500, 0.150 to 0.850\n"
                              "(all) mixed 0 0.000: plain 0.000, 0.000 to 0.490\n"
                              "(all) undetected 0 0.000: plain 0.000, 0.000 to 0.490\n"
                              "shop negative 1 0.250: plain 0.250, 0.046 to 0.699\n"
                              "shop neutral 1 0.250: plain 0.250, 0.046 to 0.699\n"
                              "shop positive 2 0.500: plain 0.500, 0.150 to 0.850\n"
                              "shop mixed 0 0.000: plain 0.000, 0.000 to 0.490\n"
                              "shop undetected 0 0.000: plain 0.000, 0.000 to 0.490\n",
                              &error));
}

/* The model is sure of half of each label, and gives the rest to neutral: negative 1 * 0.5 of 4,
 * positive 2 * 0.5 of 4. Only whole texts are estimated. */
static void with_errors_shares_are_means_of_probabilities(void **state)
{
    (void)state;
    static const char *const prompts[] = {"shares.error_negative",
                                          "0",
                                          "shares.error_neutral",
                                          "0.1",
                                          "shares.error_positive",
                                          "0",
                                          NULL};
    struct error error = {0};
    assert_true(expect_shares(prompts,
                              "(all) probabilities -0.125 +0.250\n"
                              "lid plain -0.500 +0.500\n"
                              "(all) negative 1 0.250: probabilities 0.125, 0.000 to 0.632\n"
                              "(all) neutral 1 0.250: probabilities 0.625, 0.198 to 0.920\n"
                              "(all) positive 2 0.500: probabilities 0.250, 0.034 to 0.711\n"
                              "(all) mixed 0 0.000: probabilities nan, nan to nan\n"
                              "(all) undetected 0 0.000: probabilities nan, nan to nan\n"
                              "shop negative 1 0.250: probabilities 0.125, 0.000 to 0.632\n"
                              "shop neutral 1 0.250: probabilities 0.625, 0.198 to 0.920\n"
                              "shop positive 2 0.500: probabilities 0.250, 0.034 to 0.711\n"
                              "shop mixed 0 0.000: probabilities nan, nan to nan\n"
                              "shop undetected 0 0.000: probabilities nan, nan to nan\n",
                              &error));
}

static void faulty_errors_are_refused(void **state)
{
    (void)state;
    static const char *const faults[][2] = {
        {"1.5", "shares.error_neutral = 1.5: expected a number from 0 to 1"},
        {"-1", "shares.error_neutral = -1: expected a number from 0 to 1"},
        {"few", "shares.error_neutral = few: expected a number"},
        {"", "no prompt shares.error_neutral"}};
    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
        const char *const prompts[] = {"shares.error_negative",
                                       "0.1",
                                       "shares.error_neutral",
                                       faults[i][0],
                                       "shares.error_positive",
                                       "0.1",
                                       NULL};
        struct error error = {0};
        assert_false(expect_shares(prompts, "", &error));
        assert_int_equal(error.kind, ERROR_MODEL);
        assert_non_null(strstr(error.message, faults[i][1]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topics_have_their_own_polarity_and_records_without_one_have_no_row),
        cmocka_unit_test(figures_are_by_segment_and_period),
        cmocka_unit_test(totals_count_each_record_once),
        cmocka_unit_test(without_errors_shares_are_plain),
        cmocka_unit_test(with_errors_shares_are_means_of_probabilities),
        cmocka_unit_test(faulty_errors_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
