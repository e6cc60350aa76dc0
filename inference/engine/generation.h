/* generation.h - the inside of t5_generate: one output in the making. */
#ifndef INFERENCE_ENGINE_GENERATION_H
#define INFERENCE_ENGINE_GENERATION_H

#include "inference/engine/output_constraint.h"
#include "inference/engine/session.h"

/* What all outputs of a call have in common. */
struct generation {
    struct t5_session *session;
    const struct t5_decoding *decoding;
    const int32_t *prefix; /* start token and prefix */
    size_t prefix_count;
    size_t beam; /* at least 1 */
};

struct ranked_token {
    int32_t token;
    float logit;
};

/* What may follow a hypothesis: the most likely tokens, best first, and the logarithm of the sum of
 * all exponentials, to make log-probabilities of logits. */
struct ranking {
    struct ranked_token *best; /* [most] */
    size_t count, max_tokens;
    double log_sum;
};

/* Tokens so far (start token and prefix included) and where their keys and values lie. */
struct hypothesis {
    int32_t *tokens; /* [output_tokens] */
    uint32_t *path;  /* [output_tokens] cache nodes of all tokens but the last */
    size_t count;
    double log_probability;
    struct ranking ranking; /* of the step under way */
};

/* A finished output; `tokens` starts behind the prefix and leaves the end mark out. */
struct finished_output {
    int32_t *tokens; /* [most] */
    size_t count;
    double score, log_probability;
    enum t5_finish_reason finish;
    struct choice_state *constraint_state; /* constrained decoding only */
};

/* The place in a worker that one input holds while it is decoded. */
struct beam_slot {
    bool is_active;
    size_t input;
    uint32_t first_node;               /* of beam * output_tokens cache nodes */
    struct hypothesis *running, *next; /* [beam] */
    size_t running_count;
    struct finished_output *completed; /* [beam], best first */
    size_t completed_count;
};

/* Cache node for the keys and values of position `position` of hypothesis `index`. */
uint32_t cache_node_of(const struct generation *generation, const struct beam_slot *beam_slot,
                       size_t position, size_t index);

/* Beam search: takes the rankings of all running hypotheses. False when it is over. */
bool beam_advance(struct generation *generation, struct beam_slot *beam_slot);

#endif
