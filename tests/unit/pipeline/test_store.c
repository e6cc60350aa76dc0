/* test_store.c - pipeline/store*.c: records, row totals, resuming, other databases. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/hash.h"
#include "pipeline/store.h"
#include "pipeline/store_private.h"
#include "tests/support/full_disk.h"
#include "tests/support/store_case.h"

static void a_new_file_is_private(void **state)
{
    const struct test_folder *folder = *state;
    store_close(store_case_open(folder));
    struct stat about;
    assert_int_equal(stat(folder->database, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
}

static void saved_records_are_known(void **state)
{
    struct store *store = store_case_open(*state);
    struct batch batch = {0};
    struct error error = {0};
    bool found;
    store_case_begin_run(store, 1);
    store_case_begin_file(store, "a.csv", 10);
    store_case_add(&batch, RECORD_NEW, 1, "fine");
    store_case_save(store, &batch, 1, true);

    struct record_lookup record_lookup = store_case_find(store, 1, "fine");
    assert_true(record_lookup.exists && record_lookup.same_content &&
                record_lookup.seen_in_this_run && record_lookup.new_in_this_run);
    assert_false(store_case_find(store, 1, "edited").same_content);
    assert_false(store_case_find(store, 2, "fine").exists);
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
    } others[] = {{2, "shop", STORE_CASE_AUTHOR, NAN, true},
                  {1, "shop", STORE_CASE_AUTHOR, NAN, false}, /* the saved record itself */
                  {2, "shop", STORE_CASE_AUTHOR, 1, false},   /* another rating */
                  {2, "shop", 5, NAN, false},
                  {2, "blog", STORE_CASE_AUTHOR, NAN, false},
                  {2, "shop", 0, NAN, false}};
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        struct record other = {.id = others[i].id,
                               .author_hash = others[i].author_hash,
                               .text_hash = hash,
                               .rating = others[i].rating};
        struct batch other_batch = {.source = text_of(others[i].source),
                                    .settings_hash = store_case_settings};
        assert_true(store_find_same_author_duplicate(store, &other_batch, &other, &found, &error));
        assert_int_equal(found, others[i].is_duplicate);
    }

    assert_true(store_finish_run(store, &error));
    store_case_begin_run(store, 1);
    record_lookup = store_case_find(store, 1, "fine");
    assert_true(record_lookup.exists && record_lookup.same_content &&
                !record_lookup.seen_in_this_run && !record_lookup.new_in_this_run);
    batch_free(&batch);
    store_close(store);
}

static void an_edited_record_keeps_its_history(void **state)
{
    struct store *store = store_case_open(*state);
    struct batch batch = {0};
    struct error error = {0};
    store_case_begin_run(store, 1);
    store_case_begin_file(store, "a.csv", 10);
    store_case_add(&batch, RECORD_NEW, 1, "first");
    store_case_save(store, &batch, 1, true);
    assert_true(store_finish_run(store, &error));
    store_case_begin_run(store, 1);
    store_case_begin_file(store, "a.csv", 11);
    store_case_add(&batch, RECORD_REVISED, 1, "second");
    store_case_save(store, &batch, 1, true);
    assert_true(store_case_find(store, 1, "first").same_content);
    assert_true(store_case_find(store, 1, "second").same_content);
    assert_false(store_case_find(store, 1, "third").same_content);
    store_case_assert_table(
        store, "feedback", NULL,
        "feedback_id|source|external_id|created_at|lang|rating|rating_scale|text|"
        "sentiment|sentiment_score|confidence|coverage|topics|run_id|title|revision|"
        "lang_source|author|question|asked_for|reply\n"
        "0000000000000001|shop|id-1|||||second|positive|0.5|0.75|1||2||2|||||\n");
    batch_free(&batch);
    store_close(store);
}

static void row_totals_are_summed_over_files(void **state)
{
    struct store *store = store_case_open(*state);
    struct batch batch = {0};
    struct error error = {0};
    store_case_begin_run(store, 1);
    store_case_begin_file(store, "a.csv", 10);
    store_case_add(&batch, RECORD_NEW, 1, "one");
    store_case_add(&batch, RECORD_EMPTY, 0, "")->needs_analysis = false;
    const struct record *rejected = store_case_add(&batch, RECORD_REJECTED, 2, "two");
    batch_reject_row(&batch, rejected->line, rejected->byte_offset, TEXT("stage said no"),
                     rejected->body);
    batch.records[2].needs_analysis = false;
    batch.read = 3;
    assert_true(store_save_batch(store, &batch, 3, true, &error));
    batch_reset(&batch);
    store_case_begin_file(store, "b.csv", 10);
    store_case_add(&batch, RECORD_DUPLICATE, 1, "one")->needs_analysis = false;
    batch_reject_row(&batch, 2, 30, TEXT("quote not closed"), TEXT("\"x\xff\n"));
    store_case_save(store, &batch, 2, true);

    struct row_totals row_totals;
    assert_true(store_get_row_totals(store, &row_totals, &error));
    assert_int_equal(row_totals.read, 5);
    assert_int_equal(row_totals.states[RECORD_NEW], 1);
    assert_int_equal(row_totals.states[RECORD_EMPTY], 1);
    assert_int_equal(row_totals.states[RECORD_DUPLICATE], 1);
    assert_int_equal(row_totals.states[RECORD_REJECTED], 2);
    assert_int_equal(row_totals.inferred, 1);
    assert_int_equal(row_totals.tokens, 4);
    store_case_assert_table(store, "rejects", NULL,
                            "file|line|byte_offset|reason|raw\na.csv||0|stage said no|two\n"
                            "b.csv|2|30|quote not closed|\"x\\xFF\n\n");
    batch_free(&batch);
    store_close(store);
}

static void row_totals_that_do_not_add_up_are_an_error(void **state)
{
    struct store *store = store_case_open(*state);
    struct batch batch = {.read = 2};
    struct error error = {0};
    struct row_totals row_totals;
    store_case_begin_run(store, 1);
    store_case_begin_file(store, "a.csv", 10);
    store_case_add(&batch, RECORD_NEW, 1, "one");
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
    struct store *store = store_case_open(*state);
    assert_false(store_case_begin_run(store, 1));
    assert_int_equal(store_case_begin_file(store, "a.csv", 10), 0);
    store_case_add(&batch, RECORD_NEW, 1, "one");
    store_case_save(store, &batch, 1, false);
    store_close(store);

    store = store_case_open(*state);
    assert_true(store_case_begin_run(store, 1));
    assert_int_equal(store_case_begin_file(store, "a.csv", 10), 1);
    assert_true(store_case_find(store, 1, "one").seen_in_this_run);
    store_case_save(store, &batch, 1, true);
    assert_true(store_case_begin_file(store, "a.csv", 10) == UINT64_MAX);
    /* The file changed before the run resumed: it is read again, and its rows are new again. */
    assert_int_equal(store_case_begin_file(store, "a.csv", 20), 0);
    struct record_lookup record_lookup = store_case_find(store, 1, "one");
    assert_true(record_lookup.new_in_this_run && !record_lookup.seen_in_this_run);
    struct row_totals row_totals;
    assert_true(store_get_row_totals(store, &row_totals, &error));
    assert_int_equal(row_totals.read, 0);
    assert_false(store_case_begin_run(store, 2));
    batch_free(&batch);
    store_close(store);
}

static void a_save_that_fails_leaves_nothing(void **state)
{
    struct batch batch = {0};
    struct error error = {0};
    struct store *store = store_case_open(*state);
    store_case_begin_run(store, 1);
    store_case_begin_file(store, "a.csv", 10);
    store_case_add(&batch, RECORD_NEW, 1, "one");
    batch.read = 1;
    full_disk_at_commit(1);
    assert_false(store_save_batch(store, &batch, 1, true, &error));
    assert_int_equal(error.kind, ERROR_STORE);
    assert_non_null(strstr(error.message, "disk is full"));
    assert_false(store_case_find(store, 1, "one").exists);
    assert_int_equal(store_case_begin_file(store, "a.csv", 10), 0);
    store_case_save(store, &batch, 1, true);
    assert_true(store_case_find(store, 1, "one").exists);
    batch_free(&batch);
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
    store_close(store_case_open(folder));
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

static void the_key_check_is_kept(void **state)
{
    struct error error = {0};
    struct store *store = store_case_open(*state);
    assert_int_equal(store_key_check(store), 0);
    assert_true(store_set_key_check(store, UINT64_MAX - 5, &error));
    assert_true(store_key_check(store) == UINT64_MAX - 5);
    store_close(store);
    store = store_case_open(*state);
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
    store_close(store_case_open(folder));
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
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_new_file_is_private),
        STORE_TEST(saved_records_are_known),
        STORE_TEST(an_edited_record_keeps_its_history),
        STORE_TEST(row_totals_are_summed_over_files),
        STORE_TEST(row_totals_that_do_not_add_up_are_an_error),
        STORE_TEST(an_interrupted_run_resumes_under_the_same_job),
        STORE_TEST(a_save_that_fails_leaves_nothing),
        STORE_TEST(databases_of_other_versions_and_programs_are_refused),
        STORE_TEST(the_key_check_is_kept),
        STORE_TEST(every_table_has_an_erase_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
