/* beam.c - beam search as `transformers` does it, with early_stopping off.
 *
 * Each step ranks the 2 * beam best continuations of all running hypotheses. Those that end count
 * as finished when they rank within the beam; the best `beam` of the others run on. A finished
 * score is the log-probability divided by length ^ length_penalty, the length being that of the
 * generated tokens with the end mark. The search is over when the beam is full of finished ones
 * and the best running one, judged at its present length, cannot beat the worst of them. */
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

/* The best first; of equals the one that was found first. */
static size_t rank_insert(struct continuation *ranked, size_t count, size_t most,
                          struct continuation new)
{
    size_t place = count;
    while (place > 0 && ranked[place - 1].log_probability < new.log_probability)
        place--;
    if (place == most)
        return count;
    size_t moved = (count < most ? count : most - 1) - place;
    memmove(ranked + place + 1, ranked + place, moved * sizeof(*ranked));
    ranked[place] = new;
    return count < most ? count + 1 : most;
}

/* What may follow a hypothesis, ranked among what may follow the others. */
static size_t rank_tokens(const struct hypothesis *hypothesis, size_t index,
                          struct continuation *ranked, size_t count, size_t most)
{
    const struct ranking *ranking = &hypothesis->ranking;
    double offset = hypothesis->log_probability - ranking->normaliser;
    for (size_t i = 0; i < ranking->count; i++)
        count = rank_insert(ranked, count, most,
                            (struct continuation){index, ranking->best[i].token,
                                                  (double)ranking->best[i].logit + offset});
    return count;
}

static void finish(struct generation *generation, struct slot *slot,
                   const struct continuation *continuation, size_t length, double score)
{
    size_t place = slot->done_count;
    while (place > 0 && slot->done[place - 1].score < score)
        place--;
    if (place == generation->beam)
        return;
    if (slot->done_count < generation->beam)
        slot->done_count++;
    struct finished entry = slot->done[slot->done_count - 1];
    memmove(slot->done + place + 1, slot->done + place,
            (slot->done_count - 1 - place) * sizeof(*slot->done));
    bool ended = continuation->token == generation->session->config->end_id;
    entry.count = length - 1;
    memcpy(entry.tokens, slot->running[continuation->hypothesis].tokens + generation->prefix_count,
           entry.count * sizeof(*entry.tokens));
    if (!ended)
        entry.tokens[entry.count++] = continuation->token;
    entry.finish = ended ? T5_FINISH_END : T5_FINISH_LENGTH;
    entry.score = score;
    entry.log_probability = continuation->log_probability;
    slot->done[place] = entry;
}

/* The hypothesis of a continuation, as number `index` of the next ones. */
static void run_on(const struct generation *generation, struct slot *slot,
                   const struct continuation *continuation, size_t index)
{
    const struct hypothesis *from = &slot->running[continuation->hypothesis];
    struct hypothesis *to = &slot->next[index];
    memcpy(to->tokens, from->tokens, from->count * sizeof(*to->tokens));
    memcpy(to->path, from->path, from->count * sizeof(*to->path));
    to->tokens[from->count] = continuation->token;
    to->path[from->count] = slot_node(generation, slot, from->count, index);
    to->count = from->count + 1;
    to->log_probability = continuation->log_probability;
}

bool beam_advance(struct generation *generation, struct slot *slot)
{
    size_t beam = generation->beam;
    size_t length = slot->running[0].count - generation->prefix_count + 1;
    double divisor = pow((double)length, generation->decoding->length_penalty);
    bool last = length >= generation->decoding->most;
    struct continuation *ranked = memory_alloc(2 * beam, sizeof(*ranked));
    size_t ranked_count = 0, next_count = 0;
    for (size_t i = 0; i < slot->running_count; i++)
        ranked_count = rank_tokens(&slot->running[i], i, ranked, ranked_count, 2 * beam);
    for (size_t rank = 0; rank < ranked_count; rank++) {
        const struct continuation *continuation = &ranked[rank];
        if (last || continuation->token == generation->session->config->end_id) {
            if (rank < beam)
                finish(generation, slot, continuation, length,
                       continuation->log_probability / divisor);
        } else if (next_count < beam) {
            run_on(generation, slot, continuation, next_count++);
        }
    }
    free(ranked);
    struct hypothesis *spent = slot->running;
    slot->running = slot->next;
    slot->next = spent;
    slot->running_count = next_count;
    if (next_count == 0)
        return false;
    return slot->done_count < beam ||
           slot->running[0].log_probability / divisor > slot->done[beam - 1].score;
}
