/* test_topic_decoder.c - stages/tasks/topic_decoder.c: prompts become choices, answers mentions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/tasks/topics.h"
#include "tests/fakes/t5.h"

static const struct taxonomy no_taxonomy;

static void choices_are_topics_with_polarities(void **state)
{
    (void)state;
    static const struct {
        const char *pattern; /* of an item */
        const char *first, *last;
    } patterns[] = {
        {"{topic} {polarity}", "price positive", "battery negative"},
        {"<{polarity}: {topic}>", "<positive: price>", "<negative: battery>"},
    };
    for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
        const char *prompts[] = {"topics.input",
                                 "{text}",
                                 "topics.topics",
                                 " price,,delivery, battery ",
                                 "topics.item",
                                 patterns[i].pattern,
                                 NULL};
        struct t5_model model = {.prompts = prompts};
        struct topics_predictor predictor = {0};
        struct error error = {0};
        if (!topics_load(&predictor, &model, &no_taxonomy, &error))
            fail_msg("%s", error.message);
        assert_int_equal(predictor.names.count, 3);
        assert_int_equal(topic_names_find(&predictor.names, TEXT("battery")), 2);
        assert_int_equal(topic_names_find(&predictor.names, TEXT("bat")), 3);
        assert_int_equal(predictor.decoder.choices->count, 10);
        assert_true(text_equal(predictor.decoder.choices->items[0], text_of(patterns[i].first)));
        assert_true(text_equal(predictor.decoder.choices->items[8], text_of(patterns[i].last)));
        assert_true(text_equal(predictor.decoder.choices->items[9], TEXT("none")));
        topics_close(&predictor);
    }
}

static const struct {
    const char *input, *mentions; /* as "price:positive;" */
} examples[] = {
    {"good price", "price:positive;"},
    {"bad delivery, bad battery", "delivery:negative;battery:negative;"},
    {"it is good", ""},
    {"", ""},
};

enum { EXAMPLES = sizeof(examples) / sizeof(*examples) };

static void answers_become_mentions(void **state)
{
    (void)state;
    static const struct t5_model model = {.prompts = fake_prompts};
    struct t5_session session = {.model = &model, .batch = 8, .input_tokens = 48};
    struct topics_predictor predictor = {0};
    struct arena arena = {0};
    struct error error = {0};
    struct text inputs[EXAMPLES];
    for (size_t i = 0; i < EXAMPLES; i++)
        inputs[i] = text_of(examples[i].input);
    assert_true(topics_load(&predictor, &model, &no_taxonomy, &error));
    assert_true(t5_encode(&session, inputs, EXAMPLES, &error));
    const struct mentions *answers =
        topics_find(&predictor, &session, (struct text_array){inputs, EXAMPLES}, &arena, &error);
    assert_non_null(answers);
    for (size_t i = 0; i < EXAMPLES; i++) {
        char found[128] = "";
        for (size_t k = 0; k < answers[i].count; k++) {
            struct mention mention = answers[i].items[k];
            snprintf(found + strlen(found), sizeof(found) - strlen(found), "%.*s:%s;",
                     TEXT_ARGUMENT(predictor.names.items[mention.topic]),
                     sentiment_names[mention.polarity]);
        }
        assert_string_equal(found, examples[i].mentions);
        assert_true(answers[i].answer_probability == 1); /* the fake's */
    }
    topics_close(&predictor);
    arena_free(&session.arena);
    arena_free(&arena);
}

static void incomplete_prompts_are_refused(void **state)
{
    (void)state;
    static const char *const prompts[][8] = {
        {"topics.input", "{text}", NULL},
        {"topics.input", "{text}", "topics.topics", "price", "topics.polarities", "good,bad", NULL},
        {"topics.input", "{text}", "topics.topics", "price", "topics.item", "{topic}", NULL},
        {"topics.input", "{text}", "topics.topics", "price", "topics.max_items", "0", NULL},
    };
    for (size_t i = 0; i < sizeof(prompts) / sizeof(*prompts); i++) {
        struct t5_model model = {.prompts = prompts[i]};
        struct topics_predictor predictor = {0};
        struct error error = {0};
        assert_false(topics_load(&predictor, &model, &no_taxonomy, &error));
        assert_non_null(strstr(error.message, "prompts of [topics] are incomplete"));
        topics_close(&predictor);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(choices_are_topics_with_polarities),
        cmocka_unit_test(answers_become_mentions),
        cmocka_unit_test(incomplete_prompts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
