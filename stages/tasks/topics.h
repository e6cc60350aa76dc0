/* topics.h - asks the model which topics of its list a text mentions, and with which polarity, in
 * the way that the model needs: by decoding a list or by scores. */
#ifndef STAGES_TASKS_TOPICS_H
#define STAGES_TASKS_TOPICS_H

#include "stages/tasks/topic_decoder.h"
#include "stages/tasks/topic_scorer.h"

struct topics_predictor {
    struct topic_prompts prompts;
    bool uses_scores;         /* `topics.by = scores` */
    struct topic_names names; /* that mentions refer to */
    double min_confidence;    /* an answer of the decoder with this probability needs no phrases to
                                 support it */
    struct topic_decoder decoder;
    struct topic_scorer scorer;
    struct arena arena;
};

/* Whether the model has `topics.by = scores`. */
bool topics_use_scores(const struct t5_model *model);

/* `taxonomy` is the user's list of topics, or the model's; it may be empty, and must outlive the
 * predictor. Only scores use it. Close is safe on a zeroed predictor and after a failed load. */
bool topics_load(struct topics_predictor *predictor, const struct t5_model *model,
                 const struct taxonomy *taxonomy, struct error *error);
void topics_close(struct topics_predictor *predictor);

/* The mentions in each of the inputs that the session encoded last, made with
 * predictor->prompts.prompt; in `arena`. `texts` are the inputs without prompts. Scored topics have
 * no polarity yet. NULL on failure. */
struct mentions *topics_find(const struct topics_predictor *predictor, struct t5_session *session,
                             struct text_array texts, struct arena *arena, struct error *error);

/* Sets the polarity of scored topics in answers[i], by input i of those that the session encoded
 * last. It may follow another question than the input in which the topics were found. */
bool topics_read_polarities(const struct topics_predictor *predictor, struct t5_session *session,
                            struct mentions *answers, size_t count, struct error *error);

#endif
