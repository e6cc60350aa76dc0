/* test_store.c - pipeline/store*.c: records, row totals, resuming, tables, other databases. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/hash.h"
#include "pipeline/store.h"
#include "pipeline/store_private.h"
#include "tests/support/full_disk.h"

enum { MODEL = 7 };

/* Of the rows that are read next. */
static uint64_t settings = 1;

/* A fresh folder and the path of a database in it. */
struct test_folder {
    char path[64], database[96];
};

static int make_folder(void **state)
{
    struct test_folder *folder = calloc(1, sizeof(*folder));
    strcpy(folder->path, "/tmp/winnow-store-XXXXXX");
    settings = 1;
    *state = folder;
    if (!mkdtemp(folder->path))
        return -1;
    snprintf(folder->database, sizeof(folder->database), "%s/winnow.db", folder->path);
    return 0;
}

static int remove_folder(void **state)
{
    struct test_folder *folder = *state;
    unlink(folder->database);
    rmdir(folder->path); /* fails if the store left another file in the folder */
    int left = access(folder->path, F_OK);
    free(folder);
    return left == 0 ? -1 : 0;
}

static struct store *open_store(const struct test_folder *folder)
{
    struct error error = {0};
    struct store *store;
    if (!store_open(&store, folder->database, &error))
        fail_msg("%s", error.message);
    store_set_model_key(store, MODEL);
    return store;
}

static bool begin_run(struct store *store, uint64_t job)
{
    struct error error = {0};
    uint64_t run;
    bool resumed;
    assert_true(store_begin_run(store, job, &run, &resumed, &error));
    return resumed;
}

static uint64_t begin_file(struct store *store, const char *path, uint64_t size)
{
    struct error error = {0};
    struct file_signature mark = {.path = path,
                                  .connector = "csv",
                                  .size = size,
                                  .modified = 5,
                                  .source = TEXT("shop"),
                                  .settings_hash = settings};
    uint64_t reads;
    bool finished;
    assert_true(store_begin_file(store, &mark, &reads, &finished, &error));
    return finished ? UINT64_MAX : reads;
}

enum { KIM = 4 }; /* the hash of an author */

static struct record *add(struct batch *batch, enum record_state state, uint64_t id,
                          const char *text)
{
    struct record *record = batch_add_record(batch);
    record->state = state;
    record->id = id;
    record->external_id = arena_format(&batch->arena, "id-%d", (int)id);
    record->author = TEXT("Kim");
    record->author_hash = KIM;
    record->text = record->body = text_of(text);
    record->text_hash = record->content_hash = hash_text(record->text);
    record->needs_analysis = true;
    record->analysis = (struct analysis){.sentiment = SENTIMENT_POSITIVE,
                                         .score = 0.5,
                                         .confidence = 0.75,
                                         .coverage = 1,
                                         .tokens = 4};
    return record;
}

static void save(struct store *store, struct batch *batch, uint64_t reads, bool finished)
{
    struct error error = {0};
    batch->source = TEXT("shop");
    batch->settings_hash = settings;
    batch->read = batch->count + batch->reject_count;
    if (!store_save_batch(store, batch, reads, finished, &error))
        fail_msg("%s", error.message);
    batch_reset(batch);
}

static struct record_lookup find(struct store *store, uint64_t id, const char *text)
{
    struct error error = {0};
    struct record_lookup record_lookup;
    struct batch batch = {.source = TEXT("shop"), .settings_hash = settings};
    struct record record = {.id = id, .content_hash = hash_text(text_of(text))};
    assert_true(store_find_record(store, &batch, &record, &record_lookup, &error));
    return record_lookup;
}

/* Prints a table: bars between cells, a line feed after each row. */
static bool print_names(void *user, const struct column *columns, size_t count, struct error *error)
{
    (void)error;
    for (size_t i = 0; i < count; i++)
        fprintf(user, "%s%s", i ? "|" : "", columns[i].name);
    fputc('\n', user);
    return true;
}

static bool print_cells(void *user, const struct text *cells, size_t count, struct error *error)
{
    (void)error;
    for (size_t i = 0; i < count; i++)
        fprintf(user, "%s%.*s", i ? "|" : "", TEXT_ARGUMENT(cells[i]));
    fputc('\n', user);
    return true;
}

static void assert_table(struct store *store, const char *name, const struct selection *selection,
                         const char *expected)
{
    struct error error = {0};
    char *bytes;
    size_t size;
    FILE *out = open_memstream(&bytes, &size);
    struct table_visitor visitor = {print_names, print_cells, out};
    if (!store_for_each_table_row(store, name, selection, &visitor, &error))
        fail_msg("%s", error.message);
    fclose(out);
    assert_string_equal(bytes, expected);
    free(bytes);
}

static void a_new_file_is_private(void **state)
{
    const struct test_folder *folder = *state;
    store_close(open_store(folder));
    struct stat about;
    assert_int_equal(stat(folder->database, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
}

static void saved_records_are_known(void **state)
{
    struct store *store = open_store(*state);
    struct batch batch = {0};
    struct error error = {0};
    bool found;
    begin_run(store, 1);
    begin_file(store, "a.csv", 10);
    add(&batch, RECORD_NEW, 1, "fine");
    save(store, &batch, 1, true);

    struct record_lookup record_lookup = find(store, 1, "fine");
    assert_true(record_lookup.exists && record_lookup.same_content &&
                record_lookup.seen_in_this_run && record_lookup.new_in_this_run);
    assert_false(find(store, 1, "edited").same_content);
    assert_false(find(store, 2, "fine").exists);
    uint64_t hash = hash_text(TEXT("fine"));
    assert_true(store_has_analysis(store, hash, &found, &error) && found);
    store_set_model_key(store, 8);
    assert_true(store_has_analysis(store, hash, &found, &error) && !found);

    static const struct {
        uint64_t id;
        const char *source;
        uint64_t author_hash;
        double rating;
        bool is_duplicate;
    } others[] = {
        {2, "shop", KIM, NAN, true}, {1, "shop", KIM, NAN, false}, /* the saved record itself */
        {2, "shop", KIM, 1, false},                                /* another rating */
        {2, "shop", 5, NAN, false},  {2, "blog", KIM, NAN, false}, {2, "shop", 0, NAN, false}};
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        struct record other = {.id = others[i].id,
                               .author_hash = others[i].author_hash,
                               .text_hash = hash,
                               .rating = others[i].rating};
        struct batch other_batch = {.source = text_of(others[i].source), .settings_hash = settings};
        assert_true(store_find_same_author_duplicate(store, &other_batch, &other, &found, &error));
        assert_int_equal(found, others[i].is_duplicate);
    }

    assert_true(store_finish_run(store, &error));
    begin_run(store, 1);
    record_lookup = find(store, 1, "fine");
    assert_true(record_lookup.exists && record_lookup.same_content &&
                !record_lookup.seen_in_this_run && !record_lookup.new_in_this_run);
    batch_free(&batch);
    store_close(store);
}

static void an_edited_record_keeps_its_history(void **state)
{
    struct store *store = open_store(*state);
    struct batch batch = {0};
    struct error error = {0};
    begin_run(store, 1);
    begin_file(store, "a.csv", 10);
    add(&batch, RECORD_NEW, 1, "first");
    save(store, &batch, 1, true);
    assert_true(store_finish_run(store, &error));
    begin_run(store, 1);
    begin_file(store, "a.csv", 11);
    add(&batch, RECORD_REVISED, 1, "second");
    save(store, &batch, 1, true);
    assert_true(find(store, 1, "first").same_content);
    assert_true(find(store, 1, "second").same_content);
    assert_false(find(store, 1, "third").same_content);
    assert_table(store, "feedback", NULL,
                 "feedback_id|source|external_id|created_at|lang|rating|rating_scale|text|"
                 "sentiment|sentiment_score|confidence|coverage|topics|run_id|title|revision|"
                 "lang_source|author|question|asked_for|reply\n"
                 "0000000000000001|shop|id-1|||||second|positive|0.5|0.75|1||2||2|||||\n");
    batch_free(&batch);
    store_close(store);
}

static void row_totals_are_summed_over_files(void **state)
{
    struct store *store = open_store(*state);
    struct batch batch = {0};
    struct error error = {0};
    begin_run(store, 1);
    begin_file(store, "a.csv", 10);
    add(&batch, RECORD_NEW, 1, "one");
    add(&batch, RECORD_EMPTY, 0, "")->needs_analysis = false;
    const struct record *rejected = add(&batch, RECORD_REJECTED, 2, "two");
    batch_reject_row(&batch, rejected->line, rejected->byte_offset, TEXT("stage said no"),
                     rejected->body);
    batch.records[2].needs_analysis = false;
    batch.read = 3;
    assert_true(store_save_batch(store, &batch, 3, true, &error));
    batch_reset(&batch);
    begin_file(store, "b.csv", 10);
    add(&batch, RECORD_DUPLICATE, 1, "one")->needs_analysis = false;
    batch_reject_row(&batch, 2, 30, TEXT("quote not closed"), TEXT("\"x\xff\n"));
    save(store, &batch, 2, true);

    struct row_totals row_totals;
    assert_true(store_get_row_totals(store, &row_totals, &error));
    assert_int_equal(row_totals.read, 5);
    assert_int_equal(row_totals.states[RECORD_NEW], 1);
    assert_int_equal(row_totals.states[RECORD_EMPTY], 1);
    assert_int_equal(row_totals.states[RECORD_DUPLICATE], 1);
    assert_int_equal(row_totals.states[RECORD_REJECTED], 2);
    assert_int_equal(row_totals.inferred, 1);
    assert_int_equal(row_totals.tokens, 4);
    assert_table(store, "rejects", NULL,
                 "file|line|byte_offset|reason|raw\na.csv||0|stage said no|two\n"
                 "b.csv|2|30|quote not closed|\"x\\xFF\n\n");
    batch_free(&batch);
    store_close(store);
}

static void row_totals_that_do_not_add_up_are_an_error(void **state)
{
    struct store *store = open_store(*state);
    struct batch batch = {.read = 2};
    struct error error = {0};
    struct row_totals row_totals;
    begin_run(store, 1);
    begin_file(store, "a.csv", 10);
    add(&batch, RECORD_NEW, 1, "one");
    assert_true(store_save_batch(store, &batch, 1, true, &error));
    assert_false(store_get_row_totals(store, &row_totals, &error));
    assert_int_equal(error.kind, ERROR_STORE);
    batch_free(&batch);
    store_close(store);
}

static void an_interrupted_run_resumes_under_the_same_job(void **state)
{
    struct batch batch = {0};
    struct error error = {0};
    struct store *store = open_store(*state);
    assert_false(begin_run(store, 1));
    assert_int_equal(begin_file(store, "a.csv", 10), 0);
    add(&batch, RECORD_NEW, 1, "one");
    save(store, &batch, 1, false);
    store_close(store);

    store = open_store(*state);
    assert_true(begin_run(store, 1));
    assert_int_equal(begin_file(store, "a.csv", 10), 1);
    assert_true(find(store, 1, "one").seen_in_this_run);
    save(store, &batch, 1, true);
    assert_true(begin_file(store, "a.csv", 10) == UINT64_MAX);
    /* The file changed before the run resumed: it is read again, and its rows are new again. */
    assert_int_equal(begin_file(store, "a.csv", 20), 0);
    struct record_lookup record_lookup = find(store, 1, "one");
    assert_true(record_lookup.new_in_this_run && !record_lookup.seen_in_this_run);
    struct row_totals row_totals;
    assert_true(store_get_row_totals(store, &row_totals, &error));
    assert_int_equal(row_totals.read, 0);
    assert_false(begin_run(store, 2));
    batch_free(&batch);
    store_close(store);
}

static void a_save_that_fails_leaves_nothing(void **state)
{
    struct batch batch = {0};
    struct error error = {0};
    struct store *store = open_store(*state);
    begin_run(store, 1);
    begin_file(store, "a.csv", 10);
    add(&batch, RECORD_NEW, 1, "one");
    batch.read = 1;
    full_disk_at_commit(1);
    assert_false(store_save_batch(store, &batch, 1, true, &error));
    assert_int_equal(error.kind, ERROR_STORE);
    assert_non_null(strstr(error.message, "disk is full"));
    assert_false(find(store, 1, "one").exists);
    assert_int_equal(begin_file(store, "a.csv", 10), 0);
    save(store, &batch, 1, true);
    assert_true(find(store, 1, "one").exists);
    batch_free(&batch);
    store_close(store);
}

/* ---- Rows, members, selections ---- */

static void save_three(struct store *store)
{
    struct batch batch = {0};
    static const struct field kettle[] = {{TEXT("Product Name"), TEXT("Kettle")},
                                          {TEXT("author"), TEXT("Kim")},
                                          {TEXT("empty"), TEXT("")}};
    static const struct topic_mention topics[] = {{TEXT("delivery"), SENTIMENT_NEGATIVE},
                                                  {TEXT("price"), SENTIMENT_POSITIVE}};
    begin_run(store, 1);
    begin_file(store, "a.csv", 10);
    struct record *record = add(&batch, RECORD_NEW, UINT64_MAX, "slow but cheap");
    record->created_at = 86400;
    record->rating = 4;
    record->rating_scale = 5;
    record->fields = kettle;
    record->field_count = 3;
    record->analysis.topics = topics;
    record->analysis.topic_count = 2;
    record = add(&batch, RECORD_NEW, 5, "later");
    record->created_at = 2 * 86400;
    record->lang = TEXT("en");
    record->lang_source = "detected";
    add(&batch, RECORD_NEW, 3, "undated")->needs_analysis = false;
    save(store, &batch, 3, true);
    batch_free(&batch);
}

static bool print_record(void *user, const struct saved_record *record, struct error *error)
{
    (void)error;
    fprintf(user, "%.*s:%s", TEXT_ARGUMENT(record->text),
            sentiment_names[record->analysis.sentiment]);
    for (size_t i = 0; i < record->analysis.topic_count; i++)
        fprintf(user, " %.*s", TEXT_ARGUMENT(record->analysis.topics[i].topic));
    for (size_t i = 0; i < record->field_count; i++)
        fprintf(user, " %.*s=%.*s", TEXT_ARGUMENT(record->fields[i].name),
                TEXT_ARGUMENT(record->fields[i].value));
    fputc('\n', user);
    return true;
}

static void assert_rows(struct store *store, const struct selection *selection,
                        const char *expected)
{
    struct error error = {0};
    char *bytes;
    size_t size;
    FILE *out = open_memstream(&bytes, &size);
    if (!store_for_each_record(store, selection, print_record, out, &error))
        fail_msg("%s", error.message);
    fclose(out);
    assert_string_equal(bytes, expected);
    free(bytes);
}

static void records_are_ordered_by_date_and_omit_the_author(void **state)
{
    struct store *store = open_store(*state);
    save_three(store);
    assert_rows(store, NULL,
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
    struct store *store = open_store(*state);
    struct batch batch = {.path = "a.csv"};
    struct chunk chunks[] = {{.tokens = 30, .negative = 0.8, .neutral = 0.1, .positive = 0.1},
                             {.tokens = 10, .negative = 0.2, .neutral = 0.1, .positive = 0.3}};
    begin_run(store, 1);
    begin_file(store, "a.csv", 10);
    struct record *record = add(&batch, RECORD_NEW, 1, "two chunks");
    record->chunks = chunks;
    record->chunk_count = 2;
    add(&batch, RECORD_NEW, 2, "not read")->needs_analysis = false;
    save(store, &batch, 2, true);
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
    struct store *store = open_store(*state);
    save_three(store);
    static const struct field product = {TEXT("product_name"), TEXT("kettle")},
                              topic = {TEXT("topic"), TEXT("Price")},
                              lang = {TEXT("lang"), TEXT("en")},
                              nothing = {TEXT("colour"), TEXT("red")};
    struct selection selection = {.since = 86400, .until = 2 * 86400, .view = 9};
    assert_rows(store, &selection, "slow but cheap:positive delivery price Product Name=Kettle\n");
    selection = (struct selection){TIME_UNKNOWN, TIME_UNKNOWN, &product, 1, 9};
    assert_rows(store, &selection, "slow but cheap:positive delivery price Product Name=Kettle\n");
    selection.where = &topic;
    assert_rows(store, &selection, "slow but cheap:positive delivery price Product Name=Kettle\n");
    selection.where = &nothing;
    assert_rows(store, &selection, "");
    selection.where = &lang;
    assert_rows(store, &selection, "later:positive\n");
    assert_table(store, "feedback", &selection,
                 "feedback_id|source|external_id|created_at|lang|rating|rating_scale|text|"
                 "sentiment|sentiment_score|confidence|coverage|topics|run_id|title|revision|"
                 "lang_source|author|question|asked_for|reply\n"
                 "0000000000000005|shop|id-5|1970-01-03T00:00:00Z|en|||later|positive|0.5|0.75|1||"
                 "1||1|detected||||\n");
    store_close(store);
}

static void the_feedback_table_is_ordered_and_printed(void **state)
{
    struct store *store = open_store(*state);
    save_three(store);
    assert_table(store, "feedback", NULL,
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
    struct store *store = open_store(*state);
    struct batch batch = {0};
    struct error error = {0};
    begin_run(store, 1);
    begin_file(store, "a.csv", 10);
    for (uint64_t id = 1; id <= 4; id++) {
        struct record *record = add(&batch, RECORD_NEW, id, "text");
        record->lang = text_of(id == 1 ? "" : id == 2 ? "de" : "ko");
        record->lang_source = id == 1 ? NULL : id == 2 ? "hint" : "detected";
    }
    save(store, &batch, 4, true);
    assert_true(store_update_source_languages(store, &error));
    static const struct field korean = {TEXT("lang"), TEXT("ko")};
    struct selection selection = {TIME_UNKNOWN, TIME_UNKNOWN, &korean, 1, 5};
    assert_rows(store, &selection, "text:positive\ntext:positive\ntext:positive\n");
    selection.where = &(struct field){TEXT("lang"), TEXT("de")};
    assert_table(store, "feedback", &selection,
                 "feedback_id|source|external_id|created_at|lang|rating|rating_scale|text|"
                 "sentiment|sentiment_score|confidence|coverage|topics|run_id|title|revision|"
                 "lang_source|author|question|asked_for|reply\n"
                 "0000000000000002|shop|id-2||de|||text|positive|0.5|0.75|1||1||1|hint||||\n");
    /* Half of the records is no majority. */
    begin_file(store, "b.csv", 10);
    add(&batch, RECORD_NEW, 5, "text")->lang = TEXT("de");
    save(store, &batch, 1, true);
    assert_true(store_update_source_languages(store, &error));
    selection.where = &korean;
    assert_rows(store, &selection, "text:positive\ntext:positive\n");
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
    begin_file(store, path, 10);
    for (size_t row = 0; row < 200; row++) {
        const char *same = row % 10 == 0 && frequent->variant ? frequent->variant : frequent->text;
        snprintf(other, sizeof(other), "words %zu", row);
        struct text text =
            arena_copy_text(&batch.arena, text_of(row < frequent->records ? same : other));
        struct record *record = add(&batch, RECORD_NEW, 1 + number * 1000 + row, "");
        record->text = text;
        record->question = arena_copy_text(&batch.arena, text_of(path));
        record->text_hash = hash_combine_number(hash_text(text), number);
        record->analysis.confidence = frequent->confidence;
    }
    save(store, &batch, 200, true);
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
    struct store *store = open_store(*state);
    struct error error = {0};
    size_t found = 0, records = 0;
    begin_run(store, 1);
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
    struct store *store = open_store(*state);
    struct batch batch = {.skipped = 3, .pii = {[PII_PHONE] = 2}};
    struct row_totals row_totals;
    struct error error = {0};
    begin_run(store, 1);
    begin_file(store, "a.csv", 10);
    save(store, &batch, 1, false);
    batch.pii[PII_PHONE] = batch.pii[PII_ORDER_NUMBER] = batch.skipped = 1;
    save(store, &batch, 2, true);
    assert_true(store_get_row_totals(store, &row_totals, &error));
    assert_int_equal(row_totals.skipped, 4);
    assert_int_equal(row_totals.pii[PII_PHONE], 3);
    assert_int_equal(row_totals.pii[PII_ORDER_NUMBER], 1);
    /* The file changed: it is read and counted again. */
    begin_file(store, "a.csv", 11);
    assert_true(store_get_row_totals(store, &row_totals, &error));
    assert_int_equal(row_totals.skipped + row_totals.pii[PII_PHONE], 0);
    batch_free(&batch);
    store_close(store);
}

static void an_author_is_saved_only_if_the_job_says_so(void **state)
{
    struct store *store = open_store(*state);
    struct batch batch = {0};
    begin_run(store, 1);
    begin_file(store, "a.csv", 10);
    add(&batch, RECORD_NEW, 1, "text");
    add(&batch, RECORD_NEW, 2, "text")->saves_author = true;
    save(store, &batch, 2, true);
    assert_table(store, "feedback", NULL,
                 "feedback_id|source|external_id|created_at|lang|rating|rating_scale|text|"
                 "sentiment|sentiment_score|confidence|coverage|topics|run_id|title|revision|"
                 "lang_source|author|question|asked_for|reply\n"
                 "0000000000000001|shop|id-1|||||text|positive|0.5|0.75|1||1||1|||||\n"
                 "0000000000000002|shop|id-2|||||text|positive|0.5|0.75|1||1||1||Kim|||\n");
    batch_free(&batch);
    store_close(store);
}

/* ---- Summaries and figures ---- */

static const struct field awkward[] = {{TEXT("product"), TEXT("Kettle; 1.7 l = \"best\"")},
                                       {TEXT("region"), TEXT("")}};

static bool print_summary(void *user, const struct saved_summary *summary, struct error *error)
{
    (void)error;
    for (size_t i = 0; i < summary->key.field_count; i++)
        fprintf(user, "[%.*s][%.*s]", TEXT_ARGUMENT(summary->key.fields[i].name),
                TEXT_ARGUMENT(summary->key.fields[i].value));
    fprintf(user, "(%.*s) %.*s: %.*s\n", TEXT_ARGUMENT(summary->key.topic),
            TEXT_ARGUMENT(summary->period), TEXT_ARGUMENT(summary->text));
    return true;
}

static void assert_summaries(struct store *store, const char *expected)
{
    char *bytes;
    size_t size;
    FILE *out = open_memstream(&bytes, &size);
    assert_true(store_for_each_summary(store, 0, print_summary, out, NULL));
    fclose(out);
    assert_string_equal(bytes, expected);
    free(bytes);
}

/* A summary with the point `text`, which the records 1 to `records` say in that order, and one that
 * the first of them says. */
static void save_summary(struct store *store, const struct group_key *key, const char *text,
                         size_t records)
{
    struct arena arena = {0};
    struct member *members = arena_alloc(&arena, records, sizeof(*members));
    struct passage *evidence = arena_alloc(&arena, records, sizeof(*evidence));
    for (size_t i = 0; i < records; i++) {
        members[i].feedback_id = i + 1;
        evidence[i] = (struct passage){.member = i};
    }
    struct key_point points[] = {{.text = text_of(text),
                                  .polarity = SENTIMENT_POSITIVE,
                                  .records = records,
                                  .previous_records = 4,
                                  .first_seen = 86400,
                                  .last_seen = TIME_UNKNOWN,
                                  .evidence = evidence},
                                 {.text = TEXT("And so on"),
                                  .polarity = SENTIMENT_NEGATIVE,
                                  .author = POINT_BY_MODEL,
                                  .records = 1,
                                  .opposite_records = 2,
                                  .first_seen = TIME_UNKNOWN,
                                  .last_seen = TIME_UNKNOWN,
                                  .evidence = evidence}};
    struct group group = {.key = *key,
                          .period = TEXT("all"),
                          .has_previous = key->topic.size > 0,
                          .fingerprint = 3,
                          .members = members,
                          .member_count = records,
                          .points = points,
                          .point_count = 2,
                          .summary = arena_format(&arena, "%s And so on.", text),
                          .arena = &arena};
    struct error error = {0};
    if (!store_save_summary(store, 0, &group, &error))
        fail_msg("%s", error.message);
    arena_free(&arena);
}

static void values_of_groups_may_contain_any_character(void **state)
{
    struct store *store = open_store(*state);
    struct error error = {0};
    const struct group_key keys[] = {{awkward, 2, {0}}, {awkward, 2, TEXT("lid")}, {0}};
    for (size_t i = 0; i < 3; i++)
        save_summary(store, &keys[i], "Fine.", 1);
    save_summary(store, &keys[1], "Better.", 1);
    static const char all[] = "() all: Fine. And so on.\n",
                      kettle[] =
                          "[product][Kettle; 1.7 l = \"best\"][region][]() all: Fine. And so "
                          "on.\n",
                      lid[] = "[product][Kettle; 1.7 l = \"best\"][region][](lid) all: Better. And "
                              "so on.\n";
    char expected[400];
    snprintf(expected, sizeof(expected), "%s%s%s", all, kettle, lid);
    assert_summaries(store, expected);
    assert_table(store, "summaries", NULL,
                 "group|period|summary|records|evidence_ids|quotes|finish_reason|"
                 "extractive_sentences|levels\n"
                 "all|all|Fine. And so on.|1|0000000000000001||end|1|0\n"
                 "product=Kettle; 1.7 l = \"best\"; region=(none)|all|Fine. And so on.|1|"
                 "0000000000000001||end|1|0\n"
                 "product=Kettle; 1.7 l = \"best\"; region=(none); topic=lid|all|Better. And so "
                 "on.|1|0000000000000001||end|1|0\n");

    struct group_entry entries[] = {{.key = keys[0], .period = TEXT("all"), .fingerprint = 3},
                                    {.key = keys[2], .period = TEXT("all"), .fingerprint = 3}};
    struct group_list list = {.groups = entries, .count = 2};
    bool current;
    assert_true(store_summary_is_current(store, 0, &entries[0], &current, &error) && current);
    assert_true(store_summary_is_current(store, 9, &entries[0], &current, &error) && !current);
    assert_true(store_delete_unlisted_summaries(store, 0, &list, &error));
    snprintf(expected, sizeof(expected), "%s%s", all, kettle);
    assert_summaries(store, expected);
    store_close(store);
}

static void points_have_all_evidence_and_list_some(void **state)
{
    enum { RECORDS = 1500 };
    struct store *store = open_store(*state);
    const struct group_key everything = {0}, lid = {.topic = TEXT("lid")};
    save_summary(store, &everything, "Fine.", RECORDS);
    save_summary(store, &lid, "Fine.", 2);
#define FIRST_FIVE                                                                                 \
    "0000000000000001;0000000000000002;0000000000000003;0000000000000004;0000000000000005"
    assert_table(store, "summaries", NULL,
                 "group|period|summary|records|evidence_ids|quotes|finish_reason|"
                 "extractive_sentences|levels\n"
                 "all|all|Fine. And so on.|1500|" FIRST_FIVE "||end|1|0\n"
                 "topic=lid|all|Fine. And so on.|2|0000000000000001;0000000000000002||end|1|0\n");
    assert_table(
        store, "key_points", NULL,
        "group|period|segment|topic|point|polarity|records|share_pct|previous_records|opposite|"
        "first_seen|last_seen|evidence_ids|quotes|written_by\n"
        "all|all|all||Fine.|positive|1500|100||0|1970-01-02||" FIRST_FIVE "||customer\n"
        "all|all|all||And so on|negative|1|0.07||2|||0000000000000001||model\n"
        "topic=lid|all|all|lid|Fine.|positive|2|100|4|0|1970-01-02||"
        "0000000000000001;0000000000000002||customer\n"
        "topic=lid|all|all|lid|And so on|negative|1|50|0|2|||0000000000000001||model\n");
    store_close(store);
}

static bool print_figure(void *user, const struct topic_stats *topic_stats, struct error *error)
{
    (void)error;
    fprintf(user, "%.*s %zu ", TEXT_ARGUMENT(topic_stats->period), topic_stats->key.field_count);
    if (topic_stats->key.field_count)
        fprintf(user, "%.*s ", TEXT_ARGUMENT(topic_stats->key.fields[0].value));
    fprintf(user, "%.*s %d of %d, %g\n", TEXT_ARGUMENT(topic_stats->key.topic),
            (int)topic_stats->mentions, (int)topic_stats->responses,
            topic_stats->mean_rating.value);
    return true;
}

static void figures_are_saved_by_segment_topic_and_period(void **state)
{
    struct store *store = open_store(*state);
    const struct topic_stats figures[] = {
        {.key = {awkward, 1, TEXT("lid")},
         .period = TEXT("2026-03"),
         .mentions = 1,
         .responses = 2,
         .mean_rating = {4.5, 4, 5}},
        {.key.topic = TEXT("(all)"),
         .period = TEXT("2026-03"),
         .mentions = 2,
         .responses = 2,
         .mean_rating = {NAN, NAN, NAN}},
    };
    assert_true(store_save_topic_stats(store, 0, figures, 2, NULL));
    assert_true(store_save_topic_stats(store, 0, figures, 2, NULL)); /* replaces the first */
    char *bytes;
    size_t size;
    FILE *out = open_memstream(&bytes, &size);
    assert_true(store_for_each_topic_stats(store, 0, print_figure, out, NULL));
    fclose(out);
    assert_string_equal(bytes, "2026-03 0 (all) 2 of 2, nan\n"
                               "2026-03 1 Kettle; 1.7 l = \"best\" lid 1 of 2, 4.5\n");
    free(bytes);
    store_close(store);
}

/* ---- Rows that are read again ---- */

static void finish_run(struct store *store)
{
    struct error error = {0};
    assert_true(store_replace_corrected(store, &error));
    assert_true(store_finish_run(store, &error));
}

static void add_with_columns(struct batch *batch, enum record_state state,
                             const struct field *fields, size_t count)
{
    struct record *record = add(batch, state, 1, "fine");
    record->fields = fields;
    record->field_count = count;
    record->details_hash = hash_text(TEXT("")) + count;
    for (size_t i = 0; i < count; i++)
        record->details_hash = hash_combine(record->details_hash, fields[i].value);
    record->may_have_new_details = state != RECORD_NEW;
}

static void columns_of_unchanged_records_are_brought_up_to_date(void **state)
{
    static const struct field first[] = {{TEXT("Product Name"), TEXT("Kettle")},
                                         {TEXT("status"), TEXT("open")}},
                              second[] = {{TEXT("status"), TEXT("closed")},
                                          {TEXT("branch"), TEXT("Busan")}},
                              blank[] = {{TEXT("Product Name"), TEXT("")}};
    struct store *store = open_store(*state);
    struct batch batch = {0};
    begin_run(store, 1);
    begin_file(store, "a.csv", 10);
    add_with_columns(&batch, RECORD_NEW, first, 2);
    save(store, &batch, 1, true);
    finish_run(store);
    begin_run(store, 1);
    begin_file(store, "a.csv", 20);
    add_with_columns(&batch, RECORD_UNCHANGED, second, 2);
    save(store, &batch, 1, false);
    assert_rows(store, NULL, "fine:positive status=closed branch=Busan Product Name=Kettle\n");
    /* A record that was read in this run may have other columns in a later file. */
    add_with_columns(&batch, RECORD_DUPLICATE, first, 2);
    save(store, &batch, 2, false);
    assert_rows(store, NULL, "fine:positive Product Name=Kettle status=open branch=Busan\n");
    add_with_columns(&batch, RECORD_DUPLICATE, blank, 1);
    save(store, &batch, 3, true);
    assert_rows(store, NULL, "fine:positive status=open branch=Busan\n");
    finish_run(store);
    /* Under other settings a row has other columns, so nothing is left of the earlier ones. */
    settings = 2;
    begin_run(store, 2);
    begin_file(store, "a.csv", 20);
    add_with_columns(&batch, RECORD_UNCHANGED, second, 1);
    save(store, &batch, 1, true);
    assert_rows(store, NULL, "fine:positive status=closed\n");
    /* A row with an earlier revision changes no column. */
    add(&batch, RECORD_REVISED, 1, "edited");
    save(store, &batch, 2, false);
    add_with_columns(&batch, RECORD_DUPLICATE, first, 2);
    save(store, &batch, 3, true);
    assert_rows(store, NULL, "edited:positive status=closed\n");
    batch_free(&batch);
    store_close(store);
}

/* A record whose text is its row. */
static void add_row(struct batch *batch, enum record_state state, uint64_t id, const char *text)
{
    add(batch, state, id, text)->row_hash = hash_text(text_of(text));
}

/* Rows "one" and "two" of a.csv, "three" of b.csv, and a summary that cites "one". */
static void save_rows_of_two_files(struct store *store)
{
    struct batch batch = {0};
    const struct group_key everything = {0};
    begin_run(store, 1);
    begin_file(store, "a.csv", 10);
    add_row(&batch, RECORD_NEW, 1, "one");
    add_row(&batch, RECORD_NEW, 2, "two");
    save(store, &batch, 2, true);
    begin_file(store, "b.csv", 10);
    add_row(&batch, RECORD_NEW, 3, "three");
    save(store, &batch, 1, true);
    save_summary(store, &everything, "Fine.", 1);
    finish_run(store);
    batch_free(&batch);
}

static bool is_read_otherwise(struct store *store, uint64_t id, const char *row)
{
    struct error error = {0};
    struct batch batch = {.source = TEXT("shop"), .settings_hash = settings};
    struct record record = {.id = id, .row_hash = hash_text(text_of(row))};
    bool found;
    assert_true(store_find_other_reading(store, &batch, &record, &found, &error));
    return found;
}

static void rows_under_other_settings_replace_what_they_gave_before(void **state)
{
    struct store *store = open_store(*state);
    struct batch batch = {0};
    struct error error = {0};
    save_rows_of_two_files(store);
    settings = 2;
    begin_run(store, 2);
    begin_file(store, "grown.csv", 15);
    assert_true(is_read_otherwise(store, 10, "one"));
    assert_false(is_read_otherwise(store, 1, "one")); /* the record itself */
    assert_false(is_read_otherwise(store, 10, "four"));
    add_row(&batch, RECORD_REVISED, 10, "one");
    add_row(&batch, RECORD_UNCHANGED, 2, "two");
    add_row(&batch, RECORD_NEW, 11, "two"); /* such as a second answer */
    save(store, &batch, 2, true);
    assert_true(find(store, 1, "one").exists);
    assert_true(store_replace_corrected(store, &error));
    assert_true(store_replace_corrected(store, &error));
    assert_false(find(store, 1, "one").exists);
    assert_rows(store, NULL, "two:positive\nthree:positive\none:positive\ntwo:positive\n");
    assert_summaries(store, "");
    assert_false(is_read_otherwise(store, 10, "two")); /* it has the present settings now */
    assert_true(is_read_otherwise(store, 10, "three"));
    batch_free(&batch);
    store_close(store);
}

static void a_file_under_other_settings_replaces_what_it_gave_before(void **state)
{
    struct store *store = open_store(*state);
    struct batch batch = {0};
    save_rows_of_two_files(store);
    settings = 2;
    begin_run(store, 2);
    begin_file(store, "a.csv", 10); /* the same bytes, in another character set */
    assert_true(is_read_otherwise(store, 10, "ONE"));
    add_row(&batch, RECORD_REVISED, 10, "ONE");
    save(store, &batch, 1, false);
    assert_int_equal(begin_file(store, "b.csv", 11), 0);
    assert_false(is_read_otherwise(store, 10, "THREE"));
    save(store, &batch, 0, true);
    /* Not while the file is unfinished. */
    struct error error = {0};
    assert_true(store_replace_corrected(store, &error));
    assert_rows(store, NULL, "one:positive\ntwo:positive\nthree:positive\nONE:positive\n");
    begin_file(store, "a.csv", 10);
    save(store, &batch, 1, true);
    finish_run(store);
    assert_rows(store, NULL, "three:positive\nONE:positive\n");
    batch_free(&batch);
    store_close(store);
}

static void earlier_content_counts_only_under_the_same_settings(void **state)
{
    struct store *store = open_store(*state);
    struct batch batch = {0};
    for (uint64_t run = 0; run < 2; run++) {
        settings = run + 1;
        begin_run(store, settings);
        begin_file(store, "a.csv", 10);
        add_row(&batch, run ? RECORD_REVISED : RECORD_NEW, 1, run ? "second" : "first");
        save(store, &batch, 1, true);
        finish_run(store);
    }
    assert_true(find(store, 1, "first").same_content); /* an older file does not undo an edit */
    settings = 1;
    assert_false(find(store, 1, "first").same_content); /* settings that are undone do */
    begin_run(store, 3);
    begin_file(store, "a.csv", 10);
    add_row(&batch, RECORD_REVISED, 1, "first");
    save(store, &batch, 1, false);
    add_row(&batch, RECORD_REVISED, 1, "edited");
    save(store, &batch, 2, true);
    assert_true(find(store, 1, "first").same_content); /* read in this run */
    batch_free(&batch);
    store_close(store);
}

/* A run that changed the settings is stopped, and the settings are set back. */
static void settings_of_a_stopped_run_are_remembered(void **state)
{
    struct store *store = open_store(*state);
    struct batch batch = {0};
    save_rows_of_two_files(store);
    settings = 2;
    begin_run(store, 2);
    begin_file(store, "a.csv", 10);
    add_row(&batch, RECORD_REVISED, 1, "ONE");
    save(store, &batch, 1, false);
    settings = 1;
    begin_run(store, 1);
    assert_false(find(store, 1, "one").same_content);
    assert_true(find(store, 2, "two").same_content);
    batch_free(&batch);
    store_close(store);
}

/* ---- Current results ---- */

static void a_changed_record_or_analysis_ends_all_results(void **state)
{
    static const struct {
        const char *statements;
        bool is_current;
    } cases[] = {
        {"UPDATE seen SET file_id = file_id + 1", true},
        {"UPDATE feedback SET rating = 3 WHERE id = 5", false},
        {"DELETE FROM feedback WHERE id = 5", false},
        {"INSERT INTO feedback (id, source, text, text_hash, content_hash, first_run, run_id,"
         " details_hash, row_hash, settings_hash) VALUES (9, 'shop', 'new', 9, 9, 1, 1, 9, 9, 1)",
         false},
        {"UPDATE analysis SET sentiment = 'neutral'", false},
        {"DELETE FROM analysis", false},
    };
    const struct test_folder *folder = *state;
    struct error error = {0};
    struct arena arena = {0};
    struct store *store = open_store(folder);
    save_three(store);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct current_result saved = {TEXT("topics.csv"), 7, 40, TEXT("cut"), 1000, 5};
        struct current_result found = {.file = saved.file, .key = 7},
                              other = {.file = saved.file, .key = 8};
        bool is_current;
        assert_true(store_save_result(store, &saved, &error));
        assert_true(store_find_result(store, &other, &arena, &is_current, &error));
        assert_false(is_current);
        assert_true(store_find_result(store, &found, &arena, &is_current, &error));
        assert_true(is_current && found.number == 40 && found.size == 1000 && found.modified == 5);
        assert_true(text_equal(found.note, saved.note));
        sqlite3 *other_program;
        assert_int_equal(sqlite3_open(folder->database, &other_program), SQLITE_OK);
        assert_int_equal(sqlite3_exec(other_program, cases[i].statements, NULL, NULL, NULL),
                         SQLITE_OK);
        sqlite3_close(other_program);
        assert_true(store_find_result(store, &found, &arena, &is_current, &error));
        assert_int_equal(is_current, cases[i].is_current);
    }
    arena_free(&arena);
    store_close(store);
}

/* ---- Other databases ---- */

static void databases_of_other_versions_and_programs_are_refused(void **state)
{
    static const struct {
        const char *statements, *expected;
    } cases[] = {{"PRAGMA user_version = 1", "schema version 1, but"},
                 {"PRAGMA user_version = 2", "schema version 2, but this version of winnow reads"},
                 {"PRAGMA user_version = 3", "schema version 3, but"},
                 {"PRAGMA user_version = 4", "schema version 4, but"},
                 {"PRAGMA user_version = 5", "schema version 5, but"},
                 {"PRAGMA user_version = 6", "schema version 6, but"},
                 {"PRAGMA user_version = 7", "schema version 7, but"},
                 {"PRAGMA user_version = 8", "schema version 8, but"},
                 {"PRAGMA user_version = 9", "schema version 9, but"},
                 {"PRAGMA user_version = 10", "schema version 10, but"},
                 {"PRAGMA user_version = -1", "schema version -1"},
                 {"PRAGMA user_version = 0", "a database of another program"}};
    const struct test_folder *folder = *state;
    store_close(open_store(folder));
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        sqlite3 *other;
        struct error error = {0};
        struct store *store;
        assert_int_equal(sqlite3_open(folder->database, &other), SQLITE_OK);
        assert_int_equal(sqlite3_exec(other, cases[i].statements, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(other);
        assert_false(store_open(&store, folder->database, &error));
        assert_int_equal(error.kind, ERROR_STORE);
        assert_non_null(strstr(error.message, cases[i].expected));
    }
}

static bool count_match(void *user, const struct passage_match *match)
{
    (void)match;
    ++*(size_t *)user;
    return true;
}

static size_t count_matches(struct store *store, const char *query)
{
    struct error error = {0};
    size_t count = 0;
    assert_true(store_for_each_match(store, text_of(query), count_match, &count, &error));
    return count;
}

/* Indexes the first word of each record, as a stage would. */
static void index_records(struct store *store)
{
    struct arena arena = {0};
    struct error error = {0};
    struct unindexed_record *records;
    size_t count;
    assert_true(store_begin_index(store, 1, &error));
    assert_true(store_load_unindexed(store, 10, &arena, &records, &count, &error));
    struct passage_words *passages = arena_alloc(&arena, count, sizeof(*passages));
    for (size_t i = 0; i < count; i++)
        passages[i] = (struct passage_words){.feedback_id = records[i].feedback_id,
                                             .end = records[i].text.size,
                                             .words = records[i].text};
    assert_true(store_save_passages(store, passages, count, &error));
    assert_true(store_finish_index(store, &error));
    arena_free(&arena);
}

static void the_index_follows_the_records(void **state)
{
    const struct test_folder *folder = *state;
    struct store *store = open_store(folder);
    struct batch batch = {0};
    struct error error = {0};
    uint64_t passages, unindexed;
    begin_run(store, 1);
    begin_file(store, "a.csv", 10);
    add(&batch, RECORD_NEW, 1, "kettles leak");
    add(&batch, RECORD_NEW, 2, "zanzibar");
    save(store, &batch, 1, true);
    assert_true(store_count_passages(store, &passages, &unindexed, &error));
    assert_true(passages == 0 && unindexed == 2);
    index_records(store);
    assert_int_equal(count_matches(store, "kettle"), 1);
    assert_int_equal(count_matches(store, "zanzibar"), 1);

    assert_true(store_finish_run(store, &error)); /* an edited text */
    begin_run(store, 1);
    begin_file(store, "a.csv", 11);
    add(&batch, RECORD_REVISED, 2, "a lamp");
    save(store, &batch, 1, true);
    assert_int_equal(count_matches(store, "zanzibar"), 0);
    assert_true(store_count_passages(store, &passages, &unindexed, &error));
    assert_true(passages == 1 && unindexed == 1);
    index_records(store);
    assert_int_equal(count_matches(store, "lamps"), 1);
    assert_true(store_begin_index(store, 2, &error)); /* other words: all records again */
    assert_true(store_count_passages(store, &passages, &unindexed, &error));
    assert_true(passages == 0 && unindexed == 2);
    index_records(store);
    store_close(store);

    sqlite3 *other; /* a deletion by another program */
    assert_int_equal(sqlite3_open(folder->database, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "DELETE FROM feedback WHERE id = 1", NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(other);
    store = open_store(folder);
    assert_int_equal(count_matches(store, "kettle"), 0);
    assert_true(store_finish_index(store, &error));
    batch_free(&batch);
    store_close(store);
}

struct vector_list {
    uint64_t ids[4];
    char first_bytes[4];
    size_t count;
};

static void list_vector(void *user, const struct passage_match *match, struct text vector)
{
    struct vector_list *list = user;
    assert_int_equal(vector.size, 3);
    list->ids[list->count] = match->feedback_id;
    list->first_bytes[list->count++] = vector.bytes[0];
}

static void vectors_are_kept_with_their_version(void **state)
{
    struct store *store = open_store(*state);
    struct batch batch = {0};
    struct error error = {0};
    struct vector_list list = {0};
    bool is_current;
    begin_run(store, 1);
    begin_file(store, "a.csv", 10);
    add(&batch, RECORD_NEW, 1, "late. cold.");
    add(&batch, RECORD_NEW, 2, " ");
    save(store, &batch, 1, true);
    assert_true(store_begin_index(store, 7, &error));
    const struct passage_words passages[] = {
        {.feedback_id = 1, .end = 5, .words = TEXT("late"), .vector = {"\0b!", 3}},
        {.feedback_id = 1, .begin = 6, .end = 11, .words = TEXT("cold"), .vector = {"c\0d", 3}},
        {.feedback_id = 2},
    };
    assert_true(store_save_passages(store, passages, 3, &error));
    assert_true(store_check_index(store, 7, &is_current, &error) && is_current);
    assert_true(store_check_index(store, 8, &is_current, &error) && !is_current);
    assert_true(store_for_each_vector(store, list_vector, &list, &error));
    assert_int_equal(list.count, 2);
    assert_true(list.ids[0] == 1 && list.ids[1] == 1);
    assert_true(list.first_bytes[0] == 0 && list.first_bytes[1] == 'c');
    batch_free(&batch);
    store_close(store);
}

static void the_key_check_is_kept(void **state)
{
    struct error error = {0};
    struct store *store = open_store(*state);
    assert_int_equal(store_key_check(store), 0);
    assert_true(store_set_key_check(store, UINT64_MAX - 5, &error));
    assert_true(store_key_check(store) == UINT64_MAX - 5);
    store_close(store);
    store = open_store(*state);
    assert_true(store_key_check(store) == UINT64_MAX - 5);
    store_close(store);
}

/* Who adds a table must say what `winnow forget` does with it (store_erasure.c). */
static void every_table_has_an_erase_rule(void **state)
{
    const struct test_folder *folder = *state;
    sqlite3 *database;
    sqlite3_stmt *tables;
    size_t count = 0, listed = 0;
    store_close(open_store(folder));
    assert_int_equal(sqlite3_open(folder->database, &database), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database,
                                        "SELECT name FROM sqlite_schema WHERE type = 'table'"
                                        " AND name NOT LIKE 'sqlite%'"
                                        " AND name NOT LIKE 'passage!_words!_%' ESCAPE '!'",
                                        -1, &tables, NULL),
                     SQLITE_OK);
    for (; sqlite3_step(tables) == SQLITE_ROW; count++) {
        const char *name = (const char *)sqlite3_column_text(tables, 0);
        const struct erasable_table *table = store_erasable_tables;
        while (table->name && strcmp(table->name, name) != 0)
            table++;
        if (!table->name)
            fail_msg("store_erasable_tables lacks the table %s", name);
    }
    while (store_erasable_tables[listed].name)
        listed++;
    assert_int_equal(listed, count);
    sqlite3_finalize(tables);
    sqlite3_close(database);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(a_new_file_is_private),
        TEST(saved_records_are_known),
        TEST(an_edited_record_keeps_its_history),
        TEST(row_totals_are_summed_over_files),
        TEST(row_totals_that_do_not_add_up_are_an_error),
        TEST(an_interrupted_run_resumes_under_the_same_job),
        TEST(a_save_that_fails_leaves_nothing),
        TEST(records_are_ordered_by_date_and_omit_the_author),
        TEST(probabilities_are_means_of_chunks_by_tokens),
        TEST(selections_filter_records_and_tables),
        TEST(the_feedback_table_is_ordered_and_printed),
        TEST(records_without_a_language_get_the_majority_language),
        TEST(stock_texts_are_set_aside),
        TEST(replaced_personal_data_is_counted_per_run),
        TEST(an_author_is_saved_only_if_the_job_says_so),
        TEST(values_of_groups_may_contain_any_character),
        TEST(points_have_all_evidence_and_list_some),
        TEST(figures_are_saved_by_segment_topic_and_period),
        TEST(columns_of_unchanged_records_are_brought_up_to_date),
        TEST(rows_under_other_settings_replace_what_they_gave_before),
        TEST(a_file_under_other_settings_replaces_what_it_gave_before),
        TEST(earlier_content_counts_only_under_the_same_settings),
        TEST(settings_of_a_stopped_run_are_remembered),
        TEST(a_changed_record_or_analysis_ends_all_results),
        TEST(databases_of_other_versions_and_programs_are_refused),
        TEST(the_index_follows_the_records),
        TEST(vectors_are_kept_with_their_version),
        TEST(the_key_check_is_kept),
        TEST(every_table_has_an_erase_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
