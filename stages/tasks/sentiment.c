/* sentiment.c - the candidate labels scored, so that the answer always is one of them. */
#include "stages/tasks/sentiment.h"

#include <math.h>

#include "base/memory.h"

enum { LABELS = 3 };

bool sentiment_load(struct sentiment_question *question, const struct t5_model *model,
                    struct error *error)
{
    static const char *const names[LABELS] = {"negative", "neutral", "positive"};
    static const char *const biases[LABELS] = {"bias_negative", "bias_neutral", "bias_positive"};
    if (!prompt_load(&question->prompt, model, "sentiment", error) ||
        !prompt_number(model, "sentiment", "temperature", 1, &question->temperature, error) ||
        !prompt_number(model, "sentiment", "undetected_below", 0.45, &question->undetected_below,
                       error))
        return false;
    for (size_t i = 0; i < LABELS; i++) {
        question->labels[i] = prompt_text(model, "sentiment", names[i], names[i]);
        if (!prompt_number(model, "sentiment", biases[i], 0, &question->bias[i], error))
            return false;
    }
    if (!(question->temperature > 0))
        return error_set(error, ERROR_MODEL,
                         "the model's prompt sentiment.temperature = %g: expected more than 0",
                         question->temperature);
    struct text weights = t5_model_ngrams(model);
    return weights.size == 0 ||
           (ngrams_open(&question->ngrams, weights, error) &&
            prompt_number(model, "sentiment", "ngrams_weight", 0, &question->ngrams_weight, error));
}

struct odds sentiment_odds(const struct sentiment_question *question, struct text input,
                           const float scores[3])
{
    double logits[LABELS], highest = -INFINITY, sum = 0, tilt = 0;
    if (question->ngrams.weights)
        tilt = question->ngrams_weight * ngrams_polarity(&question->ngrams, input);
    for (size_t i = 0; i < LABELS; i++) {
        logits[i] = ((double)scores[i] + question->bias[i] + ((double)i - 1) * tilt) /
                    question->temperature;
        highest = fmax(highest, logits[i]);
    }
    for (size_t i = 0; i < LABELS; i++)
        sum += logits[i] = exp(logits[i] - highest);
    return (struct odds){logits[0] / sum, logits[1] / sum, logits[2] / sum};
}

bool sentiment_ask(const struct sentiment_question *question, struct t5_session *session,
                   const struct text *inputs, size_t count, struct odds *odds, struct error *error)
{
    struct arena arena = {0};
    struct t5_target *targets = arena_alloc(&arena, count * LABELS, sizeof(*targets));
    float *scores = arena_alloc(&arena, count * LABELS, sizeof(*scores));
    for (size_t i = 0; i < count * LABELS; i++)
        targets[i] = (struct t5_target){.input = i / LABELS,
                                        .prefix = question->prompt.decoder,
                                        .text = question->labels[i % LABELS]};
    bool ok = t5_compare(session, targets, count * LABELS, scores, error);
    for (size_t i = 0; ok && i < count; i++)
        odds[i] = sentiment_odds(question, inputs[i], &scores[i * LABELS]);
    arena_free(&arena);
    return ok;
}

enum sentiment sentiment_label(struct odds odds, double least, double *probability)
{
    enum sentiment label = SENTIMENT_NEUTRAL;
    *probability = odds.neutral;
    if (odds.negative > *probability) {
        label = SENTIMENT_NEGATIVE;
        *probability = odds.negative;
    }
    if (odds.positive > *probability) {
        label = SENTIMENT_POSITIVE;
        *probability = odds.positive;
    }
    return *probability >= least ? label : SENTIMENT_UNDETECTED;
}
