/* generation.h - shared by generate.c and beam.c: the state of an output while it is generated. */
#ifndef INFERENCE_ENGINE_GENERATION_H
#define INFERENCE_ENGINE_GENERATION_H

#include "inference/engine/output_constraint.h"
#include "inference/engine/session.h"

/* Settings shared by all outputs of a call. */
struct generation {
    struct t5_session *session;
    const struct t5_decoding *decoding;
    const int32_t *prefix; /* start token and prefix */
    size_t prefix_count;
    size_t beam; /* beam width, at least 1 */
};

struct ranked_token {
    int32_t token;
    float logit;
};

/* The candidates for the next token of a hypothesis: the most likely tokens, best first, and the
 * logarithm of the sum of the exponentials of all logits, which turns logits into
 * log-probabilities. */
struct ranking {
    struct ranked_token *best; /* [max_count] */
    size_t count, max_count;
    double log_sum;
};

/* The tokens so far (including start token and prefix) and the cache nodes of their keys and
 * values. */
struct hypothesis {
    int32_t *tokens; /* [output_tokens] */
    uint32_t *path;  /* [output_tokens]; cache nodes of all tokens but the last */
    size_t count;
    double log_probability;
    struct ranking ranking; /* of the current step */
};

/* A completed output; `tokens` contains neither the prefix nor the end token. */
struct finished_output {
    int32_t *tokens; /* [max_tokens] */
    size_t count;
    double score, log_probability;
    enum t5_finish_reason finish_reason;
    struct choice_state *constraint_state; /* constrained decoding only */
};

/* A worker's place for one input while it is decoded. */
struct beam_slot {
    bool is_active;
    size_t input;
    uint32_t first_node;               /* first of beam * output_tokens cache nodes */
    struct hypothesis *running, *next; /* [beam] */
    size_t running_count;
    struct finished_output *completed; /* [beam], best first */
    size_t completed_count;
};

/* The cache node for the keys and values of position `position` of hypothesis `index`. */
uint32_t cache_node_of(const struct generation *generation, const struct beam_slot *beam_slot,
                       size_t position, size_t index);

/* One step of beam search, from the rankings of all running hypotheses. Returns false when the
 * search has ended. */
bool beam_advance(struct generation *generation, struct beam_slot *beam_slot);

#endif
