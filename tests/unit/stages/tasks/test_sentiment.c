/* test_sentiment.c - stages/tasks/sentiment.c: from scores to probabilities and labels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stages/tasks/sentiment.h"
#include "tests/fakes/t5.h"

static const struct {
    struct sentiment_probabilities probabilities;
    double min_probability;
    enum sentiment label;
    double probability;
} choices[] = {
    {{0.7, 0.2, 0.1, 0}, 0.5, SENTIMENT_NEGATIVE, 0.7},
    {{0.1, 0.7, 0.2, 0}, 0.5, SENTIMENT_NEUTRAL, 0.7},
    {{0.1, 0.2, 0.7, 0}, 0.7, SENTIMENT_POSITIVE, 0.7},
    {{0.1, 0.2, 0.7, 0}, 0.71, SENTIMENT_UNDETECTED, 0.7},
    {{0.4, 0.3, 0.3, 0}, 0, SENTIMENT_NEGATIVE, 0.4},
    {{0.26, 0.2, 0.25, 0.29}, 0, SENTIMENT_MIXED, 0.29},
    {{0.3, 0.2, 0.2, 0.3}, 0, SENTIMENT_NEGATIVE, 0.3},
    {{0.1, 0.1, 0.3, 0.5}, 0.51, SENTIMENT_UNDETECTED, 0.5},
};

static void the_most_likely_label_is_chosen(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(choices) / sizeof(*choices); i++) {
        double probability;
        assert_int_equal(sentiment_choose_label(choices[i].probabilities,
                                                choices[i].min_probability, &probability),
                         choices[i].label);
        assert_true(probability == choices[i].probability);
    }
}

static void probabilities_are_biased_then_tempered(void **state)
{
    (void)state;
    static const float scores[] = {-2, -1, -1};
    struct sentiment_predictor predictor = {.label_count = 3, .temperature = 1};
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

static void ngrams_shift_between_the_poles(void **state)
{
    (void)state;
    static const float scores[] = {-1, -1, -1};
    static int8_t weights[256];
    memset(weights, 10, sizeof(weights));
    struct sentiment_predictor predictor = {
        .label_count = 3, .temperature = 1, .ngrams_weight = 0.005};
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

static void mixed_is_a_fourth_label(void **state)
{
    (void)state;
    static const float scores[] = {-1, -1, -1, -1};
    static int8_t weights[256];
    memset(weights, 10, sizeof(weights));
    static const char *const prompts[] = {"sentiment.input",
                                          "{text}",
                                          "sentiment.mixed",
                                          "both",
                                          "sentiment.bias_mixed",
                                          "0.7",
                                          NULL};
    static const struct t5_model model = {.prompts = prompts};
    struct sentiment_predictor predictor = {0};
    assert_true(sentiment_load(&predictor, &model, NULL));
    assert_true(sentiment_has_mixed_label(&predictor));
    struct sentiment_probabilities probabilities =
        sentiment_compute_probabilities(&predictor, (struct text){0}, scores);
    assert_true(fabs(log(probabilities.mixed / probabilities.neutral) - 0.7) < 1e-9);
    assert_true(fabs(probabilities.negative + probabilities.neutral + probabilities.positive +
                     probabilities.mixed - 1) < 1e-12);
    /* n-grams move the poles, not `mixed` */
    predictor.ngrams_weight = 0.005;
    assert_true(ngrams_init(&predictor.ngrams, (struct text){(const char *)weights, 256}, NULL));
    probabilities = sentiment_compute_probabilities(&predictor, TEXT("splendid"), scores);
    assert_true(fabs(log(probabilities.mixed / probabilities.neutral) - 0.7) < 1e-9);
    assert_true(fabs(log(probabilities.positive / probabilities.neutral) - 0.5) < 1e-9);
}

static void every_input_gets_its_own_answer(void **state)
{
    (void)state;
    static const struct t5_model model = {.prompts = fake_prompts};
    struct t5_session session = {.model = &model, .batch = 8, .input_tokens = 48};
    struct sentiment_predictor predictor = {0};
    struct error error = {0};
    static const struct text inputs[] = {TEXT("good"), TEXT("bad"), TEXT("it is"), TEXT("bad bad")};
    static const enum sentiment labels[] = {SENTIMENT_POSITIVE, SENTIMENT_NEGATIVE,
                                            SENTIMENT_NEUTRAL, SENTIMENT_NEGATIVE};
    struct sentiment_probabilities probabilities[4];
    assert_true(sentiment_load(&predictor, &model, &error));
    assert_true(predictor.undetected_below == 0.45 && predictor.temperature == 1);
    assert_false(sentiment_has_mixed_label(&predictor));
    assert_true(t5_encode(&session, inputs, 4, &error));
    assert_true(sentiment_predict(&predictor, &session, (struct text_array){inputs, 4},
                                  probabilities, &error));
    for (size_t i = 0; i < 4; i++) {
        double probability;
        assert_int_equal(sentiment_choose_label(probabilities[i], 0, &probability), labels[i]);
        assert_true(fabs(probabilities[i].negative + probabilities[i].neutral +
                         probabilities[i].positive - 1) < 1e-12);
    }
    arena_free(&session.arena);
}

static void bad_prompts_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *prompts[8];
        const char *message;
    } models[] = {
        {{"sentiment.input", "text", NULL}, "sentiment.input must contain {text}"},
        {{"sentiment.input", "{text}", "sentiment.temperature", "0", NULL},
         "sentiment.temperature = 0: expected more than 0"},
        {{"sentiment.input", "{text}", "sentiment.bias_neutral", "half", NULL},
         "sentiment.bias_neutral = half: expected a number"},
    };
    for (size_t i = 0; i < sizeof(models) / sizeof(*models); i++) {
        struct t5_model model = {.prompts = models[i].prompts};
        struct sentiment_predictor predictor = {0};
        struct error error = {0};
        assert_false(sentiment_load(&predictor, &model, &error));
        assert_int_equal(error.kind, ERROR_MODEL);
        if (!strstr(error.message, models[i].message))
            fail_msg("%s", error.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_likely_label_is_chosen),
        cmocka_unit_test(probabilities_are_biased_then_tempered),
        cmocka_unit_test(ngrams_shift_between_the_poles),
        cmocka_unit_test(mixed_is_a_fourth_label),
        cmocka_unit_test(every_input_gets_its_own_answer),
        cmocka_unit_test(bad_prompts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
