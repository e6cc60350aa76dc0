/* test_store_index.c - pipeline/store_passages.c: the search index and its vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "pipeline/store.h"
#include "tests/support/store_case.h"

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
    struct store *store = store_case_open(folder);
    struct batch batch = {0};
    struct error error = {0};
    uint64_t passages, unindexed;
    store_case_begin_run(store, 1);
    store_case_begin_file(store, "a.csv", 10);
    store_case_add(&batch, RECORD_NEW, 1, "kettles leak");
    store_case_add(&batch, RECORD_NEW, 2, "zanzibar");
    store_case_save(store, &batch, 1, true);
    assert_true(store_count_passages(store, &passages, &unindexed, &error));
    assert_true(passages == 0 && unindexed == 2);
    index_records(store);
    assert_int_equal(count_matches(store, "kettle"), 1);
    assert_int_equal(count_matches(store, "zanzibar"), 1);

    assert_true(store_finish_run(store, &error)); /* an edited text */
    store_case_begin_run(store, 1);
    store_case_begin_file(store, "a.csv", 11);
    store_case_add(&batch, RECORD_REVISED, 2, "a lamp");
    store_case_save(store, &batch, 1, true);
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
    store = store_case_open(folder);
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
    struct store *store = store_case_open(*state);
    struct batch batch = {0};
    struct error error = {0};
    struct vector_list list = {0};
    bool is_current;
    store_case_begin_run(store, 1);
    store_case_begin_file(store, "a.csv", 10);
    store_case_add(&batch, RECORD_NEW, 1, "late. cold.");
    store_case_add(&batch, RECORD_NEW, 2, " ");
    store_case_save(store, &batch, 1, true);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(the_index_follows_the_records),
        STORE_TEST(vectors_are_kept_with_their_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
