/* test_store_rereading.c - pipeline/store*.c: rows that are read again, under the same settings or
 * others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/hash.h"
#include "pipeline/store.h"
#include "tests/support/store_case.h"

static void add_with_columns(struct batch *batch, enum record_state state,
                             const struct field *fields, size_t count)
{
    struct record *record = store_case_add(batch, state, 1, "fine");
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
    struct store *store = store_case_open(*state);
    struct batch batch = {0};
    store_case_begin_run(store, 1);
    store_case_begin_file(store, "a.csv", 10);
    add_with_columns(&batch, RECORD_NEW, first, 2);
    store_case_save(store, &batch, 1, true);
    store_case_finish_run(store);
    store_case_begin_run(store, 1);
    store_case_begin_file(store, "a.csv", 20);
    add_with_columns(&batch, RECORD_UNCHANGED, second, 2);
    store_case_save(store, &batch, 1, false);
    store_case_assert_rows(store, NULL,
                           "fine:positive status=closed branch=Busan Product Name=Kettle\n");
    /* A record that was read in this run may have other columns in a later file. */
    add_with_columns(&batch, RECORD_DUPLICATE, first, 2);
    store_case_save(store, &batch, 2, false);
    store_case_assert_rows(store, NULL,
                           "fine:positive Product Name=Kettle status=open branch=Busan\n");
    add_with_columns(&batch, RECORD_DUPLICATE, blank, 1);
    store_case_save(store, &batch, 3, true);
    store_case_assert_rows(store, NULL, "fine:positive status=open branch=Busan\n");
    store_case_finish_run(store);
    /* Under other store_case_settings a row has other columns, so nothing is left of the earlier
     * ones. */
    store_case_settings = 2;
    store_case_begin_run(store, 2);
    store_case_begin_file(store, "a.csv", 20);
    add_with_columns(&batch, RECORD_UNCHANGED, second, 1);
    store_case_save(store, &batch, 1, true);
    store_case_assert_rows(store, NULL, "fine:positive status=closed\n");
    /* A row with an earlier revision changes no column. */
    store_case_add(&batch, RECORD_REVISED, 1, "edited");
    store_case_save(store, &batch, 2, false);
    add_with_columns(&batch, RECORD_DUPLICATE, first, 2);
    store_case_save(store, &batch, 3, true);
    store_case_assert_rows(store, NULL, "edited:positive status=closed\n");
    batch_free(&batch);
    store_close(store);
}

/* A record whose text is its row. */
static void add_row(struct batch *batch, enum record_state state, uint64_t id, const char *text)
{
    store_case_add(batch, state, id, text)->row_hash = hash_text(text_of(text));
}

/* Rows "one" and "two" of a.csv, "three" of b.csv, and a summary that cites "one". */
static void save_rows_of_two_files(struct store *store)
{
    struct batch batch = {0};
    const struct group_key everything = {0};
    store_case_begin_run(store, 1);
    store_case_begin_file(store, "a.csv", 10);
    add_row(&batch, RECORD_NEW, 1, "one");
    add_row(&batch, RECORD_NEW, 2, "two");
    store_case_save(store, &batch, 2, true);
    store_case_begin_file(store, "b.csv", 10);
    add_row(&batch, RECORD_NEW, 3, "three");
    store_case_save(store, &batch, 1, true);
    store_case_save_summary(store, &everything, "Fine.", 1);
    store_case_finish_run(store);
    batch_free(&batch);
}

static bool is_read_otherwise(struct store *store, uint64_t id, const char *row)
{
    struct error error = {0};
    struct batch batch = {.source = TEXT("shop"), .settings_hash = store_case_settings};
    struct record record = {.id = id, .row_hash = hash_text(text_of(row))};
    bool found;
    assert_true(store_find_other_reading(store, &batch, &record, &found, &error));
    return found;
}

static void rows_under_other_settings_replace_what_they_gave_before(void **state)
{
    struct store *store = store_case_open(*state);
    struct batch batch = {0};
    struct error error = {0};
    save_rows_of_two_files(store);
    store_case_settings = 2;
    store_case_begin_run(store, 2);
    store_case_begin_file(store, "grown.csv", 15);
    assert_true(is_read_otherwise(store, 10, "one"));
    assert_false(is_read_otherwise(store, 1, "one")); /* the record itself */
    assert_false(is_read_otherwise(store, 10, "four"));
    add_row(&batch, RECORD_REVISED, 10, "one");
    add_row(&batch, RECORD_UNCHANGED, 2, "two");
    add_row(&batch, RECORD_NEW, 11, "two"); /* such as a second answer */
    store_case_save(store, &batch, 2, true);
    assert_true(store_case_find(store, 1, "one").exists);
    assert_true(store_replace_corrected(store, &error));
    assert_true(store_replace_corrected(store, &error));
    assert_false(store_case_find(store, 1, "one").exists);
    store_case_assert_rows(store, NULL,
                           "two:positive\nthree:positive\none:positive\ntwo:positive\n");
    store_case_assert_summaries(store, "");
    assert_false(
        is_read_otherwise(store, 10, "two")); /* it has the present store_case_settings now */
    assert_true(is_read_otherwise(store, 10, "three"));
    batch_free(&batch);
    store_close(store);
}

static void a_file_under_other_settings_replaces_what_it_gave_before(void **state)
{
    struct store *store = store_case_open(*state);
    struct batch batch = {0};
    save_rows_of_two_files(store);
    store_case_settings = 2;
    store_case_begin_run(store, 2);
    store_case_begin_file(store, "a.csv", 10); /* the same bytes, in another character set */
    assert_true(is_read_otherwise(store, 10, "ONE"));
    add_row(&batch, RECORD_REVISED, 10, "ONE");
    store_case_save(store, &batch, 1, false);
    assert_int_equal(store_case_begin_file(store, "b.csv", 11), 0);
    assert_false(is_read_otherwise(store, 10, "THREE"));
    store_case_save(store, &batch, 0, true);
    /* Not while the file is unfinished. */
    struct error error = {0};
    assert_true(store_replace_corrected(store, &error));
    store_case_assert_rows(store, NULL,
                           "one:positive\ntwo:positive\nthree:positive\nONE:positive\n");
    store_case_begin_file(store, "a.csv", 10);
    store_case_save(store, &batch, 1, true);
    store_case_finish_run(store);
    store_case_assert_rows(store, NULL, "three:positive\nONE:positive\n");
    batch_free(&batch);
    store_close(store);
}

static void earlier_content_counts_only_under_the_same_settings(void **state)
{
    struct store *store = store_case_open(*state);
    struct batch batch = {0};
    for (uint64_t run = 0; run < 2; run++) {
        store_case_settings = run + 1;
        store_case_begin_run(store, store_case_settings);
        store_case_begin_file(store, "a.csv", 10);
        add_row(&batch, run ? RECORD_REVISED : RECORD_NEW, 1, run ? "second" : "first");
        store_case_save(store, &batch, 1, true);
        store_case_finish_run(store);
    }
    assert_true(
        store_case_find(store, 1, "first").same_content); /* an older file does not undo an edit */
    store_case_settings = 1;
    assert_false(store_case_find(store, 1, "first")
                     .same_content); /* store_case_settings that are undone do */
    store_case_begin_run(store, 3);
    store_case_begin_file(store, "a.csv", 10);
    add_row(&batch, RECORD_REVISED, 1, "first");
    store_case_save(store, &batch, 1, false);
    add_row(&batch, RECORD_REVISED, 1, "edited");
    store_case_save(store, &batch, 2, true);
    assert_true(store_case_find(store, 1, "first").same_content); /* read in this run */
    batch_free(&batch);
    store_close(store);
}

/* A run that changed the store_case_settings is stopped, and the store_case_settings are set back.
 */
static void settings_of_a_stopped_run_are_remembered(void **state)
{
    struct store *store = store_case_open(*state);
    struct batch batch = {0};
    save_rows_of_two_files(store);
    store_case_settings = 2;
    store_case_begin_run(store, 2);
    store_case_begin_file(store, "a.csv", 10);
    add_row(&batch, RECORD_REVISED, 1, "ONE");
    store_case_save(store, &batch, 1, false);
    store_case_settings = 1;
    store_case_begin_run(store, 1);
    assert_false(store_case_find(store, 1, "one").same_content);
    assert_true(store_case_find(store, 2, "two").same_content);
    batch_free(&batch);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(columns_of_unchanged_records_are_brought_up_to_date),
        STORE_TEST(rows_under_other_settings_replace_what_they_gave_before),
        STORE_TEST(a_file_under_other_settings_replaces_what_it_gave_before),
        STORE_TEST(earlier_content_counts_only_under_the_same_settings),
        STORE_TEST(settings_of_a_stopped_run_are_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
