/* beam.c - beam search as in `transformers` with early_stopping off.
 *
 * Each step ranks the 2 * beam best continuations of all running hypotheses. A continuation that
 * ends the output is completed if it ranks within the beam. The best `beam` of the others keep
 * running. The score of a completed output is its log-probability divided by length ^
 * length_penalty, where the length includes the end token but not the prefix. The search ends when
 * `beam` outputs are completed and the best running hypothesis, scored at its current length,
 * cannot beat the worst of them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "inference/engine/generation.h"

struct continuation {
    size_t hypothesis;
    int32_t token;
    double log_probability;
};

/* Inserts in descending order; equal continuations keep the order in which they were found. */
static size_t insert_continuation(struct continuation *ranked, size_t count, size_t max_count,
                                  struct continuation continuation)
{
    size_t rank = count;
    while (rank > 0 && ranked[rank - 1].log_probability < continuation.log_probability)
        rank--;
    if (rank == max_count)
        return count;
    size_t moved_count = (count < max_count ? count : max_count - 1) - rank;
    memmove(ranked + rank + 1, ranked + rank, moved_count * sizeof(*ranked));
    ranked[rank] = continuation;
    return count < max_count ? count + 1 : max_count;
}

/* Adds the continuations of one hypothesis to those of the hypotheses before it. */
static size_t rank_continuations(const struct hypothesis *hypothesis, size_t index,
                                 struct continuation *ranked, size_t count, size_t max_count)
{
    const struct ranking *ranking = &hypothesis->ranking;
    double offset = hypothesis->log_probability - ranking->log_sum;
    for (size_t i = 0; i < ranking->count; i++)
        count = insert_continuation(ranked, count, max_count,
                                    (struct continuation){index, ranking->best[i].token,
                                                          (double)ranking->best[i].logit + offset});
    return count;
}

static void complete_output(struct generation *generation, struct beam_slot *beam_slot,
                            const struct continuation *continuation, size_t length, double score)
{
    size_t rank = beam_slot->completed_count;
    while (rank > 0 && beam_slot->completed[rank - 1].score < score)
        rank--;
    if (rank == generation->beam)
        return;
    if (beam_slot->completed_count < generation->beam)
        beam_slot->completed_count++;
    struct finished_output entry = beam_slot->completed[beam_slot->completed_count - 1];
    memmove(beam_slot->completed + rank + 1, beam_slot->completed + rank,
            (beam_slot->completed_count - 1 - rank) * sizeof(*beam_slot->completed));
    bool has_ended = continuation->token == generation->session->config->end_id;
    entry.count = length - 1;
    memcpy(entry.tokens,
           beam_slot->running[continuation->hypothesis].tokens + generation->prefix_count,
           entry.count * sizeof(*entry.tokens));
    if (!has_ended)
        entry.tokens[entry.count++] = continuation->token;
    entry.finish_reason = has_ended ? T5_FINISH_END : T5_FINISH_LENGTH;
    entry.score = score;
    entry.log_probability = continuation->log_probability;
    beam_slot->completed[rank] = entry;
}

/* Makes next[index] from the hypothesis that `continuation` extends. */
static void extend_hypothesis(const struct generation *generation, struct beam_slot *beam_slot,
                              const struct continuation *continuation, size_t index)
{
    const struct hypothesis *parent = &beam_slot->running[continuation->hypothesis];
    struct hypothesis *child = &beam_slot->next[index];
    memcpy(child->tokens, parent->tokens, parent->count * sizeof(*child->tokens));
    memcpy(child->path, parent->path, parent->count * sizeof(*child->path));
    child->tokens[parent->count] = continuation->token;
    child->path[parent->count] = cache_node_of(generation, beam_slot, parent->count, index);
    child->count = parent->count + 1;
    child->log_probability = continuation->log_probability;
}

bool beam_advance(struct generation *generation, struct beam_slot *beam_slot)
{
    size_t beam = generation->beam;
    size_t length = beam_slot->running[0].count - generation->prefix_count + 1;
    double divisor = pow((double)length, generation->decoding->length_penalty);
    bool is_last_step = length >= generation->decoding->max_tokens;
    struct continuation *ranked = memory_alloc(2 * beam, sizeof(*ranked));
    size_t ranked_count = 0, next_count = 0;
    for (size_t i = 0; i < beam_slot->running_count; i++)
        ranked_count =
            rank_continuations(&beam_slot->running[i], i, ranked, ranked_count, 2 * beam);
    for (size_t rank = 0; rank < ranked_count; rank++) {
        const struct continuation *continuation = &ranked[rank];
        if (is_last_step || continuation->token == generation->session->config->end_id) {
            if (rank < beam)
                complete_output(generation, beam_slot, continuation, length,
                                continuation->log_probability / divisor);
        } else if (next_count < beam) {
            extend_hypothesis(generation, beam_slot, continuation, next_count++);
        }
    }
    free(ranked);
    struct hypothesis *previous = beam_slot->running;
    beam_slot->running = beam_slot->next;
    beam_slot->next = previous;
    beam_slot->running_count = next_count;
    if (next_count == 0)
        return false;
    return beam_slot->completed_count < beam ||
           beam_slot->running[0].log_probability / divisor > beam_slot->completed[beam - 1].score;
}
