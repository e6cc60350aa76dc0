/* sentiment.h - asks the model whether a text is negative, neutral, positive or, if the model knows
 * this label, mixed. */
#ifndef STAGES_TASKS_SENTIMENT_H
#define STAGES_TASKS_SENTIMENT_H

#include "stages/tasks/ngrams.h"
#include "stages/tasks/prompt.h"
#include "stages/text/texts.h"

/* Labels that the model is asked to choose from. The last one is optional. */
enum { SENTIMENT_LABEL_MIXED = 3, SENTIMENT_MAX_LABELS = 4 };

/* Calibrated probabilities; their sum is 1. */
struct sentiment_probabilities {
    double negative, neutral, positive;
    double mixed; /* 0 if the model does not have this label */
};

/* The prompt and the calibration of its answers, from the model's prompts. */
struct sentiment_predictor {
    struct prompt prompt;
    struct text labels[SENTIMENT_MAX_LABELS]; /* negative, neutral, positive, mixed */
    double bias[SENTIMENT_MAX_LABELS];        /* added to each label's log-probability */
    size_t label_count;                       /* 4 with `sentiment.mixed`, otherwise 3 */
    double temperature;                       /* divides the biased log-probabilities */
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

/* Whether the model itself can answer `mixed`. */
bool sentiment_has_mixed_label(const struct sentiment_predictor *predictor);

/* Turns the log-probabilities of the label_count labels into calibrated probabilities: adds the
 * polarity of the input's n-grams and the biases, divides by the temperature, and normalizes
 * (softmax). */
struct sentiment_probabilities
sentiment_compute_probabilities(const struct sentiment_predictor *predictor, struct text input,
                                const float *scores);

/* The most likely label and its probability; SENTIMENT_UNDETECTED if that is below
 * `min_probability`. */
enum sentiment sentiment_choose_label(struct sentiment_probabilities probabilities,
                                      double min_probability, double *probability);

#endif
