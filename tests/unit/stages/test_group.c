/* test_group.c - stages/group.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/stages.h"
#include "tests/fakes/database.h"
#include "tests/fakes/stage.h"

/* Saves records of two products; every record of Kettle mentions the lid. */
static void save_rows(struct store *store, size_t count)
{
    static const struct topic_mention lid = {{"lid", 3}, SENTIMENT_NEGATIVE};
    static const struct field kettle = {{"product", 7}, {"Kettle", 6}};
    static const struct field lamp = {{"product", 7}, {"Lamp", 4}};
    uint64_t run, reads;
    bool flag;
    store_set_model_key(store, 1);
    assert_true(store_begin_run(store, count, &run, &flag, NULL));
    struct file_signature mark = {.path = "a.csv", .connector = "csv"};
    assert_true(store_begin_file(store, &mark, &reads, &flag, NULL));
    struct batch batch = {.path = "a.csv", .source = TEXT("shop")};
    for (size_t i = 0; i < count; i++) {
        struct record *record = batch_add_record(&batch);
        record->id = record->content_hash = record->text_hash = i + 1;
        record->text = arena_format(&batch.arena, "text %zu", i);
        record->created_at = 1772000000 + (int64_t)i * 86400 * 10;
        record->fields = i % 3 ? &kettle : &lamp;
        record->field_count = 1;
        record->needs_analysis = true;
        record->analysis.sentiment = SENTIMENT_POSITIVE;
        record->analysis.topics = i % 3 ? &lid : NULL;
        record->analysis.topic_count = i % 3 ? 1 : 0;
    }
    batch.read = batch.count;
    assert_true(store_save_batch(store, &batch, count, true, NULL));
    assert_true(store_finish_run(store, NULL));
    batch_free(&batch);
}

static bool list(struct store *store, const char *settings, struct group_list *groups,
                 struct error *error)
{
    struct stage_context stage_context = {.store = store, .model_key = 1, .summary_key = 2};
    static const struct selection everything = {.since = TIME_UNKNOWN, .until = TIME_UNKNOWN};
    stage_context.selection = &everything;
    void *state = stage_start(&group_stage, settings, &stage_context, error);
    bool ok = group_stage.list_groups(state, groups, error);
    stage_end(&group_stage, state);
    return ok;
}

static void groups_are_segments_periods_and_topics(void **state)
{
    (void)state;
    struct database database;
    database_make(&database);
    save_rows(database.store, 6);
    struct group_list groups = {0};
    assert_true(list(database.store, "by=Product;period=all;min_records=4", &groups, NULL));
    static const struct {
        const char *key, *topic;
        size_t members;
    } expected[] = {{"Product=Kettle", "", 4},
                    {"Product=Kettle; topic=lid", "lid", 4},
                    {"Product=Lamp", "", 2},
                    {"all", "", 6}};
    assert_int_equal(groups.count, 4);
    for (size_t i = 0; i < 4; i++) {
        struct text key = group_key_format(&groups.groups[i].key, &groups.arena);
        assert_true(text_equal(key, text_of(expected[i].key)));
        assert_true(text_equal(groups.groups[i].key.topic, text_of(expected[i].topic)));
        assert_int_equal(groups.groups[i].member_count, expected[i].members);
    }
    assert_int_equal(groups.groups[3].feedback_ids[0], 1);
    arena_free(&groups.arena);

    groups = (struct group_list){0};
    assert_true(list(database.store, "by=Product;period=all;max_groups=2", &groups, NULL));
    assert_int_equal(groups.count, 2);
    assert_int_equal(groups.skipped, 2);
    arena_free(&groups.arena);
    database_remove(&database);
}

/* The records are positive, their mentions of the lid are negative. */
static void members_of_a_topic_have_its_polarity(void **state)
{
    (void)state;
    struct database database;
    database_make(&database);
    save_rows(database.store, 6);
    struct group_list groups = {0};
    assert_true(list(database.store, "by=product;period=all", &groups, NULL));
    struct arena arena = {0};
    for (size_t i = 0; i < groups.count; i++) {
        const struct member *members;
        assert_true(
            store_load_group_members(database.store, &groups.groups[i], &arena, &members, NULL));
        bool of_lid = groups.groups[i].key.topic.size > 0;
        for (size_t k = 0; k < groups.groups[i].member_count; k++)
            assert_int_equal(members[k].sentiment,
                             of_lid ? SENTIMENT_NEGATIVE : SENTIMENT_POSITIVE);
    }
    arena_free(&arena);
    arena_free(&groups.arena);
    database_remove(&database);
}

static void a_fingerprint_changes_with_its_members_only(void **state)
{
    (void)state;
    struct database database;
    database_make(&database);
    save_rows(database.store, 6);
    struct group_list before = {0}, after = {0};
    assert_true(list(database.store, "by=product;period=all", &before, NULL));
    save_rows(database.store, 7); /* one more Lamp */
    assert_true(list(database.store, "by=product;period=all", &after, NULL));
    assert_int_equal(before.count, after.count);
    for (size_t i = 0; i < before.count; i++) {
        bool has_lamp = i == 0 || i == 3; /* "all", then by name */
        assert_int_equal(before.groups[i].fingerprint != after.groups[i].fingerprint, has_lamp);
    }
    arena_free(&before.arena);
    arena_free(&after.arena);
    database_remove(&database);
}

static void an_unknown_column_is_an_error_that_lists_the_columns(void **state)
{
    (void)state;
    struct database database;
    database_make(&database);
    struct group_list groups = {0};
    struct error error = {0};
    assert_true(list(database.store, "by=country", &groups, &error)); /* no records, no error */
    save_rows(database.store, 2);
    assert_false(list(database.store, "by=country", &groups, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.message, "product"));
    assert_non_null(strstr(error.message, "'country'"));
    arena_free(&groups.arena);
    database_remove(&database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_segments_periods_and_topics),
        cmocka_unit_test(members_of_a_topic_have_its_polarity),
        cmocka_unit_test(a_fingerprint_changes_with_its_members_only),
        cmocka_unit_test(an_unknown_column_is_an_error_that_lists_the_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
