/* state_classifier.c - multiplies the decoder's states with a table of the model. */
#include "stages/tasks/state_classifier.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/utf8.h"

enum { QUESTIONS = 2 }; /* to the model: sentiment and topics */

static bool is_finite(const struct state_classifier *classifier)
{
    double sum = 0;
    for (size_t i = 0; i < classifier->class_count; i++) {
        const struct state_class_weights *weights = &classifier->classes[i];
        sum += (double)weights->scale + (double)weights->bias + (double)weights->polarity +
               (double)weights->length + (double)weights->question;
    }
    return isfinite(sum);
}

/* Sets width, classes and weights. */
static bool read_table(struct state_classifier *classifier, struct text table)
{
    uint32_t width = 0;
    size_t classes_size = classifier->class_count * sizeof(*classifier->classes),
           header_size = sizeof(width) + classes_size;
    if (table.size < header_size)
        return false;
    memcpy(&width, table.bytes, sizeof(width));
    memcpy(classifier->classes, table.bytes + sizeof(width), classes_size);
    classifier->width = width;
    classifier->weights = (const int8_t *)table.bytes + header_size;
    return table.size == header_size + classifier->class_count * QUESTIONS * width &&
           is_finite(classifier);
}

bool state_classifier_load(struct state_classifier *classifier, const struct t5_model *model,
                           const char *section, size_t class_count,
                           const struct sentiment_predictor *sentiment, struct error *error)
{
    struct text table = t5_model_section(model, section);
    assert(class_count <= STATE_CLASSIFIER_MAX_CLASSES);
    *classifier = (struct state_classifier){.sentiment = sentiment, .class_count = class_count};
    if (table.size == 0 || t5_model_prompt(model, "topics.input").size == 0)
        return true;
    if (!read_table(classifier, table) || classifier->width != t5_embedding_width(model))
        return error_set(error, ERROR_MODEL,
                         "the model's table '%s' has %zu bytes, which do not fit its header and "
                         "states of %zu numbers; copy the model again",
                         section, table.size, t5_embedding_width(model));
    return prompt_load(&classifier->topics, model, "topics", error);
}

static void softmax(double *logits, size_t count)
{
    double largest = -INFINITY, total = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, logits[i]);
    for (size_t i = 0; i < count; i++)
        total += logits[i] = exp(logits[i] - largest);
    for (size_t i = 0; i < count; i++)
        logits[i] /= total;
}

/* `states` is [question][width]. */
static void classify(const struct state_classifier *classifier, struct text input,
                     const float *states, double *probabilities)
{
    const struct sentiment_predictor *sentiment = classifier->sentiment;
    size_t width = QUESTIONS * classifier->width;
    double length = log1p((double)utf8_count_code_points(input)), polarity = 0;
    bool is_question = text_ends_with(input, TEXT("?"));
    if (sentiment->ngrams.weights)
        polarity = sentiment->ngrams_weight * ngrams_polarity(&sentiment->ngrams, input);
    for (size_t i = 0; i < classifier->class_count; i++) {
        const struct state_class_weights *weights = &classifier->classes[i];
        const int8_t *row = classifier->weights + i * width;
        double sum = 0;
        for (size_t k = 0; k < width; k++)
            sum += (double)states[k] * row[k];
        probabilities[i] = (double)weights->scale * sum + (double)weights->bias +
                           (double)weights->polarity * polarity + (double)weights->length * length +
                           (is_question ? (double)weights->question : 0);
    }
    softmax(probabilities, classifier->class_count);
}

bool state_classifier_predict(const struct state_classifier *classifier, struct t5_session *session,
                              struct text_array inputs, double *probabilities, struct error *error)
{
    size_t width = classifier->width;
    assert(classifier->weights);
    struct arena arena = {0};
    struct t5_place *places = arena_alloc(&arena, inputs.count * QUESTIONS, sizeof(*places));
    float *states = arena_alloc(&arena, inputs.count * QUESTIONS * width, sizeof(*states));
    for (size_t i = 0; i < inputs.count; i++) {
        places[QUESTIONS * i] = (struct t5_place){i, classifier->sentiment->prompt.decoder_prefix};
        places[QUESTIONS * i + 1] = (struct t5_place){i, classifier->topics.decoder_prefix};
    }
    bool ok = t5_next_states(session, places, inputs.count * QUESTIONS, states, error);
    for (size_t i = 0; ok && i < inputs.count; i++)
        classify(classifier, inputs.items[i], &states[QUESTIONS * i * width],
                 &probabilities[i * classifier->class_count]);
    arena_free(&arena);
    return ok;
}
