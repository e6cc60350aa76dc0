/* test_store_summaries.c - pipeline/store*.c: summaries, figures, and which results are current. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "pipeline/store.h"
#include "tests/support/store_case.h"

static const struct field awkward[] = {{TEXT("product"), TEXT("Kettle; 1.7 l = \"best\"")},
                                       {TEXT("region"), TEXT("")}};

static void values_of_groups_may_contain_any_character(void **state)
{
    struct store *store = store_case_open(*state);
    struct error error = {0};
    const struct group_key keys[] = {{awkward, 2, {0}}, {awkward, 2, TEXT("lid")}, {0}};
    for (size_t i = 0; i < 3; i++)
        store_case_save_summary(store, &keys[i], "Fine.", 1);
    store_case_save_summary(store, &keys[1], "Better.", 1);
    static const char all[] = "() all: Fine. And so on.\n",
                      kettle[] =
                          "[product][Kettle; 1.7 l = \"best\"][region][]() all: Fine. And so "
                          "on.\n",
                      lid[] = "[product][Kettle; 1.7 l = \"best\"][region][](lid) all: Better. And "
                              "so on.\n";
    char expected[400];
    snprintf(expected, sizeof(expected), "%s%s%s", all, kettle, lid);
    store_case_assert_summaries(store, expected);
    store_case_assert_table(
        store, "summaries", NULL,
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
    store_case_assert_summaries(store, expected);
    store_close(store);
}

static void points_have_all_evidence_and_list_some(void **state)
{
    enum { RECORDS = 1500 };
    struct store *store = store_case_open(*state);
    const struct group_key everything = {0}, lid = {.topic = TEXT("lid")};
    store_case_save_summary(store, &everything, "Fine.", RECORDS);
    store_case_save_summary(store, &lid, "Fine.", 2);
#define FIRST_FIVE                                                                                 \
    "0000000000000001;0000000000000002;0000000000000003;0000000000000004;0000000000000005"
    store_case_assert_table(
        store, "summaries", NULL,
        "group|period|summary|records|evidence_ids|quotes|finish_reason|"
        "extractive_sentences|levels\n"
        "all|all|Fine. And so on.|1500|" FIRST_FIVE "||end|1|0\n"
        "topic=lid|all|Fine. And so on.|2|0000000000000001;0000000000000002||end|1|0\n");
    store_case_assert_table(
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
    struct store *store = store_case_open(*state);
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
    struct store *store = store_case_open(folder);
    store_case_save_three(store);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(values_of_groups_may_contain_any_character),
        STORE_TEST(points_have_all_evidence_and_list_some),
        STORE_TEST(figures_are_saved_by_segment_topic_and_period),
        STORE_TEST(a_changed_record_or_analysis_ends_all_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
