/* test_topic_metrics.c - jobs/eval/topic_metrics.c against figures computed by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "jobs/eval/topic_metrics.h"

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

static void figures_match_those_computed_by_hand(void **state)
{
    (void)state;
    static const struct topic_mention price_bad = {{"price", 5}, SENTIMENT_NEGATIVE},
                                      price_good = {{"price", 5}, SENTIMENT_POSITIVE},
                                      food_good = {{"food", 4}, SENTIMENT_POSITIVE};
    const struct topic_mention both[] = {price_bad, food_good}, turned[] = {price_good, food_good};
    struct topic_metrics metrics = {0};
    topic_metrics_add(&metrics, both, 2, turned, 2);   /* both topics, one polarity */
    topic_metrics_add(&metrics, both, 1, &both[1], 1); /* another topic */
    topic_metrics_add(&metrics, NULL, 0, NULL, 0);
    struct topic_counts all = topic_metrics_sum(&metrics);
    assert_int_equal(all.gold, 3);
    assert_int_equal(all.predicted, 3);
    assert_int_equal(all.correct_topics, 2);
    assert_int_equal(all.correct_polarity, 1);
    struct confidence_interval with_polarity = topic_metrics_polarity_f1(&metrics),
                               topics = topic_metrics_topic_f1(&metrics);
    assert_true(near(with_polarity.value, 2.0 / 6));
    assert_true(near(topics.value, 4.0 / 6));
    assert_true(with_polarity.low <= with_polarity.value &&
                with_polarity.value <= with_polarity.high);
    assert_int_equal(metrics.topics[0].gold, 2); /* price */
    assert_int_equal(metrics.topics[0].predicted, 1);
    assert_int_equal(metrics.topics[0].correct_polarity, 0);
    assert_int_equal(metrics.topics[1].predicted, 2); /* food */
    assert_int_equal(metrics.topics[1].correct_polarity, 1);
    topic_metrics_free(&metrics);
}

static void the_table_has_precision_recall_and_f1(void **state)
{
    (void)state;
    static const struct topic_mention price_bad = {{"price", 5}, SENTIMENT_NEGATIVE},
                                      food_good = {{"food", 4}, SENTIMENT_POSITIVE};
    const struct topic_mention both[] = {food_good, price_bad};
    struct topic_metrics metrics = {0};
    struct arena arena = {0};
    topic_metrics_add(&metrics, &price_bad, 1, both, 2);
    topic_metrics_add(&metrics, &food_good, 1, NULL, 0);
    struct text table = topic_metrics_print(&metrics, &arena);
    static const char expected[] = "                       precision  recall      F1\n"
                                   "topic alone               0.5000  0.5000  0.5000   (95 %: ";
    assert_non_null(strstr(table.bytes, expected));
    assert_non_null(
        strstr(table.bytes, "with polarity             0.5000  0.5000  0.5000   (95 %: "));
    static const char rows[] = "food                     1         1 |    0.0000  0.0000  0.0000 | "
                               "   0.0000  0.0000  0.0000\n"
                               "price                    1         1 |    1.0000  1.0000  1.0000 | "
                               "   1.0000  1.0000  1.0000\n";
    assert_non_null(strstr(table.bytes, rows));
    arena_free(&arena);
    topic_metrics_free(&metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(figures_match_those_computed_by_hand),
                                       cmocka_unit_test(the_table_has_precision_recall_and_f1)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
