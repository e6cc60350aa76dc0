/* test_headline.c - jobs/report/headline.c over figures, summaries and records made up here: the
 * store_for_each_... functions of this file replace those of the store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "jobs/report/headline.h"

enum { MAX_FIGURES = 200 };

struct store {
    struct topic_stats figures[MAX_FIGURES];
    size_t figure_count;
    bool has_shares;
    enum share_method share_method;
    struct arena arena;
};

bool store_for_each_topic_stats(struct store *store, uint64_t view,
                                bool (*visit)(void *user, const struct topic_stats *topic_stats,
                                              struct error *error),
                                void *user, struct error *error)
{
    (void)view;
    bool ok = true;
    for (size_t i = 0; ok && i < store->figure_count; i++)
        ok = visit(user, &store->figures[i], error);
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
    for (size_t i = 0; ok && store->has_shares && i < 3; i++) {
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
        {{kettle, 2, {0}}, {"2026-10", 7}, {"Pours in the north.", 19}, 4},
        {{kettle, 1, {"look", 4}}, {"2026-10", 7}, {"Pretty.", 7}, 3},
    };
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof(summaries) / sizeof(*summaries); i++)
        ok = visit(user, &summaries[i], error);
    return ok;
}

/* Two records that are quoted, and twelve of the vacuum: praise before week 41, and complaints
 * about the update after it. */
bool store_for_each_record(struct store *store, const struct selection *selection,
                           bool (*visit)(void *user, const struct saved_record *record,
                                         struct error *error),
                           void *user, struct error *error)
{
    (void)store;
    (void)selection;
    static const struct field product = {{"Product", 7}, {"Vacuum", 6}};
    static const int64_t before = 1789000000, after = 1791500000; /* 10 September, 9 October 2026 */
    const struct saved_record quoted[] = {
        {.feedback_id = 0xaa,
         .source = TEXT("shop"),
         .external_id = TEXT("70618"),
         .created_at = TIME_UNKNOWN,
         .text = TEXT("It lost\nits way")},
        {.feedback_id = 0xbb,
         .source = TEXT("shop"),
         .external_id = TEXT("70619"),
         .created_at = TIME_UNKNOWN,
         .text =
             TEXT("We were there for a week in May and liked the pool, the bar and the walks by "
                  "the sea. No complaints! A 9.5 for the Staff, who were kind to us, from the "
                  "first hour to the last, and they remembered our names")},
    };
    bool ok = visit(user, &quoted[0], error) && visit(user, &quoted[1], error);
    for (int i = 0; i < 12 && ok; i++) {
        struct saved_record record = {
            .created_at = i < 6 ? before : after,
            .text = i < 6 ? TEXT("It cleans well, the floor is fine")
                          : TEXT("Since the update it lost the floor"),
            .analysis = {.sentiment = i < 6 ? SENTIMENT_POSITIVE : SENTIMENT_NEGATIVE},
            .fields = &product,
            .field_count = 1,
        };
        ok = visit(user, &record, error);
    }
    return ok;
}

/* `segment` is "product=Vacuum; region=North", "product=(none)" or "all". */
static struct group_key parse_segment(struct store *store, const char *segment, const char *topic)
{
    struct field *fields = arena_alloc(&store->arena, 2, sizeof(*fields));
    struct group_key key = {.fields = fields, .topic = text_of(topic)};
    struct text rest = text_of(segment), value, name;
    while (strcmp(segment, "all") != 0 && text_split(&rest, ';', &value)) {
        text_split(&value, '=', &name);
        fields[key.field_count++] = (struct field){
            text_trim(name), text_equal(value, TEXT("(none)")) ? (struct text){0} : value};
    }
    return key;
}

static void add_figure(struct store *store, const char *period, const char *segment,
                       const char *topic, int mentions, int positive, int negative)
{
    assert_true(store->figure_count < MAX_FIGURES);
    store->figures[store->figure_count++] =
        (struct topic_stats){.key = parse_segment(store, segment, topic),
                             .period = text_of(period),
                             .mentions = (uint64_t)mentions,
                             .positive = (uint64_t)positive,
                             .negative = (uint64_t)negative,
                             .top_quote_id = 0xaa};
}

static char *print_headline(struct store *store)
{
    char *printed = NULL;
    size_t size = 0;
    struct error error = {0};
    FILE *out = open_memstream(&printed, &size);
    assert_true(headline_print(out, store, NULL, &error));
    fclose(out);
    arena_free(&store->arena);
    return printed;
}

static const char *const weeks[] = {"2026-W37", "2026-W38", "2026-W39",
                                    "2026-W40", "2026-W41", "2026-W42"};

static void assert_contains(const char *printed, const char *wanted)
{
    if (!strstr(printed, wanted))
        fail_msg("'%s' is not in:\n%s", wanted, printed);
}

static void a_fault_that_starts_in_a_week_is_told_with_its_week(void **state)
{
    (void)state;
    struct store store = {0};
    for (size_t week = 0; week < 6; week++) {
        add_figure(&store, weeks[week], "product=Vacuum", "(all)", 20, 10, 5);
        add_figure(&store, weeks[week], "product=Kettle", "(all)", 20, 15, 4);
        if (week >= 4)
            add_figure(&store, weeks[week], "product=Vacuum", "software", 9, 0, 9);
    }
    char *printed = print_headline(&store);
    assert_contains(printed, "240 pieces of feedback, 2026-W37 to 2026-W42: 62 % positive");
    assert_contains(printed, "What changed\n  software, Vacuum: negative in 18 of 40 records since "
                             "2026-W41, in 0 of 80 before\n    \"It lost its way\" (shop 70618)\n");
    assert_null(strstr(printed, "Where it differs"));
    free(printed);
}

static void a_product_that_disappoints_is_told_with_its_words(void **state)
{
    (void)state;
    struct store store = {0};
    for (size_t week = 0; week < 6; week++)
        add_figure(&store, weeks[week], "product=Vacuum", "(all)", 20, 10, week < 4 ? 3 : 14);
    char *printed = print_headline(&store);
    assert_contains(printed,
                    "What changed\n  Vacuum: negative in 28 of 40 records since 2026-W41, in "
                    "12 of 80 before\n    \"It lost its way\" (shop 70618)\n    in their "
                    "words: since, update, lost\n");
    free(printed);
}

static void a_region_that_suffers_is_told_beside_the_others(void **state)
{
    (void)state;
    struct store store = {0};
    static const char *const segments[] = {"product=Vacuum; region=North",
                                           "product=Vacuum; region=South",
                                           "product=Vacuum; region=Scotland"};
    for (size_t week = 0; week < 6; week++)
        for (size_t i = 0; i < 3; i++) {
            add_figure(&store, weeks[week], segments[i], "(all)", 10, 5, 3);
            add_figure(&store, weeks[week], segments[i], "delivery", i == 2 ? 4 : 1, i == 2 ? 0 : 1,
                       i == 2 ? 4 : 0);
        }
    char *printed = print_headline(&store);
    assert_contains(printed,
                    "Where it differs\n  delivery, Scotland: negative in 24 of 60 records, "
                    "elsewhere in 0 of 120\n");
    assert_null(strstr(printed, "What changed"));
    free(printed);
}

static void values_may_contain_any_character(void **state)
{
    (void)state;
    struct store store = {0};
    add_figure(&store, "2026-10", "product=Kettle", "(all)", 60, 40, 12);
    add_figure(&store, "2026-10", "product=Kettle", "look", 20, 19, 1);
    static const struct field product = {TEXT("product"), TEXT("Kettle; 1.7 l = \"best\"")};
    for (size_t i = 0; i < store.figure_count; i++)
        store.figures[i].key.fields = &product;
    char *printed = print_headline(&store);
    assert_contains(printed, "look, Kettle; 1.7 l = \"best\": positive in 19 of 20 mentions\n");
    free(printed);
}

static void praise_and_complaints_need_enough_mentions(void **state)
{
    (void)state;
    struct store store = {0};
    add_figure(&store, "2026-10", "product=Kettle", "(all)", 60, 40, 12);
    add_figure(&store, "2026-10", "product=Kettle", "look", 20, 19, 1);
    add_figure(&store, "2026-10", "product=Kettle", "waiting", 9, 1, 8);
    add_figure(&store, "2026-10", "product=Kettle", "sound", 4, 4, 0);
    char *printed = print_headline(&store);
    assert_contains(printed,
                    "What customers love\n  look, Kettle: positive in 19 of 20 mentions\n");
    assert_contains(printed, "complain about\n  waiting: negative in 8 of 9 mentions\n");
    assert_null(strstr(printed, "sound"));
    free(printed);
}

static void a_long_text_is_quoted_where_it_names_the_topic(void **state)
{
    (void)state;
    struct store store = {0};
    add_figure(&store, "2026-10", "product=Inn", "(all)", 60, 40, 12);
    add_figure(&store, "2026-10", "product=Inn", "staff", 20, 19, 1);
    store.figures[1].top_quote_id = 0xbb;
    char *printed = print_headline(&store);
    assert_contains(printed,
                    "\"... A 9.5 for the Staff, who were kind to us, from the first hour to the "
                    "last, and they remembered our names\" (shop 70619)\n");
    free(printed);
}

static void of_each_group_the_latest_summary_is_printed(void **state)
{
    (void)state;
    struct store store = {0};
    add_figure(&store, "2026-10", "product=Kettle", "(all)", 6, 4, 1);
    char *printed = print_headline(&store);
    assert_contains(printed,
                    "Latest summaries\n  Kettle, 2026-10: Pours well.\n  Kettle; region=North, "
                    "2026-10: Pours in the north.\n");
    assert_null(strstr(printed, "Old news"));
    assert_null(strstr(printed, "Pretty"));
    free(printed);
}

static void totals_are_not_counted_twice(void **state)
{
    (void)state;
    struct store store = {0};
    add_figure(&store, "2026-09", "product=Kettle", "(all)", 6, 4, 1);
    add_figure(&store, "2026-09", "product=(none)", "(all)", 4, 1, 3);
    add_figure(&store, "2026-09", "all", "(all)", 10, 5, 4);
    add_figure(&store, "all", "product=Kettle", "(all)", 6, 4, 1);
    add_figure(&store, "all", "product=(none)", "(all)", 4, 1, 3);
    add_figure(&store, "all", "all", "(all)", 10, 5, 4);
    char *printed = print_headline(&store);
    assert_contains(printed, "10 pieces of feedback, 2026-09: 50 % positive");
    free(printed);
}

static void records_without_a_date_are_counted(void **state)
{
    (void)state;
    struct store store = {0};
    add_figure(&store, "2026-09", "all", "(all)", 10, 5, 4);
    add_figure(&store, "2026-10", "all", "(all)", 10, 5, 4);
    add_figure(&store, "undated", "all", "(all)", 3, 0, 0);
    add_figure(&store, "undated", "all", "lid", 2, 0, 0);
    add_figure(&store, "all", "all", "(all)", 23, 10, 8);
    char *printed = print_headline(&store);
    assert_contains(printed,
                    "20 pieces of feedback, 2026-09 to 2026-10 (and 3 without a date): 50 %");
    free(printed);
    store = (struct store){0};
    add_figure(&store, "undated", "all", "(all)", 3, 0, 0);
    add_figure(&store, "all", "all", "(all)", 3, 3, 0);
    printed = print_headline(&store);
    assert_contains(printed, "3 pieces of feedback: 100 % positive");
    free(printed);
}

static void shares_have_their_intervals(void **state)
{
    (void)state;
    struct store store = {.has_shares = true};
    add_figure(&store, "2026-09", "all", "(all)", 412, 112, 300);
    char *printed = print_headline(&store);
    assert_contains(printed, "412 pieces of feedback, 2026-09: 27 % positive, 73 % negative\n"
                             "negative 61 % (56 to 66 %), positive 30 % (25 to 35 %) of 412 texts; "
                             "not corrected for wrong labels\n");
    free(printed);
    store = (struct store){.has_shares = true, .share_method = SHARE_EM};
    add_figure(&store, "2026-09", "all", "(all)", 412, 112, 300);
    printed = print_headline(&store);
    assert_contains(printed, "2026-09: the model labels 27 % positive, 73 % negative\n"
                             "negative 61 % (56 to 66 %), positive 30 % (25 to 35 %) of 412 texts; "
                             "corrected for labels that the model is known to confuse\n");
    free(printed);
}

static void nothing_saved_is_said(void **state)
{
    (void)state;
    struct store store = {0};
    char *printed = print_headline(&store);
    assert_contains(printed, "No feedback is saved for this selection.\n");
    free(printed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_that_starts_in_a_week_is_told_with_its_week),
        cmocka_unit_test(a_product_that_disappoints_is_told_with_its_words),
        cmocka_unit_test(a_region_that_suffers_is_told_beside_the_others),
        cmocka_unit_test(values_may_contain_any_character),
        cmocka_unit_test(praise_and_complaints_need_enough_mentions),
        cmocka_unit_test(a_long_text_is_quoted_where_it_names_the_topic),
        cmocka_unit_test(of_each_group_the_latest_summary_is_printed),
        cmocka_unit_test(totals_are_not_counted_twice),
        cmocka_unit_test(records_without_a_date_are_counted),
        cmocka_unit_test(shares_have_their_intervals),
        cmocka_unit_test(nothing_saved_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
