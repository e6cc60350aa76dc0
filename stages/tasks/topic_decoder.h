/* topic_decoder.h - lets the model list the topics that a text mentions, each with its polarity, by
 * constrained decoding. */
#ifndef STAGES_TASKS_TOPIC_DECODER_H
#define STAGES_TASKS_TOPIC_DECODER_H

#include "stages/tasks/mentions.h"
#include "stages/tasks/topic_prompts.h"

/* The allowed answers and their meaning. */
struct topic_decoder {
    size_t topic_count;
    struct mention *items; /* meaning of each choice; topic == topic_count is "none". In an arena */
    struct t5_decoding decoding;
    struct t5_choices *choices; /* owned */
};

/* The items are allocated from `arena`; `prompts` is read only. Close is safe on a zeroed decoder
 * and after a failed load. */
bool topic_decoder_load(struct topic_decoder *decoder, const struct topic_prompts *prompts,
                        const struct t5_model *model, struct arena *arena, struct error *error);
void topic_decoder_close(struct topic_decoder *decoder);

/* The mentions in each of the `count` inputs that the session encoded last, made with the prompt of
 * [topics]; in `arena`. NULL on failure. */
struct mentions *topic_decoder_predict(const struct topic_decoder *decoder,
                                       struct t5_session *session, size_t count,
                                       struct arena *arena, struct error *error);

#endif
