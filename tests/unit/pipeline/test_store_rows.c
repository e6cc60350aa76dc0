/* test_store_rows.c - pipeline/store*.c: rows, selections, and what is counted over them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/hash.h"
#include "pipeline/store.h"
#include "tests/support/store_case.h"

static void records_are_ordered_by_date_and_omit_the_author(void **state)
{
    struct store *store = store_case_open(*state);
    store_case_save_three(store);
    store_case_assert_rows(store, NULL,
                           "undated:undetected\n"
                           "slow but cheap:positive delivery price Product Name=Kettle\n"
                           "later:positive\n");
    store_close(store);
}

struct probability_printer {
    struct store *store;
    FILE *file;
};

static bool print_probabilities(void *user, const struct saved_record *record, struct error *error)
{
    struct probability_printer *printer = user;
    struct saved_record loaded = *record;
    const double *probabilities = loaded.probabilities;
    if (!store_load_probabilities(printer->store, &loaded, error))
        return false;
    fprintf(printer->file, "%.*s: %.2f %.2f %.2f %.2f\n", TEXT_ARGUMENT(record->text),
            probabilities[SENTIMENT_NEGATIVE], probabilities[SENTIMENT_NEUTRAL],
            probabilities[SENTIMENT_POSITIVE], probabilities[SENTIMENT_MIXED]);
    return true;
}

static void probabilities_are_means_of_chunks_by_tokens(void **state)
{
    struct store *store = store_case_open(*state);
    struct batch batch = {.path = "a.csv"};
    struct chunk chunks[] = {{.tokens = 30, .negative = 0.8, .neutral = 0.1, .positive = 0.1},
                             {.tokens = 10, .negative = 0.2, .neutral = 0.1, .positive = 0.3}};
    store_case_begin_run(store, 1);
    store_case_begin_file(store, "a.csv", 10);
    struct record *record = store_case_add(&batch, RECORD_NEW, 1, "two chunks");
    record->chunks = chunks;
    record->chunk_count = 2;
    store_case_add(&batch, RECORD_NEW, 2, "not read")->needs_analysis = false;
    store_case_save(store, &batch, 2, true);
    batch_free(&batch);
    struct error error = {0};
    char *bytes;
    size_t size;
    struct probability_printer printer = {store, open_memstream(&bytes, &size)};
    assert_true(store_for_each_record(store, NULL, print_probabilities, &printer, &error));
    fclose(printer.file);
    assert_string_equal(bytes, "two chunks: 0.65 0.10 0.15 0.10\nnot read: nan nan nan nan\n");
    free(bytes);
    store_close(store);
}

static void selections_filter_records_and_tables(void **state)
{
    struct store *store = store_case_open(*state);
    store_case_save_three(store);
    static const struct field product = {TEXT("product_name"), TEXT("kettle")},
                              topic = {TEXT("topic"), TEXT("Price")},
                              lang = {TEXT("lang"), TEXT("en")},
                              nothing = {TEXT("colour"), TEXT("red")};
    struct selection selection = {.since = 86400, .until = 2 * 86400, .view = 9};
    store_case_assert_rows(store, &selection,
                           "slow but cheap:positive delivery price Product Name=Kettle\n");
    selection = (struct selection){TIME_UNKNOWN, TIME_UNKNOWN, &product, 1, 9};
    store_case_assert_rows(store, &selection,
                           "slow but cheap:positive delivery price Product Name=Kettle\n");
    selection.where = &topic;
    store_case_assert_rows(store, &selection,
                           "slow but cheap:positive delivery price Product Name=Kettle\n");
    selection.where = &nothing;
    store_case_assert_rows(store, &selection, "");
    selection.where = &lang;
    store_case_assert_rows(store, &selection, "later:positive\n");
    store_case_assert_table(
        store, "feedback", &selection,
        "feedback_id|source|external_id|created_at|lang|rating|rating_scale|text|"
        "sentiment|sentiment_score|confidence|coverage|topics|run_id|title|revision|"
        "lang_source|author|question|asked_for|reply\n"
        "0000000000000005|shop|id-5|1970-01-03T00:00:00Z|en|||later|positive|0.5|0.75|1||"
        "1||1|detected||||\n");
    store_close(store);
}

static void the_feedback_table_is_ordered_and_printed(void **state)
{
    struct store *store = store_case_open(*state);
    store_case_save_three(store);
    store_case_assert_table(
        store, "feedback", NULL,
        "feedback_id|source|external_id|created_at|lang|rating|rating_scale|text|"
        "sentiment|sentiment_score|confidence|coverage|topics|run_id|title|revision|"
        "lang_source|author|question|asked_for|reply\n"
        "0000000000000003|shop|id-3|||||undated|undetected|||||1||1|||||\n"
        "ffffffffffffffff|shop|id--1|1970-01-02T00:00:00Z||4|5|slow but cheap|positive|"
        "0.5|0.75|1|delivery:negative;price:positive|1||1|||||\n"
        "0000000000000005|shop|id-5|1970-01-03T00:00:00Z|en|||later|positive|0.5|0.75|1||"
        "1||1|detected||||\n");
    store_close(store);
}

static void records_without_a_language_get_the_majority_language(void **state)
{
    struct store *store = store_case_open(*state);
    struct batch batch = {0};
    struct error error = {0};
    store_case_begin_run(store, 1);
    store_case_begin_file(store, "a.csv", 10);
    for (uint64_t id = 1; id <= 4; id++) {
        struct record *record = store_case_add(&batch, RECORD_NEW, id, "text");
        record->lang = text_of(id == 1 ? "" : id == 2 ? "de" : "ko");
        record->lang_source = id == 1 ? NULL : id == 2 ? "hint" : "detected";
    }
    store_case_save(store, &batch, 4, true);
    assert_true(store_update_source_languages(store, &error));
    static const struct field korean = {TEXT("lang"), TEXT("ko")};
    struct selection selection = {TIME_UNKNOWN, TIME_UNKNOWN, &korean, 1, 5};
    store_case_assert_rows(store, &selection, "text:positive\ntext:positive\ntext:positive\n");
    selection.where = &(struct field){TEXT("lang"), TEXT("de")};
    store_case_assert_table(
        store, "feedback", &selection,
        "feedback_id|source|external_id|created_at|lang|rating|rating_scale|text|"
        "sentiment|sentiment_score|confidence|coverage|topics|run_id|title|revision|"
        "lang_source|author|question|asked_for|reply\n"
        "0000000000000002|shop|id-2||de|||text|positive|0.5|0.75|1||1||1|hint||||\n");
    /* Half of the records is no majority. */
    store_case_begin_file(store, "b.csv", 10);
    store_case_add(&batch, RECORD_NEW, 5, "text")->lang = TEXT("de");
    store_case_save(store, &batch, 1, true);
    assert_true(store_update_source_languages(store, &error));
    selection.where = &korean;
    store_case_assert_rows(store, &selection, "text:positive\ntext:positive\n");
    batch_free(&batch);
    store_close(store);
}

/* Texts that are always the same; `variant` replaces it in one of ten records. */
static const struct frequent_text {
    const char *text, *variant;
    double confidence;
    size_t records; /* of 200 */
    bool is_stock_text;
} frequent_texts[] = {
    {"The customer left no comment.", NULL, 0.9, 20, true},
    {"사진 리뷰입니다", NULL, 0.9, 7, true},
    {"Entered by the counter staff", NULL, 0.4, 10, true},
    {"I would go there again", NULL, 0.7, 10, false},         /* the model is sure */
    {"Entered by another of our staff", NULL, 0.4, 9, false}, /* few */
    {"Good", NULL, 0.4, 90, false},                           /* short */
    {"It was all right for me", "it was all right for me!", 0.4, 60, false},
    {"Sent without comment", NULL, 0.4, 6, false}, /* 3 % */
};

enum { FREQUENT_TEXTS = sizeof(frequent_texts) / sizeof(*frequent_texts) };

static void save_frequent_text(struct store *store, size_t number)
{
    const struct frequent_text *frequent = &frequent_texts[number];
    struct batch batch = {0};
    char path[16], other[32];
    snprintf(path, sizeof(path), "%zu.csv", number);
    store_case_begin_file(store, path, 10);
    for (size_t row = 0; row < 200; row++) {
        const char *same = row % 10 == 0 && frequent->variant ? frequent->variant : frequent->text;
        snprintf(other, sizeof(other), "words %zu", row);
        struct text text =
            arena_copy_text(&batch.arena, text_of(row < frequent->records ? same : other));
        struct record *record = store_case_add(&batch, RECORD_NEW, 1 + number * 1000 + row, "");
        record->text = text;
        record->question = arena_copy_text(&batch.arena, text_of(path));
        record->text_hash = hash_combine_number(hash_text(text), number);
        record->analysis.confidence = frequent->confidence;
    }
    store_case_save(store, &batch, 200, true);
    batch_free(&batch);
}

static bool check_stock_text(void *user, const struct stock_text *stock_text, struct error *error)
{
    (void)error;
    size_t *found = user;
    for (size_t i = 0; i < FREQUENT_TEXTS; i++)
        if (text_equal(stock_text->text, text_of(frequent_texts[i].text))) {
            if (!frequent_texts[i].is_stock_text)
                fail_msg("%s", frequent_texts[i].text);
            assert_int_equal(stock_text->records, frequent_texts[i].records);
            ++*found;
        }
    return true;
}

static bool count_record(void *user, const struct saved_record *record, struct error *error)
{
    (void)error;
    (void)record;
    ++*(size_t *)user;
    return true;
}

static void stock_texts_are_set_aside(void **state)
{
    struct store *store = store_case_open(*state);
    struct error error = {0};
    size_t found = 0, records = 0;
    store_case_begin_run(store, 1);
    for (size_t i = 0; i < FREQUENT_TEXTS; i++)
        save_frequent_text(store, i);
    assert_true(store_mark_stock_texts(store, &error));
    assert_true(store_mark_stock_texts(store, &error)); /* the same again */
    assert_true(store_for_each_stock_text(store, check_stock_text, &found, &error));
    assert_int_equal(found, 3);
    assert_true(store_for_each_record(store, NULL, count_record, &records, &error));
    assert_int_equal(records, FREQUENT_TEXTS * 200 - 37);
    store_close(store);
}

static void replaced_personal_data_is_counted_per_run(void **state)
{
    struct store *store = store_case_open(*state);
    struct batch batch = {.skipped = 3, .pii = {[PII_PHONE] = 2}};
    struct row_totals row_totals;
    struct error error = {0};
    store_case_begin_run(store, 1);
    store_case_begin_file(store, "a.csv", 10);
    store_case_save(store, &batch, 1, false);
    batch.pii[PII_PHONE] = batch.pii[PII_ORDER_NUMBER] = batch.skipped = 1;
    store_case_save(store, &batch, 2, true);
    assert_true(store_get_row_totals(store, &row_totals, &error));
    assert_int_equal(row_totals.skipped, 4);
    assert_int_equal(row_totals.pii[PII_PHONE], 3);
    assert_int_equal(row_totals.pii[PII_ORDER_NUMBER], 1);
    /* The file changed: it is read and counted again. */
    store_case_begin_file(store, "a.csv", 11);
    assert_true(store_get_row_totals(store, &row_totals, &error));
    assert_int_equal(row_totals.skipped + row_totals.pii[PII_PHONE], 0);
    batch_free(&batch);
    store_close(store);
}

static void an_author_is_saved_only_if_the_job_says_so(void **state)
{
    struct store *store = store_case_open(*state);
    struct batch batch = {0};
    store_case_begin_run(store, 1);
    store_case_begin_file(store, "a.csv", 10);
    store_case_add(&batch, RECORD_NEW, 1, "text");
    store_case_add(&batch, RECORD_NEW, 2, "text")->saves_author = true;
    store_case_save(store, &batch, 2, true);
    store_case_assert_table(
        store, "feedback", NULL,
        "feedback_id|source|external_id|created_at|lang|rating|rating_scale|text|"
        "sentiment|sentiment_score|confidence|coverage|topics|run_id|title|revision|"
        "lang_source|author|question|asked_for|reply\n"
        "0000000000000001|shop|id-1|||||text|positive|0.5|0.75|1||1||1|||||\n"
        "0000000000000002|shop|id-2|||||text|positive|0.5|0.75|1||1||1||Kim|||\n");
    batch_free(&batch);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(records_are_ordered_by_date_and_omit_the_author),
        STORE_TEST(probabilities_are_means_of_chunks_by_tokens),
        STORE_TEST(selections_filter_records_and_tables),
        STORE_TEST(the_feedback_table_is_ordered_and_printed),
        STORE_TEST(records_without_a_language_get_the_majority_language),
        STORE_TEST(stock_texts_are_set_aside),
        STORE_TEST(replaced_personal_data_is_counted_per_run),
        STORE_TEST(an_author_is_saved_only_if_the_job_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
