/* store_case.c - saves records of a shop, and prints what a database has. */
#include "tests/support/store_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hash.h"

uint64_t store_case_settings = 1;

int store_case_make_folder(void **state)
{
    struct test_folder *folder = calloc(1, sizeof(*folder));
    strcpy(folder->path, "/tmp/winnow-store-XXXXXX");
    store_case_settings = 1;
    *state = folder;
    if (!mkdtemp(folder->path))
        return -1;
    snprintf(folder->database, sizeof(folder->database), "%s/winnow.db", folder->path);
    return 0;
}

int store_case_remove_folder(void **state)
{
    struct test_folder *folder = *state;
    unlink(folder->database);
    rmdir(folder->path); /* fails if the store left another file in the folder */
    int left = access(folder->path, F_OK);
    free(folder);
    return left == 0 ? -1 : 0;
}

struct store *store_case_open(const struct test_folder *folder)
{
    struct error error = {0};
    struct store *store;
    if (!store_open(&store, folder->database, &error))
        fail_msg("%s", error.message);
    store_set_model_key(store, STORE_CASE_MODEL);
    return store;
}

bool store_case_begin_run(struct store *store, uint64_t job)
{
    struct error error = {0};
    uint64_t run;
    bool resumed;
    assert_true(store_begin_run(store, job, &run, &resumed, &error));
    return resumed;
}

uint64_t store_case_begin_file(struct store *store, const char *path, uint64_t size)
{
    struct error error = {0};
    struct file_signature mark = {.path = path,
                                  .connector = "csv",
                                  .size = size,
                                  .modified = 5,
                                  .source = TEXT("shop"),
                                  .settings_hash = store_case_settings};
    uint64_t reads;
    bool finished;
    assert_true(store_begin_file(store, &mark, &reads, &finished, &error));
    return finished ? UINT64_MAX : reads;
}

struct record *store_case_add(struct batch *batch, enum record_state state, uint64_t id,
                              const char *text)
{
    struct record *record = batch_add_record(batch);
    record->state = state;
    record->id = id;
    record->external_id = arena_format(&batch->arena, "id-%d", (int)id);
    record->author = TEXT("Kim");
    record->author_hash = STORE_CASE_AUTHOR;
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

void store_case_save(struct store *store, struct batch *batch, uint64_t reads, bool finished)
{
    struct error error = {0};
    batch->source = TEXT("shop");
    batch->settings_hash = store_case_settings;
    batch->read = batch->count + batch->reject_count;
    if (!store_save_batch(store, batch, reads, finished, &error))
        fail_msg("%s", error.message);
    batch_reset(batch);
}

struct record_lookup store_case_find(struct store *store, uint64_t id, const char *text)
{
    struct error error = {0};
    struct record_lookup record_lookup;
    struct batch batch = {.source = TEXT("shop"), .settings_hash = store_case_settings};
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

void store_case_assert_table(struct store *store, const char *name,
                             const struct selection *selection, const char *expected)
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

void store_case_save_three(struct store *store)
{
    struct batch batch = {0};
    static const struct field kettle[] = {{TEXT("Product Name"), TEXT("Kettle")},
                                          {TEXT("author"), TEXT("Kim")},
                                          {TEXT("empty"), TEXT("")}};
    static const struct topic_mention topics[] = {{TEXT("delivery"), SENTIMENT_NEGATIVE},
                                                  {TEXT("price"), SENTIMENT_POSITIVE}};
    store_case_begin_run(store, 1);
    store_case_begin_file(store, "a.csv", 10);
    struct record *record = store_case_add(&batch, RECORD_NEW, UINT64_MAX, "slow but cheap");
    record->created_at = 86400;
    record->rating = 4;
    record->rating_scale = 5;
    record->fields = kettle;
    record->field_count = 3;
    record->analysis.topics = topics;
    record->analysis.topic_count = 2;
    record = store_case_add(&batch, RECORD_NEW, 5, "later");
    record->created_at = 2 * 86400;
    record->lang = TEXT("en");
    record->lang_source = "detected";
    store_case_add(&batch, RECORD_NEW, 3, "undated")->needs_analysis = false;
    store_case_save(store, &batch, 3, true);
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

void store_case_assert_rows(struct store *store, const struct selection *selection,
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

/* A summary with the point `text`, which the records 1 to `records` say in that order, and one that
 * the first of them says. */
void store_case_save_summary(struct store *store, const struct group_key *key, const char *text,
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

void store_case_finish_run(struct store *store)
{
    struct error error = {0};
    assert_true(store_replace_corrected(store, &error));
    assert_true(store_finish_run(store, &error));
}

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

void store_case_assert_summaries(struct store *store, const char *expected)
{
    char *bytes;
    size_t size;
    FILE *out = open_memstream(&bytes, &size);
    assert_true(store_for_each_summary(store, 0, print_summary, out, NULL));
    fclose(out);
    assert_string_equal(bytes, expected);
    free(bytes);
}
