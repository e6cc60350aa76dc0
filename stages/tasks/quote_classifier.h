/* quote_classifier.h - whether a sentence can be quoted alone in a list of praise or of complaints:
 * it is meant so, says something definite, and is understood without its record. A linear
 * classifier (multinomial logistic regression) over the decoder's states, which training/quotes.py
 * learns from sentences that were read in their records. */
#ifndef STAGES_TASKS_QUOTE_CLASSIFIER_H
#define STAGES_TASKS_QUOTE_CLASSIFIER_H

#include "stages/tasks/sentiment.h"

/* The section of a model file with the weights: struct quote_table_header, then int8
 * [class][2 * width], for the states after the questions for sentiment and for topics. */
#define QUOTES_SECTION "quotes"

enum quote_class {
    QUOTE_PRAISE,
    QUOTE_COMPLAINT,
    QUOTE_WEAK_PRAISE,    /* praise, but general, or unclear without the record */
    QUOTE_WEAK_COMPLAINT, /* likewise */
    QUOTE_NEITHER,
    QUOTE_BOTH,
    QUOTE_CLASS_COUNT
};

struct quote_table_header {
    uint32_t width; /* of a state */
    struct quote_class_weights {
        float scale; /* of the int8 weights */
        float bias, polarity, length, question;
    } classes[QUOTE_CLASS_COUNT];
};

struct quote_classifier {
    const struct sentiment_predictor *sentiment; /* borrowed */
    struct prompt topics;
    struct quote_table_header header;
    const int8_t *weights; /* borrowed from the model; NULL: it has none */
};

/* Probabilities; their sum is at most 1. */
struct quote_probabilities {
    double praise, complaint;           /* that can be quoted */
    double weak_praise, weak_complaint; /* that cannot */
};

/* `sentiment` is of the same model. A model without weights or without topics is no error:
 * `weights` is NULL. ERROR_MODEL if they are malformed or do not fit the model. */
bool quote_classifier_load(struct quote_classifier *classifier, const struct t5_model *model,
                           const struct sentiment_predictor *sentiment, struct error *error);

/* Fills probabilities[i] for inputs[i]: the inputs that the session encoded last, made with the
 * prompt of `sentiment`. Only with weights. */
bool quote_classifier_predict(const struct quote_classifier *classifier, struct t5_session *session,
                              struct text_array inputs, struct quote_probabilities *probabilities,
                              struct error *error);

#endif
