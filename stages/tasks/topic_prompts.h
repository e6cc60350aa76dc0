/* topic_prompts.h - what the model's prompts of [topics] say, whichever way topics are found. */
#ifndef STAGES_TASKS_TOPIC_PROMPTS_H
#define STAGES_TASKS_TOPIC_PROMPTS_H

#include "stages/tasks/prompt.h"
#include "stages/tasks/taxonomy.h"

enum { TOPIC_POLARITIES = 3 };

struct topic_prompts {
    struct prompt prompt;
    struct topic_names names; /* `topics.topics`, in order */
    struct {
        struct text word;
        enum sentiment sentiment;
    } polarities[TOPIC_POLARITIES]; /* `topics.polarities` */
    struct text none;               /* `topics.none` */
    size_t max_items;
    size_t prefix_tokens; /* tokens of the decoder's prefix, without the start token; it leaves room
                             for 3 tokens */
    size_t output_tokens; /* tokens of the output window */
};

/* The names are allocated from `arena`, the other texts belong to the model. The polarities are
 * positive, neutral and negative in this order, unless their words are these names. ERROR_MODEL if
 * a prompt is missing or wrong. */
bool topic_prompts_load(struct topic_prompts *prompts, const struct t5_model *model,
                        struct arena *arena, struct error *error);

/* Sets the error for incomplete prompts, and returns false. */
bool topic_prompts_refuse(struct error *error);

/* The parts of "a, b" without white space around them; empty parts are omitted. In `arena`. */
struct text *topic_prompts_split(struct text list, struct arena *arena, size_t *count);

#endif
