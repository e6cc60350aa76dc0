/* test_chunk_merge.c - stages/tasks/chunk_merge.c: one analysis from several chunks. */
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

static const struct merge_rules rules = {0.45, 0.25, 0.8, false},
                                mixed_rules = {0, 0.25, 0.8, true};

static struct chunk chunk(size_t tokens, double negative, double neutral, double positive)
{
    double probability;
    struct sentiment_probabilities sentiment_probabilities = {negative, neutral, positive, 0};
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

/* `probabilities` of chunks of a model that answers `mixed` itself. */
static void a_model_can_answer_mixed(void **state)
{
    (void)state;
    static const struct {
        struct {
            size_t tokens;
            struct sentiment_probabilities probabilities;
        } chunks[2];
        enum sentiment sentiment;
        double score, confidence;
    } mixed_examples[] = {
        {{{10, {0.1, 0.1, 0.2, 0.6}}}, SENTIMENT_MIXED, 0.1, 0.6},
        /* topics of both polarities do not count, and there is no threshold */
        {{{10, {0.2, 0.2, 0.35, 0.25}}}, SENTIMENT_POSITIVE, 0.15, 0.35},
        /* the average is mixed */
        {{{10, {0, 0, 0.2, 0.8}}, {10, {0, 0.3, 0.4, 0.3}}}, SENTIMENT_MIXED, 0.3, 0.55},
        /* one chunk praises, the other complains */
        {{{10, {0, 0, 1, 0}}, {10, {0.8, 0, 0, 0.2}}}, SENTIMENT_MIXED, 0.1, 0.9},
        /* half of a mixed chunk belongs to each side: at least 5 of 20 tokens, or 5 of 40 */
        {{{10, {0, 0, 1, 0}}, {10, {0.4, 0, 0, 0.6}}}, SENTIMENT_MIXED, 0.3, 0.7},
        {{{30, {0, 0, 1, 0}}, {10, {0.4, 0, 0, 0.6}}}, SENTIMENT_POSITIVE, 0.65, 0.75},
    };
    struct topic_mention topics[] = {{TEXT("price"), SENTIMENT_POSITIVE},
                                     {TEXT("delivery"), SENTIMENT_NEGATIVE}};
    for (size_t i = 0; i < sizeof(mixed_examples) / sizeof(*mixed_examples); i++) {
        struct chunk chunks[2];
        size_t count = 0;
        for (; count < 2 && mixed_examples[i].chunks[count].tokens; count++) {
            struct sentiment_probabilities given = mixed_examples[i].chunks[count].probabilities;
            double probability;
            chunks[count] = chunk(mixed_examples[i].chunks[count].tokens, given.negative,
                                  given.neutral, given.positive);
            chunks[count].mixed = given.mixed;
            chunks[count].sentiment = sentiment_choose_label(given, 0, &probability);
        }
        struct analysis analysis = {.topics = topics, .topic_count = 2};
        merge_chunks(&mixed_rules, chunks, count, &analysis);
        assert_int_equal(analysis.sentiment, mixed_examples[i].sentiment);
        assert_true(fabs(analysis.score - mixed_examples[i].score) < 1e-9);
        assert_true(fabs(analysis.confidence - mixed_examples[i].confidence) < 1e-9);
    }
}

static void topics_get_the_polarity_of_the_majority(void **state)
{
    (void)state;
    struct text name_items[] = {TEXT("price"), TEXT("delivery"), TEXT("battery")};
    struct topic_names names = {name_items, 3};
    struct mention mentions[] = {
        {2, SENTIMENT_NEGATIVE, 0}, {0, SENTIMENT_POSITIVE, 0}, {2, SENTIMENT_NEGATIVE, 0},
        {0, SENTIMENT_NEGATIVE, 0}, {2, SENTIMENT_POSITIVE, 0},
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_give_one_answer),
        cmocka_unit_test(a_model_can_answer_mixed),
        cmocka_unit_test(topics_get_the_polarity_of_the_majority),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
