/* test_sentence_rank.c - stages/evidence/sentence_rank.c: scores change with what the model reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stages/evidence/sentence_rank.h"
#include "tests/fakes/t5.h"

static const struct t5_model model = {fake_prompts};

struct ranking {
    struct t5_session session;
    struct stage_context context;
    struct sentence_ranker ranker;
    struct segmenter *segmenter;
};

static int open_ranking(void **state)
{
    static struct ranking ranking;
    ranking = (struct ranking){
        .session = {.model = &model, .batch = 2, .input_tokens = 48},
    };
    ranking.context =
        (struct stage_context){.model = &model, .session = &ranking.session, .session_batch = 2};
    *state = &ranking;
    return sentence_ranker_open(&ranking.ranker, (struct text){0}, &ranking.context, NULL) &&
                   segmenter_open(&ranking.segmenter, NULL)
               ? 0
               : -1;
}

static int close_ranking(void **state)
{
    struct ranking *ranking = *state;
    sentence_ranker_close(&ranking->ranker);
    segmenter_close(ranking->segmenter);
    arena_free(&ranking->session.arena);
    return 0;
}

static const struct {
    const char *text;
    double min_confidence;
    enum sentiment polarity;
} polarities[] = {
    {"The lid is good.", 0.6, SENTIMENT_POSITIVE},
    {"The lid is bad.", 0.6, SENTIMENT_NEGATIVE},
    {"The lid is bad.", 0.99, SENTIMENT_UNDETECTED},
    {"The lid is a lid.", 0.5, SENTIMENT_NEUTRAL},
};

static void polarities_need_confidence(void **state)
{
    struct ranking *ranking = *state;
    for (size_t i = 0; i < sizeof(polarities) / sizeof(*polarities); i++) {
        struct text text = text_of(polarities[i].text);
        enum sentiment polarity;
        assert_true(
            sentence_ranker_classify_polarities(&ranking->ranker, (struct text_array){&text, 1},
                                                polarities[i].min_confidence, &polarity, NULL));
        assert_int_equal(polarity, polarities[i].polarity);
    }
}

static void long_texts_are_not_read_and_known_ones_are_cached(void **state)
{
    struct ranking *ranking = *state;
    char long_text[1024];
    memset(long_text, 'a', sizeof(long_text));
    struct text texts[] = {
        TEXT("good"), {long_text, sizeof(long_text)}, TEXT("bad"), TEXT("good"), TEXT("bad lid")};
    enum sentiment found[5];
    for (int round = 0; round < 2; round++) {
        assert_true(sentence_ranker_classify_polarities(
            &ranking->ranker, (struct text_array){texts, 5}, 0.5, found, NULL));
        assert_int_equal(found[0], SENTIMENT_POSITIVE);
        assert_int_equal(found[1], SENTIMENT_UNDETECTED);
        assert_int_equal(found[2], SENTIMENT_NEGATIVE);
        assert_int_equal(found[3], SENTIMENT_POSITIVE);
        assert_int_equal(found[4], SENTIMENT_NEGATIVE);
        assert_int_equal(ranking->session.encoded, 3);
    }
}

/* `factor`: what the score of the only passage is multiplied by. */
static const struct {
    const char *text;
    enum sentiment sentiment; /* of the record */
    const char *topic;
    size_t max_count;
    double factor;
} factors[] = {
    {"The lid is good.", SENTIMENT_POSITIVE, "", 4, 1},
    {"The lid is bad.", SENTIMENT_NEGATIVE, "", 4, 1},
    {"The lid is good.", SENTIMENT_NEGATIVE, "", 4, 0.2},
    {"The lid is bad.", SENTIMENT_POSITIVE, "", 4, 0.2},
    {"The lid is bad.", SENTIMENT_MIXED, "", 4, 1},
    {"The lid is a lid.", SENTIMENT_POSITIVE, "", 4, 0.5},
    {"The lid is good.", SENTIMENT_POSITIVE, "", 0, 0.1},
    {"The battery is good.", SENTIMENT_POSITIVE, "battery", 4, 1},
    {"The battery is good.", SENTIMENT_POSITIVE, "price", 4, 0.15},
    {"The battery is good.", SENTIMENT_POSITIVE, "unknown", 4, 1},
};

static void scores_are_multiplied_by_factors(void **state)
{
    struct ranking *ranking = *state;
    for (size_t i = 0; i < sizeof(factors) / sizeof(*factors); i++) {
        struct member member = {.text = text_of(factors[i].text),
                                .sentiment = factors[i].sentiment};
        struct sentence_index index;
        sentence_index_open(&index, ranking->segmenter, &member, 1);
        double before = index.passages[0].score;
        assert_true(sentence_ranker_score_passages(
            &ranking->ranker, &index, text_of(factors[i].topic), factors[i].max_count, NULL));
        assert_true(before > 0);
        if (fabs(index.passages[0].score / before - factors[i].factor) > 1e-9)
            fail_msg("%s %s: %g", factors[i].text, factors[i].topic,
                     index.passages[0].score / before);
        sentence_index_close(&index);
    }
}

/* With one passage for each side, the best of each is read, and the others are reduced. */
static void each_side_has_its_own_limit(void **state)
{
    struct ranking *ranking = *state;
    static const struct member members[] = {
        {.text = {"The lid is good and the kettle is good.", 39}, .sentiment = SENTIMENT_POSITIVE},
        {.text = {"The lid is good.", 16}, .sentiment = SENTIMENT_POSITIVE},
        {.text = {"The handle is bad.", 18}, .sentiment = SENTIMENT_NEGATIVE},
    };
    struct sentence_index index;
    double before[3];
    size_t unread_count[2] = {0};
    sentence_index_open(&index, ranking->segmenter, members, 3);
    assert_int_equal(index.count, 3);
    for (size_t i = 0; i < 3; i++)
        before[i] = index.passages[i].score;
    assert_true(
        sentence_ranker_score_passages(&ranking->ranker, &index, (struct text){0}, 1, NULL));
    for (size_t i = 0; i < 3; i++)
        unread_count[i == 2] += index.passages[i].score < before[i] / 2;
    assert_int_equal(unread_count[0], 1);
    assert_int_equal(unread_count[1], 0);
    sentence_index_close(&index);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_ranking, close_ranking)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(polarities_need_confidence),
        TEST(long_texts_are_not_read_and_known_ones_are_cached),
        TEST(scores_are_multiplied_by_factors),
        TEST(each_side_has_its_own_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
