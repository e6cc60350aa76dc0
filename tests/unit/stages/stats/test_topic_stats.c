/* test_topic_stats.c - stages/stats/topic_stats.c and stages/stats/grouping.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stages/stats/grouping.h"
#include "stages/stats/topic_stats.h"

static const struct share_errors plain = {0};

#define LONG_ENOUGH "Says it in twenty letters or more."

static struct saved_record row(uint64_t id, double rating, double scale, double score,
                               const char *text)
{
    return (struct saved_record){.feedback_id = id,
                                 .rating = rating,
                                 .rating_scale = scale,
                                 .text = text_of(text),
                                 .created_at = 0,
                                 .analysis = {.score = score}};
}

static const struct group_key all_topics = {.topic = TEXT("(all)")},
                              price_topic = {.topic = TEXT("price")};

static void figures_count_each_topic(void **state)
{
    (void)state;
    const struct saved_record rows[] = {
        row(1, 5, 5, 0.9, LONG_ENOUGH),   row(2, 4, 5, 0.99, "Short"),
        row(3, 1, 5, -0.8, LONG_ENOUGH),  row(4, NAN, NAN, 0.9, LONG_ENOUGH),
        row(5, 9, 10, 0.95, LONG_ENOUGH),
    };
    static const enum sentiment polarities[] = {SENTIMENT_POSITIVE, SENTIMENT_POSITIVE,
                                                SENTIMENT_NEGATIVE, SENTIMENT_POSITIVE,
                                                SENTIMENT_MIXED};
    struct topic_stats_table topic_stats_table = {0};
    for (size_t i = 0; i < 5; i++) {
        topic_stats_table_add(&topic_stats_table, &all_topics, TEXT("2026"), polarities[i],
                              &rows[i]);
        if (i < 2)
            topic_stats_table_add(&topic_stats_table, &price_topic, TEXT("2026"),
                                  SENTIMENT_NEGATIVE, &rows[i]);
    }
    topic_stats_table_add(&topic_stats_table, &all_topics, TEXT("2025"), SENTIMENT_NEUTRAL,
                          &rows[3]);
    size_t count;
    const struct topic_stats *found = topic_stats_table_finish(&topic_stats_table, &plain, &count);
    assert_int_equal(count, 3);
    assert_true(text_equal(found[0].period, TEXT("2025")));
    assert_true(isnan(found[0].mean_rating.value) && isnan(found[0].csat.value) &&
                isnan(found[0].nps.value));
    const struct topic_stats *all = &found[1], *price = &found[2];
    assert_int_equal(all->mentions, 5);
    assert_int_equal(all->responses, 5);
    assert_int_equal(all->positive, 3);
    assert_int_equal(all->mixed, 1);
    assert_true(fabs(all->net_sentiment - 40) < 1e-9);
    assert_true(fabs(all->mean_rating.value - 10.0 / 3) < 1e-9); /* of the most frequent scale */
    assert_true(all->mean_rating.low == 0); /* Student's is wider than the scale */
    assert_true(all->mean_rating.high == 5);
    assert_int_equal(all->rating_n, 3);
    assert_true(all->rating_scale == 5);
    assert_int_equal(all->csat_n, 3); /* fewer than ten: no CSAT */
    assert_true(isnan(all->csat.value));
    assert_int_equal(all->top_quote_id, 1); /* the clearest of a readable length, the lower id */
    assert_int_equal(price->mentions, 2);
    assert_int_equal(price->responses, 5);
    assert_true(price->net_sentiment == -100);
    topic_stats_table_free(&topic_stats_table);
}

static void segments_whose_names_look_alike_are_counted_apart(void **state)
{
    (void)state;
    static const struct field kettle[] = {{TEXT("a"), TEXT("1; b=2")}},
                              lamp[] = {{TEXT("a"), TEXT("1")}, {TEXT("b"), TEXT("2")}};
    const struct group_key keys[] = {{kettle, 1, TEXT("(all)")}, {lamp, 2, TEXT("(all)")}};
    const struct saved_record record = row(1, NAN, NAN, 0, LONG_ENOUGH);
    struct topic_stats_table topic_stats_table = {0};
    for (size_t i = 0; i < 3; i++)
        topic_stats_table_add(&topic_stats_table, &keys[i % 2], TEXT("all"), SENTIMENT_NEUTRAL,
                              &record);
    size_t count;
    const struct topic_stats *found = topic_stats_table_finish(&topic_stats_table, &plain, &count);
    assert_int_equal(count, 2);
    assert_int_equal(found[0].mentions, 1); /* lamp: "1" sorts before "1; b=2" */
    assert_int_equal(found[1].mentions, 2);
    struct text labels[] = {group_key_format(&keys[0], &topic_stats_table.arena),
                            group_key_format(&keys[1], &topic_stats_table.arena)};
    assert_true(text_equal(labels[0], labels[1]));
    topic_stats_table_free(&topic_stats_table);
}

static void recommendations_make_an_nps(void **state)
{
    (void)state;
    static const double ratings[] = {10, 9, 8, 6, 0};
    static const char *const cells[] = {"10", "9", "8", "6", "0"};
    static const char *const names[] = {"NPS score", "Would you Recommend us?", "추천 의향", "nps",
                                        "recommendation"};
    struct topic_stats_table topic_stats_table = {0};
    for (size_t i = 0; i < 10; i++) {
        struct saved_record answer = row(i + 1, ratings[i % 5], 10, 0, LONG_ENOUGH);
        struct field field = {text_of(names[i % 5]), text_of(cells[i % 5])};
        answer.fields = &field;
        answer.field_count = 1;
        topic_stats_table_add(&topic_stats_table, &all_topics, TEXT("all"), SENTIMENT_NEUTRAL,
                              &answer);
        if (i > 0)
            topic_stats_table_add(&topic_stats_table, &price_topic, TEXT("all"), SENTIMENT_NEUTRAL,
                                  &answer);
    }
    size_t count;
    const struct topic_stats *found = topic_stats_table_finish(&topic_stats_table, &plain, &count);
    assert_int_equal(found[0].nps_n, 10);
    assert_true(fabs(found[0].nps.value - 0) < 1e-9); /* four promoters, four detractors */
    assert_true(fabs(found[0].nps.low - -67.4445) < 1e-4);
    assert_true(fabs(found[0].nps.high - 67.4445) < 1e-4);
    assert_true(isnan(found[0].csat.value));
    assert_int_equal(found[1].nps_n, 9); /* fewer than ten: no NPS */
    assert_true(isnan(found[1].nps.value));
    topic_stats_table_free(&topic_stats_table);
}

static const struct {
    uint64_t respondent;
    int64_t created_at;
    double rating;
    bool is_about_price;
} answers[] = {
    {1, TIME_UNKNOWN, 10, false},
    {2, TIME_UNKNOWN, 9, true},
    {1, TIME_UNKNOWN, 10, true},
    {3, 100, 0, true},
    {3, 100, 0, true},
    {3, 100, 0, false},
    {0, 100, 8, false},
    {0, 100, 8, false},
};

static void a_rating_counts_once_for_each_respondent(void **state)
{
    (void)state;
    struct topic_stats_table topic_stats_table = {0};
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        struct saved_record answer = row(i + 1, answers[i].rating, 10, 0, LONG_ENOUGH);
        answer.respondent = answers[i].respondent;
        answer.created_at = answers[i].created_at;
        topic_stats_table_add(&topic_stats_table, &all_topics, TEXT("all"), SENTIMENT_NEUTRAL,
                              &answer);
        if (answers[i].is_about_price)
            topic_stats_table_add(&topic_stats_table, &price_topic, TEXT("all"), SENTIMENT_NEUTRAL,
                                  &answer);
    }
    size_t count;
    const struct topic_stats *found = topic_stats_table_finish(&topic_stats_table, &plain, &count);
    assert_int_equal(found[0].mentions, 8);
    assert_true(fabs(found[0].mean_rating.value - (10 + 9 + 0 + 8 + 8) / 5.0) < 1e-9);
    assert_int_equal(found[1].mentions, 4);
    assert_true(fabs(found[1].mean_rating.value - (10 + 9 + 0) / 3.0) < 1e-9);
    topic_stats_table_free(&topic_stats_table);
}

static const struct {
    const char *by, *segment;
} splits[] = {
    {"", "all"},
    {"product", "product=Kettle"},
    {"Country Code , product", "Country Code=KR; product=Kettle"},
    {"source,lang", "source=shop; lang=en"},
    {"colour", "colour=(none)"},
    {"absent", "absent=(none)"},
};

static void rows_divide_by_their_fields(void **state)
{
    (void)state;
    static const struct field fields[] = {{{"Product", 7}, {" Kettle ", 8}},
                                          {{"country_code", 12}, {"KR", 2}},
                                          {{"colour", 6}, {"", 0}}};
    struct saved_record example = {.source = TEXT("shop"),
                                   .lang = TEXT("en"),
                                   .created_at = 1772000000,
                                   .fields = fields,
                                   .field_count = 3};
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(splits) / sizeof(*splits); i++) {
        struct grouping grouping = {.by = text_of(splits[i].by), .period = TEXT("month")};
        assert_true(grouping_parse_columns(&grouping, NULL));
        struct group_key key = grouping_make_key(&grouping, &example, &arena);
        struct text segment = group_key_format(&key, &arena);
        if (!text_equal(segment, text_of(splits[i].segment)))
            fail_msg("%s: %.*s", splits[i].by, TEXT_ARGUMENT(segment));
        assert_true(
            text_equal(grouping_format_period(&grouping, &example, &arena), TEXT("2026-02")));
        assert_int_equal(grouping.found[0], grouping.name_count && i < 5);
    }
    struct grouping many = {.by = TEXT("a,b,c,d,e,f,g,h,i")};
    struct error error = {0};
    assert_false(grouping_parse_columns(&many, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_count_each_topic),
        cmocka_unit_test(segments_whose_names_look_alike_are_counted_apart),
        cmocka_unit_test(recommendations_make_an_nps),
        cmocka_unit_test(a_rating_counts_once_for_each_respondent),
        cmocka_unit_test(rows_divide_by_their_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
