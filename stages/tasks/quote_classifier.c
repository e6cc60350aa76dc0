/* quote_classifier.c - multiplies the decoder's states with a table of the model. */
#include "stages/tasks/quote_classifier.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/utf8.h"

enum { QUESTIONS = 2 }; /* to the model: sentiment and topics */

static bool is_finite(const struct quote_table_header *header)
{
    double sum = 0;
    for (size_t i = 0; i < QUOTE_CLASS_COUNT; i++) {
        const struct quote_class_weights *weights = &header->classes[i];
        sum += (double)weights->scale + (double)weights->bias + (double)weights->polarity +
               (double)weights->length + (double)weights->question;
    }
    return isfinite(sum);
}

bool quote_classifier_load(struct quote_classifier *classifier, const struct t5_model *model,
                           const struct sentiment_predictor *sentiment, struct error *error)
{
    struct text table = t5_model_section(model, QUOTES_SECTION);
    *classifier = (struct quote_classifier){.sentiment = sentiment};
    if (table.size == 0 || t5_model_prompt(model, "topics.input").size == 0)
        return true;
    size_t header_size = sizeof(classifier->header), width = t5_embedding_width(model);
    if (table.size >= header_size)
        memcpy(&classifier->header, table.bytes, header_size);
    if (classifier->header.width != width || !is_finite(&classifier->header) ||
        table.size != header_size + QUOTE_CLASS_COUNT * QUESTIONS * width)
        return error_set(error, ERROR_MODEL,
                         "the model's table of quotes has %zu bytes, which do not fit its header "
                         "and states of %zu numbers; copy the model again",
                         table.size, width);
    classifier->weights = (const int8_t *)table.bytes + header_size;
    return prompt_load(&classifier->topics, model, "topics", error);
}

/* `states` is [question][width]. */
static struct quote_probabilities classify(const struct quote_classifier *classifier,
                                           struct text input, const float *states)
{
    const struct sentiment_predictor *sentiment = classifier->sentiment;
    size_t width = QUESTIONS * classifier->header.width;
    double logits[QUOTE_CLASS_COUNT], max_logit = -INFINITY, total = 0, polarity = 0;
    double length = log1p((double)utf8_count_code_points(input));
    bool is_question = text_ends_with(input, TEXT("?"));
    if (sentiment->ngrams.weights)
        polarity = sentiment->ngrams_weight * ngrams_polarity(&sentiment->ngrams, input);
    for (size_t i = 0; i < QUOTE_CLASS_COUNT; i++) {
        const struct quote_class_weights *weights = &classifier->header.classes[i];
        const int8_t *row = classifier->weights + i * width;
        double sum = 0;
        for (size_t k = 0; k < width; k++)
            sum += (double)states[k] * row[k];
        logits[i] = (double)weights->scale * sum + (double)weights->bias +
                    (double)weights->polarity * polarity + (double)weights->length * length +
                    (is_question ? (double)weights->question : 0);
        max_logit = fmax(max_logit, logits[i]);
    }
    for (size_t i = 0; i < QUOTE_CLASS_COUNT; i++)
        total += logits[i] = exp(logits[i] - max_logit);
    return (struct quote_probabilities){
        logits[QUOTE_PRAISE] / total, logits[QUOTE_COMPLAINT] / total,
        logits[QUOTE_WEAK_PRAISE] / total, logits[QUOTE_WEAK_COMPLAINT] / total};
}

bool quote_classifier_predict(const struct quote_classifier *classifier, struct t5_session *session,
                              struct text_array inputs, struct quote_probabilities *probabilities,
                              struct error *error)
{
    size_t width = classifier->header.width;
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
        probabilities[i] = classify(classifier, inputs.items[i], &states[QUESTIONS * i * width]);
    arena_free(&arena);
    return ok;
}
