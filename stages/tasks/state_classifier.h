/* state_classifier.h - multinomial logistic regression over the decoder's states after the
 * questions for sentiment and for topics, with the weights of a section of the model file
 * (docs/MODEL.md, "Quotes"). clause_reader.h names the sections and their classes. */
#ifndef STAGES_TASKS_STATE_CLASSIFIER_H
#define STAGES_TASKS_STATE_CLASSIFIER_H

#include "stages/tasks/sentiment.h"

enum { STATE_CLASSIFIER_MAX_CLASSES = 6 };

/* A section has the width of a state (uint32_t), one of these for each class, and int8
 * [class][2 * width], for the states after the first and after the second question. */
struct state_class_weights {
    float scale; /* of the int8 weights */
    float bias, polarity, length, question;
};

struct state_classifier {
    const struct sentiment_predictor *sentiment; /* borrowed */
    struct prompt topics;
    size_t class_count, width; /* of a state */
    struct state_class_weights classes[STATE_CLASSIFIER_MAX_CLASSES];
    const int8_t *weights; /* borrowed from the model; NULL: it has none */
};

/* `sentiment` is of the same model. A model without the section or without topics is no error:
 * `weights` is NULL. ERROR_MODEL if the section is malformed or does not fit the model. */
bool state_classifier_load(struct state_classifier *classifier, const struct t5_model *model,
                           const char *section, size_t class_count,
                           const struct sentiment_predictor *sentiment, struct error *error);

/* Fills probabilities [input][class] of the inputs that the session encoded last, made with the
 * prompt of `sentiment`. Only with weights. */
bool state_classifier_predict(const struct state_classifier *classifier, struct t5_session *session,
                              struct text_array inputs, double *probabilities, struct error *error);

#endif
