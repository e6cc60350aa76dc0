/* test_topic_scorer.c - stages/tasks/topic_scorer.c: scores become mentions with polarities. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stages/tasks/topics.h"
#include "tests/fakes/t5.h"

enum { MAX_PROMPTS = 40 };

/* The fake's logit of a word is how often the input contains it. */
static const char *const base_prompts[] = {"window.output",
                                           "24",
                                           "topics.input",
                                           "{text}",
                                           "topics.decoder",
                                           "<t>",
                                           "topics.by",
                                           "scores",
                                           "topics.topics",
                                           "price,delivery,battery",
                                           "topics.labels",
                                           "cost, post, batt",
                                           "topics.none",
                                           "none",
                                           "topics.polarities",
                                           "good,meh,bad",
                                           "topics.max_items",
                                           "2",
                                           "phrases.price",
                                           "cheap;!cheap talk",
                                           NULL};

/* The base prompts after `changed` ones, which are found first; ends with NULL. */
static struct t5_model model_with(const char *const *changed, const char **prompts)
{
    size_t count = 0;
    for (size_t i = 0; changed[i]; i++)
        prompts[count++] = changed[i];
    for (size_t i = 0; base_prompts[i]; i++)
        prompts[count++] = base_prompts[i];
    assert_true(count < MAX_PROMPTS);
    prompts[count] = NULL;
    return (struct t5_model){.prompts = prompts};
}

/* The mentions as "price:positive;". */
static struct text print_mentions(const struct topics_predictor *predictor,
                                  const struct mentions *mentions, struct arena *arena)
{
    struct text text = TEXT("");
    for (size_t i = 0; i < mentions->count; i++)
        text = arena_format(arena, "%.*s%.*s:%s;", TEXT_ARGUMENT(text),
                            TEXT_ARGUMENT(predictor->names.items[mentions->items[i].topic]),
                            sentiment_names[mentions->items[i].polarity]);
    return text;
}

static void expect(const char *const *changed, const struct taxonomy *taxonomy, const char *input,
                   const char *expected)
{
    const char *prompts[MAX_PROMPTS];
    const struct t5_model model = model_with(changed, prompts);
    struct t5_session session = {.model = &model, .batch = 8, .input_tokens = 48};
    struct taxonomy own = {0};
    struct topics_predictor predictor = {0};
    struct arena arena = {0};
    struct error error = {0};
    struct text inputs[] = {TEXT("nothing of it"), text_of(input)};
    taxonomy_read_from_model(&own, &model);
    if (!topics_load(&predictor, &model, taxonomy ? taxonomy : &own, &error))
        fail_msg("%s", error.message);
    assert_true(t5_encode(&session, inputs, 2, &error));
    struct mentions *answers =
        topics_find(&predictor, &session, (struct text_array){inputs, 2}, &arena, &error);
    assert_non_null(answers);
    assert_int_equal(answers[0].count, 0);
    assert_true(topics_read_polarities(&predictor, &session, answers, 2, &error));
    struct text found = print_mentions(&predictor, &answers[1], &arena);
    if (!text_equal(found, text_of(expected)))
        fail_msg("%s: %.*s", input, TEXT_ARGUMENT(found));
    topics_close(&predictor);
    taxonomy_close(&own);
    arena_free(&session.arena);
    arena_free(&arena);
}

static void topics_above_none_are_mentioned(void **state)
{
    (void)state;
    static const char *const unchanged[] = {NULL};
    expect(unchanged, NULL, "good cost", "price:positive;");
    expect(unchanged, NULL, "bad cost cost good post", "price:negative;delivery:positive;");
    /* highest first, then in the order of the list; two at most */
    expect(unchanged, NULL, "cost bad batt batt", "battery:negative;price:positive;");
    expect(unchanged, NULL, "cost post batt meh batt batt", "battery:neutral;price:positive;");
    expect(unchanged, NULL, "cost none", "");
    expect(unchanged, NULL, "cost cost none", "price:positive;");
}

static void polarities_may_be_read_in_other_inputs(void **state)
{
    (void)state;
    static const char *const unchanged[] = {NULL};
    const char *prompts[MAX_PROMPTS];
    const struct t5_model model = model_with(unchanged, prompts);
    struct t5_session session = {.model = &model, .batch = 8, .input_tokens = 48};
    struct taxonomy taxonomy = {0};
    struct topics_predictor predictor = {0};
    struct arena arena = {0};
    struct text inputs[] = {TEXT("good cost"), TEXT("bad post")},
                others[] = {TEXT("bad cost"), TEXT("meh post")};
    assert_true(topics_load(&predictor, &model, &taxonomy, NULL));
    assert_true(t5_encode(&session, inputs, 2, NULL));
    struct mentions *answers =
        topics_find(&predictor, &session, (struct text_array){inputs, 2}, &arena, NULL);
    assert_true(t5_encode(&session, others, 2, NULL));
    assert_true(topics_read_polarities(&predictor, &session, answers, 2, NULL));
    assert_true(
        text_equal(print_mentions(&predictor, &answers[0], &arena), TEXT("price:negative;")));
    assert_true(
        text_equal(print_mentions(&predictor, &answers[1], &arena), TEXT("delivery:neutral;")));
    topics_close(&predictor);
    arena_free(&session.arena);
    arena_free(&arena);
}

static void biases_and_phrases_change_the_score(void **state)
{
    (void)state;
    static const char *const biased[] = {"topics.biases", "-1, -0.5, -2.5", NULL};
    static const char *const supported[] = {"topics.biases",
                                            "-0.4, -0.5, -0.5",
                                            "topics.phrase_bonus",
                                            "0.5",
                                            "topics.exclude_penalty",
                                            "0.6",
                                            NULL};
    expect(biased, NULL, "cost post batt batt", "delivery:positive;");
    expect(biased, NULL, "cost cost post batt batt batt", "price:positive;delivery:positive;");
    expect(supported, NULL, "cheap", "price:positive;");
    expect(supported, NULL, "nice", "");
    expect(supported, NULL, "cost", "price:positive;");
    expect(supported, NULL, "cost: cheap talk", "");
    expect(supported, NULL, "cheap talk, cheap", "price:positive;");
}

static void a_users_list_selects_topics(void **state)
{
    (void)state;
    static const char *const unchanged[] = {NULL};
    struct text names[] = {TEXT("battery"), TEXT("parking"), TEXT("price")};
    struct taxonomy taxonomy = {.names = {names, 3}, .is_user_list = true};
    expect(unchanged, &taxonomy, "post bad cost cost meh batt", "price:negative;battery:neutral;");
    taxonomy.names = (struct topic_names){&names[1], 1};
    expect(unchanged, &taxonomy, "post bad cost cost meh batt", "");
}

static void probabilities_are_the_sigmoid_of_scores(void **state)
{
    (void)state;
    static const char *const biased[] = {"topics.biases", "0.5,0,0", NULL};
    const char *prompts[MAX_PROMPTS];
    const struct t5_model model = model_with(biased, prompts);
    struct t5_session session = {.model = &model, .batch = 8, .input_tokens = 48};
    struct taxonomy taxonomy = {0};
    struct topics_predictor predictor = {0};
    struct arena arena = {0};
    struct text input = TEXT("cost");
    assert_true(topics_load(&predictor, &model, &taxonomy, NULL));
    assert_true(t5_encode(&session, &input, 1, NULL));
    struct mentions *answers =
        topics_find(&predictor, &session, (struct text_array){&input, 1}, &arena, NULL);
    assert_int_equal(answers[0].count, 1);
    assert_true(fabs(answers[0].items[0].probability - 1 / (1 + exp(-1.5))) < 1e-12);
    topics_close(&predictor);
    arena_free(&session.arena);
    arena_free(&arena);
}

static void polarities_may_have_any_order_if_they_are_names(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        enum sentiment sentiments[TOPIC_POLARITIES];
    } lists[] = {
        {"negative,neutral,positive", {SENTIMENT_NEGATIVE, SENTIMENT_NEUTRAL, SENTIMENT_POSITIVE}},
        {"positive,neutral,negative", {SENTIMENT_POSITIVE, SENTIMENT_NEUTRAL, SENTIMENT_NEGATIVE}},
        {"good,meh,bad", {SENTIMENT_POSITIVE, SENTIMENT_NEUTRAL, SENTIMENT_NEGATIVE}},
    };
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        const char *const changed[] = {"topics.polarities", lists[i].words, NULL};
        const char *prompts[MAX_PROMPTS];
        const struct t5_model model = model_with(changed, prompts);
        struct topic_prompts topic_prompts;
        struct arena arena = {0};
        assert_true(topic_prompts_load(&topic_prompts, &model, &arena, NULL));
        for (size_t k = 0; k < TOPIC_POLARITIES; k++)
            assert_int_equal(topic_prompts.polarities[k].sentiment, lists[i].sentiments[k]);
        arena_free(&arena);
    }
}

static void wrong_prompts_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *changed[3];
        const char *message;
    } models[] = {
        {{"topics.labels", "cost, post", NULL},
         "topics.labels has 2 values for the 3 topics of topics.topics"},
        {{"topics.labels", "cost, post, battery", NULL},
         "topics.labels: 'battery' is 2 pieces of the vocabulary"},
        {{"topics.biases", "1,2,3,4", NULL}, "topics.biases has 4 values for the 3 topics"},
        {{"topics.biases", "1,x,3", NULL}, "topics.biases: 'x' is not a number"},
        {{"topics.none", "nothing", NULL}, "topics.none: 'nothing' is 2 pieces"},
        {{"topics.polarities", "good,neutral,bad", NULL},
         "topics.polarities: 'neutral' is 2 pieces"},
        {{"topics.phrase_bonus", "much", NULL}, "topics.phrase_bonus = much: expected a number"},
        {{"topics.polarities", "good,bad", NULL}, "three polarities"},
    };
    for (size_t i = 0; i < sizeof(models) / sizeof(*models); i++) {
        const char *prompts[MAX_PROMPTS];
        const struct t5_model model = model_with(models[i].changed, prompts);
        struct taxonomy taxonomy = {0};
        struct topics_predictor predictor = {0};
        struct error error = {0};
        assert_false(topics_load(&predictor, &model, &taxonomy, &error));
        assert_int_equal(error.kind, ERROR_MODEL);
        if (!strstr(error.message, models[i].message))
            fail_msg("%s", error.message);
        topics_close(&predictor);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topics_above_none_are_mentioned),
        cmocka_unit_test(polarities_may_be_read_in_other_inputs),
        cmocka_unit_test(biases_and_phrases_change_the_score),
        cmocka_unit_test(a_users_list_selects_topics),
        cmocka_unit_test(probabilities_are_the_sigmoid_of_scores),
        cmocka_unit_test(polarities_may_have_any_order_if_they_are_names),
        cmocka_unit_test(wrong_prompts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
