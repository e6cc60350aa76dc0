/* topic_decoder.h - asking the model which topics of its taxonomy a text mentions, and how. */
#ifndef STAGES_TASKS_TOPIC_DECODER_H
#define STAGES_TASKS_TOPIC_DECODER_H

#include "stages/tasks/prompt.h"

/* A topic mentioned, by its place in the taxonomy. */
struct mention {
    size_t topic;
    enum sentiment polarity; /* negative, neutral or positive */
};

/* The question, its allowed answers and what they mean, from the model's prompts. */
struct topics_predictor {
    struct prompt prompt;
    struct text *names; /* of topics, in the taxonomy's order; in `arena` */
    size_t name_count;
    double min_confidence; /* likelihood of an answer that needs no phrases beside it */
    struct mention *items; /* what each choice means; topic == name_count is "none". In `arena` */
    struct t5_decoding decoding;
    struct t5_choices *choices; /* owned */
    struct arena arena;
};

/* Safe to close when zeroed, or after a failed load. */
bool topics_load(struct topics_predictor *predictor, const struct t5_model *model,
                 struct error *error);
void topics_close(struct topics_predictor *predictor);

struct mentions {
    const struct mention *items;
    size_t count;
    double answer_probability; /* of the whole answer, where the model gave it */
};

/* answers[i] of each of the `count` inputs that the session encoded last, made with
 * question->prompt; in `arena`. */
bool topics_predict(const struct topics_predictor *predictor, struct t5_session *session,
                    size_t count, struct arena *arena, struct mentions *answers,
                    struct error *error);

/* The place of a topic, or name_count when the taxonomy has none of that name. */
size_t topics_find_index(const struct topics_predictor *predictor, struct text name);

#endif
