/* sentiment.h - asks the model whether a text is negative, neutral or positive. */
#ifndef STAGES_TASKS_SENTIMENT_H
#define STAGES_TASKS_SENTIMENT_H

#include "stages/tasks/ngrams.h"
#include "stages/tasks/prompt.h"
#include "stages/text/texts.h"

/* Calibrated probabilities; their sum is 1. */
struct sentiment_probabilities {
    double negative, neutral, positive;
};

/* The prompt and the calibration of its answers, from the model's prompts. */
struct sentiment_predictor {
    struct prompt prompt;
    struct text labels[3]; /* negative, neutral, positive */
    double bias[3];        /* added to each label's log-probability */
    double temperature;    /* divides the biased log-probabilities */
    double undetected_below;
    struct ngrams ngrams; /* without weights if the model has none */
    double ngrams_weight; /* factor of their polarity, which is added to positive and subtracted
                             from negative */
};

bool sentiment_load(struct sentiment_predictor *predictor, const struct t5_model *model,
                    struct error *error);

/* Fills sentiment_probabilities[i] for inputs[i]: the inputs that the session encoded last, made
 * with predictor->prompt. */
bool sentiment_predict(const struct sentiment_predictor *predictor, struct t5_session *session,
                       struct text_array inputs, struct sentiment_probabilities *probabilities,
                       struct error *error);

/* Turns the log-probabilities of the labels into calibrated probabilities: adds the polarity of the
 * input's n-grams and the biases, divides by the temperature, and normalizes (softmax). */
struct sentiment_probabilities
sentiment_compute_probabilities(const struct sentiment_predictor *predictor, struct text input,
                                const float scores[3]);

/* The most likely label and its probability; SENTIMENT_UNDETECTED if that is below
 * `min_probability`. */
enum sentiment sentiment_choose_label(struct sentiment_probabilities probabilities,
                                      double min_probability, double *probability);

#endif
