/* sentiment.c - scores the candidate labels, so that the answer is always one of them. */
#include "stages/tasks/sentiment.h"

#include <math.h>

#include "base/memory.h"

bool sentiment_load(struct sentiment_predictor *predictor, const struct t5_model *model,
                    struct error *error)
{
    static const char *const label_keys[SENTIMENT_MAX_LABELS] = {
        "sentiment.negative", "sentiment.neutral", "sentiment.positive", "sentiment.mixed"};
    static const char *const default_labels[SENTIMENT_MAX_LABELS] = {"negative", "neutral",
                                                                     "positive", ""};
    static const char *const bias_keys[SENTIMENT_MAX_LABELS] = {
        "sentiment.bias_negative", "sentiment.bias_neutral", "sentiment.bias_positive",
        "sentiment.bias_mixed"};
    if (!prompt_load(&predictor->prompt, model, "sentiment", error) ||
        !prompt_get_number(model, "sentiment.temperature", 1, &predictor->temperature, error) ||
        !prompt_get_number(model, "sentiment.undetected_below", 0.45, &predictor->undetected_below,
                           error))
        return false;
    for (size_t i = 0; i < SENTIMENT_MAX_LABELS; i++) {
        predictor->labels[i] = prompt_get_text(model, label_keys[i], default_labels[i]);
        if (!prompt_get_number(model, bias_keys[i], 0, &predictor->bias[i], error))
            return false;
    }
    predictor->label_count = predictor->labels[SENTIMENT_LABEL_MIXED].size > 0
                                 ? SENTIMENT_MAX_LABELS
                                 : SENTIMENT_LABEL_MIXED;
    if (!(predictor->temperature > 0))
        return error_set(error, ERROR_MODEL,
                         "the model's prompt sentiment.temperature = %g: expected more than 0",
                         predictor->temperature);
    struct text weights = t5_model_section(model, NGRAMS_SECTION);
    return weights.size == 0 || (ngrams_init(&predictor->ngrams, weights, error) &&
                                 prompt_get_number(model, "sentiment.ngrams_weight", 0,
                                                   &predictor->ngrams_weight, error));
}

bool sentiment_has_mixed_label(const struct sentiment_predictor *predictor)
{
    return predictor->label_count > SENTIMENT_LABEL_MIXED;
}

struct sentiment_probabilities
sentiment_compute_probabilities(const struct sentiment_predictor *predictor, struct text input,
                                const float *scores)
{
    static const double poles[SENTIMENT_MAX_LABELS] = {-1, 0, 1, 0};
    double logits[SENTIMENT_MAX_LABELS] = {0}, max_logit = -INFINITY, total = 0;
    double polarity_shift = 0;
    if (predictor->ngrams.weights)
        polarity_shift = predictor->ngrams_weight * ngrams_polarity(&predictor->ngrams, input);
    for (size_t i = 0; i < predictor->label_count; i++) {
        logits[i] = ((double)scores[i] + predictor->bias[i] + poles[i] * polarity_shift) /
                    predictor->temperature;
        max_logit = fmax(max_logit, logits[i]);
    }
    for (size_t i = 0; i < predictor->label_count; i++)
        total += logits[i] = exp(logits[i] - max_logit);
    return (struct sentiment_probabilities){logits[0] / total, logits[1] / total, logits[2] / total,
                                            logits[SENTIMENT_LABEL_MIXED] / total};
}

bool sentiment_predict(const struct sentiment_predictor *predictor, struct t5_session *session,
                       struct text_array inputs, struct sentiment_probabilities *probabilities,
                       struct error *error)
{
    size_t count = inputs.count, labels = predictor->label_count;
    struct arena arena = {0};
    struct t5_target *targets = arena_alloc(&arena, count * labels, sizeof(*targets));
    float *scores = arena_alloc(&arena, count * labels, sizeof(*scores));
    for (size_t i = 0; i < count * labels; i++)
        targets[i] = (struct t5_target){.input = i / labels,
                                        .prefix = predictor->prompt.decoder_prefix,
                                        .text = predictor->labels[i % labels]};
    bool ok = t5_score_closed_set(session, targets, count * labels, scores, error);
    for (size_t i = 0; ok && i < count; i++)
        probabilities[i] =
            sentiment_compute_probabilities(predictor, inputs.items[i], &scores[i * labels]);
    arena_free(&arena);
    return ok;
}

enum sentiment sentiment_choose_label(struct sentiment_probabilities probabilities,
                                      double min_probability, double *probability)
{
    enum sentiment label = SENTIMENT_NEUTRAL;
    *probability = probabilities.neutral;
    if (probabilities.negative > *probability) {
        label = SENTIMENT_NEGATIVE;
        *probability = probabilities.negative;
    }
    if (probabilities.positive > *probability) {
        label = SENTIMENT_POSITIVE;
        *probability = probabilities.positive;
    }
    if (probabilities.mixed > *probability) {
        label = SENTIMENT_MIXED;
        *probability = probabilities.mixed;
    }
    return *probability >= min_probability ? label : SENTIMENT_UNDETECTED;
}
