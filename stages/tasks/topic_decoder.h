/* topic_decoder.h - asks the model which topics of its list a text mentions, and with which
 * polarity. */
#ifndef STAGES_TASKS_TOPIC_DECODER_H
#define STAGES_TASKS_TOPIC_DECODER_H

#include "stages/tasks/prompt.h"
#include "stages/tasks/taxonomy.h"

struct mention {
    size_t topic;            /* index of its name */
    enum sentiment polarity; /* negative, neutral or positive */
};

struct mentions {
    const struct mention *items;
    size_t count;
    double answer_probability; /* of the model's whole answer; 0 if phrases were matched */
};

/* The prompt, the allowed answers and their meaning, from the model's prompts. */
struct topics_predictor {
    struct prompt prompt;
    struct topic_names names; /* in `arena` */
    double min_confidence;    /* an answer with this probability needs no phrases to support it */
    struct mention *items; /* meaning of each choice; topic == names.count is "none". In `arena` */
    struct t5_decoding decoding;
    struct t5_choices *choices; /* owned */
    struct arena arena;
};

/* Close is safe on a zeroed predictor and after a failed load. */
bool topics_load(struct topics_predictor *predictor, const struct t5_model *model,
                 struct error *error);
void topics_close(struct topics_predictor *predictor);

/* The mentions in each of the `count` inputs that the session encoded last, made with
 * predictor->prompt; in `arena`. NULL on failure. */
const struct mentions *topics_predict(const struct topics_predictor *predictor,
                                      struct t5_session *session, size_t count, struct arena *arena,
                                      struct error *error);

#endif
