/* test_chunk_merge.c - stages/tasks/chunk_merge.c and stages/tasks/sentiment.c: chunks to one
 * answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "stages/tasks/chunk_merge.h"
#include "tests/fakes/t5.h"

#include "stages/tasks/sentiment.h"

static const struct merge_rules rules = {0.45, 0.25, 0.8};

static struct chunk chunk(size_t tokens, double negative, double neutral, double positive)
{
    double probability;
    struct sentiment_probabilities sentiment_probabilities = {negative, neutral, positive};
    return (struct chunk){.tokens = tokens,
                          .negative = negative,
                          .neutral = neutral,
                          .positive = positive,
                          .sentiment =
                              sentiment_choose_label(sentiment_probabilities, 0.45, &probability)};
}

static const struct {
    struct {
        size_t tokens;
        double negative, neutral, positive;
    } chunks[3];
    size_t praised, blamed; /* topics */
    enum sentiment sentiment;
    double score, confidence;
} examples[] = {
    {{{10, 0.1, 0.2, 0.7}}, 0, 0, SENTIMENT_POSITIVE, 0.6, 0.7},
    {{{10, 0.35, 0.3, 0.35}}, 0, 0, SENTIMENT_UNDETECTED, 0, 0.35},
    {{{10, 0.1, 0.2, 0.7}}, 1, 1, SENTIMENT_MIXED, 0.6, 0.25},
    {{{10, 0.1, 0.05, 0.85}}, 1, 1, SENTIMENT_POSITIVE, 0.75, 0.85},
    {{{10, 0.1, 0.2, 0.7}}, 2, 0, SENTIMENT_POSITIVE, 0.6, 0.7},
    {{{30, 0, 0, 1}, {10, 0.8, 0, 0.2}}, 0, 0, SENTIMENT_MIXED, 0.6, 0.4},
    {{{90, 0, 0, 1}, {10, 0.8, 0, 0.2}}, 0, 0, SENTIMENT_POSITIVE, 0.84, 0.92},
    {{{20, 0.6, 0.4, 0}, {20, 0.2, 0.8, 0}, {10, 1, 0, 0}}, 0, 0, SENTIMENT_NEGATIVE, -0.52, 0.52},
};

static void chunks_give_one_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct chunk chunks[3];
        size_t count = 0;
        while (count < 3 && examples[i].chunks[count].tokens) {
            chunks[count] =
                chunk(examples[i].chunks[count].tokens, examples[i].chunks[count].negative,
                      examples[i].chunks[count].neutral, examples[i].chunks[count].positive);
            count++;
        }
        struct topic_mention topics[4];
        struct analysis analysis = {.topics = topics};
        for (size_t k = 0; k < examples[i].praised; k++)
            topics[analysis.topic_count++].polarity = SENTIMENT_POSITIVE;
        for (size_t k = 0; k < examples[i].blamed; k++)
            topics[analysis.topic_count++].polarity = SENTIMENT_NEGATIVE;
        merge_chunks(&rules, chunks, count, &analysis);
        assert_int_equal(analysis.sentiment, examples[i].sentiment);
        assert_true(fabs(analysis.score - examples[i].score) < 1e-9);
        assert_true(fabs(analysis.confidence - examples[i].confidence) < 1e-9);
    }
}

static void topics_are_named_once_with_what_most_say(void **state)
{
    (void)state;
    struct text name_items[] = {TEXT("price"), TEXT("delivery"), TEXT("battery")};
    struct topic_names names = {name_items, 3};
    static const struct mention mentions[] = {
        {2, SENTIMENT_NEGATIVE}, {0, SENTIMENT_POSITIVE}, {2, SENTIMENT_NEGATIVE},
        {0, SENTIMENT_NEGATIVE}, {2, SENTIMENT_POSITIVE},
    };
    struct arena arena = {0};
    size_t count;
    const struct topic_mention *topics = merge_topic_mentions(
        (struct mentions){.items = mentions, .count = 5}, &names, &arena, &count);
    assert_int_equal(count, 2);
    assert_true(text_equal(topics[0].topic, TEXT("price")));
    assert_int_equal(topics[0].polarity, SENTIMENT_NEUTRAL);
    assert_true(text_equal(topics[1].topic, TEXT("battery")));
    assert_int_equal(topics[1].polarity, SENTIMENT_NEGATIVE);
    merge_topic_mentions((struct mentions){0}, &names, &arena, &count);
    assert_int_equal(count, 0);
    arena_free(&arena);
}

static void odds_are_biased_then_tempered(void **state)
{
    (void)state;
    static const float scores[] = {-2, -1, -1};
    struct sentiment_predictor predictor = {.temperature = 1};
    struct sentiment_probabilities sentiment_probabilities =
        sentiment_compute_probabilities(&predictor, (struct text){0}, scores);
    assert_true(fabs(sentiment_probabilities.negative + sentiment_probabilities.neutral +
                     sentiment_probabilities.positive - 1) < 1e-12);
    assert_true(fabs(sentiment_probabilities.neutral - sentiment_probabilities.positive) < 1e-12);
    assert_true(fabs(sentiment_probabilities.negative / sentiment_probabilities.neutral - exp(-1)) <
                1e-9);
    predictor.bias[0] = 1;
    predictor.temperature = 100;
    sentiment_probabilities = sentiment_compute_probabilities(&predictor, (struct text){0}, scores);
    assert_true(fabs(sentiment_probabilities.negative - 1.0 / 3) < 1e-9);
    static const float far[] = {-1e30f, 0, -1e30f};
    assert_true(sentiment_compute_probabilities(&predictor, (struct text){0}, far).neutral == 1);
}

static void ngrams_tilt_between_the_poles(void **state)
{
    (void)state;
    static const float scores[] = {-1, -1, -1};
    static int8_t weights[256];
    memset(weights, 10, sizeof(weights));
    struct sentiment_predictor predictor = {.temperature = 1, .ngrams_weight = 0.005};
    struct text table = {(const char *)weights, sizeof(weights)};
    assert_true(ngrams_init(&predictor.ngrams, table, NULL));
    struct sentiment_probabilities sentiment_probabilities =
        sentiment_compute_probabilities(&predictor, TEXT("splendid"), scores);
    assert_true(
        fabs(log(sentiment_probabilities.positive / sentiment_probabilities.neutral) - 0.5) < 1e-9);
    assert_true(
        fabs(log(sentiment_probabilities.neutral / sentiment_probabilities.negative) - 0.5) < 1e-9);
    sentiment_probabilities = sentiment_compute_probabilities(&predictor, TEXT("..."), scores);
    assert_true(fabs(sentiment_probabilities.positive - 1.0 / 3) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_give_one_answer),
        cmocka_unit_test(topics_are_named_once_with_what_most_say),
        cmocka_unit_test(odds_are_biased_then_tempered),
        cmocka_unit_test(ngrams_tilt_between_the_poles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
