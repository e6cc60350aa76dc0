/* test_topic_matcher.c - stages/tasks/topic_matcher.c: topics of clauses, by phrases and by
 * similarity. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/tasks/topic_matcher.h"
#include "tests/fakes/t5.h"

/* The fake embeds by length: a short clause is similar to a topic with a short list of phrases. */
static const char *const prompts[] = {"sentiment.input",
                                      "{text}",
                                      "topics.by",
                                      "phrases",
                                      "topics.topics",
                                      "price,delivery",
                                      "phrases.price",
                                      "price;cheap;inexpensive;!half price",
                                      "phrases.delivery",
                                      "late",
                                      NULL};

static const struct t5_model model = {.prompts = prompts};

static const struct {
    const char *text;
    double min_similarity;
    const char *mentions; /* as "price:positive;" */
} examples[] = {
    {"A good price, but it came late, which is bad.", 2, "price:positive;delivery:negative;"},
    {"Cheap, bad. Late, good.", 2, "price:negative;delivery:positive;"},
    {"Good, cheap, late.", 2, "price:positive;delivery:positive;"},
    {"Bought at half price, good.", 2, ""},
    {"It is good.", 2, ""},
    {"", 2, ""},
    {"It is good.", 0.9, "delivery:positive;"},
    {"It is a very long clause and bad.", 0.9, "price:negative;"},
    {"It is a very long clause and bad. Cheap, good.", 0.9, "price:negative;price:positive;"},
};

enum { EXAMPLES = sizeof(examples) / sizeof(*examples) };

static void find(struct text *texts, size_t count, double min_similarity, size_t session_batch,
                 char (*found)[128])
{
    struct t5_session session = {.model = &model, .batch = session_batch, .input_tokens = 48};
    struct stage_context context = {
        .model = &model, .session = &session, .session_batch = session_batch};
    struct sentiment_predictor sentiment = {0};
    struct topic_matcher matcher = {0};
    struct mentions answers[EXAMPLES];
    struct arena arena = {0};
    struct error error = {0};
    assert_true(sentiment_load(&sentiment, &model, &error));
    assert_true(taxonomy_read_from_model(&matcher.taxonomy, &model));
    assert_true(topic_matcher_open(&matcher, min_similarity, &sentiment, &context, &error));
    if (!topic_matcher_find_mentions(&matcher, (struct text_array){texts, count}, &arena, answers,
                                     &error))
        fail_msg("%s", error.message);
    for (size_t i = 0; i < count; i++) {
        found[i][0] = '\0';
        for (size_t k = 0; k < answers[i].count; k++) {
            size_t size = strlen(found[i]);
            struct mention mention = answers[i].items[k];
            snprintf(found[i] + size, sizeof(found[i]) - size, "%.*s:%s;",
                     TEXT_ARGUMENT(matcher.taxonomy.names.items[mention.topic]),
                     sentiment_names[mention.polarity]);
        }
    }
    topic_matcher_close(&matcher);
    arena_free(&session.arena);
    arena_free(&arena);
}

static void clauses_get_topics_and_polarities(void **state)
{
    (void)state;
    for (size_t i = 0; i < EXAMPLES; i++) {
        struct text text = text_of(examples[i].text);
        char found[1][128];
        find(&text, 1, examples[i].min_similarity, 4, found);
        if (strcmp(found[0], examples[i].mentions) != 0)
            fail_msg("%s: %s", examples[i].text, found[0]);
    }
}

static void texts_keep_their_own_mentions_in_any_batch(void **state)
{
    (void)state;
    struct text texts[EXAMPLES];
    char expected[EXAMPLES][128], found[EXAMPLES][128];
    for (size_t i = 0; i < EXAMPLES; i++) {
        texts[i] = text_of(examples[i].text);
        find(&texts[i], 1, 0.9, 8, &expected[i]);
    }
    for (size_t batch = 1; batch <= 8; batch++) {
        find(texts, EXAMPLES, 0.9, batch, found);
        for (size_t i = 0; i < EXAMPLES; i++)
            assert_string_equal(found[i], expected[i]);
    }
}

static void a_signal_stops_it(void **state)
{
    (void)state;
    volatile sig_atomic_t stop = 1;
    struct t5_session session = {.model = &model, .batch = 4, .input_tokens = 48};
    struct stage_context context = {
        .model = &model, .session = &session, .session_batch = 4, .stop = &stop};
    struct sentiment_predictor sentiment = {0};
    struct topic_matcher matcher = {0};
    struct mentions answer;
    struct arena arena = {0};
    struct error error = {0};
    struct text text = TEXT("cheap");
    assert_true(sentiment_load(&sentiment, &model, &error));
    assert_true(taxonomy_read_from_model(&matcher.taxonomy, &model));
    assert_true(topic_matcher_open(&matcher, 2, &sentiment, &context, &error));
    assert_false(topic_matcher_find_mentions(&matcher, (struct text_array){&text, 1}, &arena,
                                             &answer, &error));
    assert_int_equal(error.kind, ERROR_INTERRUPTED);
    assert_int_equal(session.encoded, 0);
    topic_matcher_close(&matcher);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clauses_get_topics_and_polarities),
        cmocka_unit_test(texts_keep_their_own_mentions_in_any_batch),
        cmocka_unit_test(a_signal_stops_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
