/* sentiment.h - asking the model whether a text is negative, neutral or positive. */
#ifndef STAGES_TASKS_SENTIMENT_H
#define STAGES_TASKS_SENTIMENT_H

#include "stages/tasks/ngrams.h"
#include "stages/tasks/prompt.h"

/* Calibrated probabilities, sum 1. */
struct sentiment_probabilities {
    double negative, neutral, positive;
};

/* The question and how to read its answer, from the model's prompts. */
struct sentiment_predictor {
    struct prompt prompt;
    struct text labels[3]; /* negative, neutral, positive */
    double bias[3];        /* added to the label's log-probability, before ... */
    double temperature;    /* ... it is divided by this */
    double undetected_below;
    struct ngrams ngrams; /* where the model has them: without weights otherwise */
    double ngrams_weight; /* of their polarity, which praise gains and complaint loses */
};

bool sentiment_load(struct sentiment_predictor *predictor, const struct t5_model *model,
                    struct error *error);

/* odds[i] of inputs[i]: the inputs that the session encoded last, made with question->prompt. */
bool sentiment_predict(const struct sentiment_predictor *predictor, struct t5_session *session,
                       const struct text *inputs, size_t count,
                       struct sentiment_probabilities *sentiment_probabilities,
                       struct error *error);

/* Log-probabilities among the labels to odds: joined with the n-grams' polarity of the input,
 * biased, tempered, made to sum to 1. */
struct sentiment_probabilities
sentiment_compute_probabilities(const struct sentiment_predictor *predictor, struct text input,
                                const float scores[3]);

/* The likeliest label with its probability, or SENTIMENT_UNDETECTED when that is below `least`. */
enum sentiment sentiment_choose_label(struct sentiment_probabilities sentiment_probabilities,
                                      double min_probability, double *probability);

#endif
