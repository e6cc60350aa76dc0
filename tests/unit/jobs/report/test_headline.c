/* test_headline.c - jobs/report/headline.c over figures, insights and summaries made up here: the
 * store_for_each_... functions of this file replace those of the store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "jobs/report/headline.h"

struct store {
    bool is_empty;
    enum share_method share_method;
    size_t insight_count;
    enum insight_kind kind; /* of all insights */
};

bool store_for_each_topic_stats(struct store *store, uint64_t view,
                                bool (*visit)(void *user, const struct topic_stats *topic_stats,
                                              struct error *error),
                                void *user, struct error *error)
{
    (void)view;
    (void)store;
    static const struct field kettle[] = {{{"product", 7}, {"Kettle", 6}}};
    static const struct topic_stats figures[] = {
        {.key = {NULL, 0, {"(all)", 5}}, .period = {"2026-W41", 8}, .mentions = 7},
        {.key = {NULL, 0, {"(all)", 5}}, .period = {"2026-W44", 8}, .mentions = 7},
        {.key = {NULL, 0, {"lid", 3}}, .period = {"all", 3}, .mentions = 20, .negative = 15},
        {.key = {NULL, 0, {"look", 4}}, .period = {"all", 3}, .mentions = 30, .positive = 25},
        {.key = {NULL, 0, {"few", 3}}, .period = {"all", 3}, .mentions = 9, .negative = 9},
        {.key = {NULL, 0, {"(all)", 5}}, .period = {"undated", 7}, .mentions = 2},
        {.key = {kettle, 1, {"lid", 3}}, .period = {"all", 3}, .mentions = 20, .negative = 19},
    };
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof(figures) / sizeof(*figures); i++)
        ok = visit(user, &figures[i], error);
    return ok;
}

bool store_for_each_label_share(struct store *store, uint64_t view,
                                bool (*visit)(void *user, const struct label_share *label_share,
                                              struct error *error),
                                void *user, struct error *error)
{
    (void)view;
    const struct label_share shares[] = {
        {label_share_all_sources, SENTIMENT_NEGATIVE, 300, 0.73, {0.61, 0.56, 0.66}, SHARE_PLAIN},
        {label_share_all_sources, SENTIMENT_POSITIVE, 112, 0.27, {0.3, 0.249, 0.351}, SHARE_PLAIN},
        {TEXT("shop"), SENTIMENT_NEGATIVE, 7, 0.5, {0.5, 0.2, 0.8}, SHARE_PLAIN},
    };
    bool ok = true;
    for (size_t i = 0; ok && !store->is_empty && i < 3; i++) {
        struct label_share label_share = shares[i];
        label_share.method = store->share_method;
        ok = visit(user, &label_share, error);
    }
    return ok;
}

bool store_for_each_summary(struct store *store, uint64_t view,
                            bool (*visit)(void *user, const struct saved_summary *summary,
                                          struct error *error),
                            void *user, struct error *error)
{
    (void)store;
    (void)view;
    static const struct field kettle[] = {{{"product", 7}, {"Kettle", 6}},
                                          {{"region", 6}, {"North", 5}}};
    static const struct saved_summary summaries[] = {
        {{kettle, 1, {0}}, {"2026-09", 7}, {"Old news.", 9}, 8},
        {{kettle, 1, {0}}, {"2026-10", 7}, {"Pours well.", 11}, 9},
        {{kettle, 2, {0}}, {"2026-10", 7}, {"Pours in the north.", 19}, 40},
        {{kettle, 1, {"look", 4}}, {"2026-10", 7}, {"Pretty.", 7}, 3},
    };
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof(summaries) / sizeof(*summaries); i++)
        ok = visit(user, &summaries[i], error);
    return ok;
}

bool store_for_each_insight(struct store *store, uint64_t view,
                            bool (*visit)(void *user, const struct saved_insight *insight,
                                          struct error *error),
                            void *user, struct error *error)
{
    (void)view;
    bool ok = true;
    for (size_t i = 0; ok && i < store->insight_count; i++) {
        char sentence[40];
        snprintf(sentence, sizeof(sentence), "insight %zu", i + 1);
        struct saved_insight saved = {
            .insight = insight_make(store->kind),
            .sentence = text_of(sentence),
            .quotes = {{TEXT("the  lid\nbroke"), TEXT("shop"), 1772323200, 0xabc, TEXT("77")}},
            .quote_count = i == 0 ? 1 : 0,
        };
        ok = visit(user, &saved, error);
    }
    return ok;
}

struct text store_get_topic_name(struct store *store, struct text id, struct arena *arena,
                                 struct error *error)
{
    (void)store;
    (void)error;
    return arena_copy_text(arena, id);
}

static void expect_print(struct store store, bool prints_ids, const char *expected)
{
    char *printed = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&printed, &size);
    assert_true(headline_print(out, &store, NULL, &(struct headline_options){prints_ids}, NULL));
    fclose(out);
    assert_string_equal(printed, expected);
    free(printed);
}

#define OVERVIEW "412 pieces of feedback, 2026-W41 to 2026-W44 (2 without a date): "
#define SHARES "negative 61 % (56 to 66 %), positive 30 % (25 to 35 %) of 412 texts"
#define TOPICS_AND_SUMMARIES                                                                       \
    "\nTopics\n"                                                                                   \
    "  criticised most: lid (negative in 15 of 20 mentions)\n"                                     \
    "  praised most: look (positive in 25 of 30 mentions)\n"                                       \
    "\nLatest summaries\n"                                                                         \
    "  Kettle; region=North, 2026-10: Pours in the north.\n"                                       \
    "  Kettle, 2026-10: Pours well.\n"
#define FILES                                                                                      \
    "figures in topics.csv, 2 groups in summaries.csv, all rows in feedback.csv\n"                 \
    "Ranges in brackets are 95 % intervals."
#define CHANCE " About 1 in 14 changes is chance.\n"

static void five_insights_are_printed_and_the_others_are_counted(void **state)
{
    (void)state;
    expect_print((struct store){.insight_count = 7}, false,
                 OVERVIEW "27 % positive, 73 % negative\n" SHARES
                          "; not corrected for wrong labels\n"
                          "\nIn short\n"
                          "  insight 1\n"
                          "    \"the lid broke\" (shop, 2026-03-01)\n"
                          "  insight 2\n"
                          "  insight 3\n"
                          "  insight 4\n"
                          "  insight 5\n" TOPICS_AND_SUMMARIES
                          "\nMore: 2 other insights in insights.csv, " FILES CHANCE);
}

static void without_a_change_the_report_says_so(void **state)
{
    (void)state;
    expect_print(
        (struct store){
            .insight_count = 1, .kind = INSIGHT_SEGMENT, .share_method = SHARE_PROBABILITIES},
        true,
        OVERVIEW "the model labels 27 % positive, 73 % negative\n" SHARES
                 ", estimated from the model's probabilities\n"
                 "\nIn short\n"
                 "  No topic rose or fell beyond chance in the latest periods\n"
                 "  insight 1\n"
                 "    \"the lid broke\" (shop, 2026-03-01, 0000000000000abc)\n" TOPICS_AND_SUMMARIES
                 "\nMore: " FILES "\n");
}

static void a_selection_without_feedback_is_said(void **state)
{
    (void)state;
    expect_print((struct store){.is_empty = true}, false,
                 "No feedback is saved for this selection.\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_insights_are_printed_and_the_others_are_counted),
        cmocka_unit_test(without_a_change_the_report_says_so),
        cmocka_unit_test(a_selection_without_feedback_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
