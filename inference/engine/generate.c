/* generate.c - decoding: inputs enter a worker's slots, are decoded side by side, and leave as they
 * finish, so that no pass waits for the longest output. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "inference/engine/generation.h"

struct batch {
    struct generation generation;
    struct finished *results; /* [inputs] */
};

uint32_t slot_node(const struct generation *generation, const struct slot *slot, size_t position,
                   size_t index)
{
    return slot->first_node + (uint32_t)(position * generation->beam + index);
}

/* The tokens of a piece of the vocabulary that may not come next get logits of -INFINITY. */
static void forbid(int32_t token, size_t first, size_t tokens, float *logits)
{
    if ((size_t)token >= first && (size_t)token - first < tokens)
        logits[(size_t)token - first] = -INFINITY;
}

static void forbid_tokens(const struct generation *generation, const struct hypothesis *hypothesis,
                          size_t first, size_t piece, float *logits)
{
    size_t size = generation->decoding->no_repeat_ngram, count = hypothesis->count;
    const int32_t *tokens = hypothesis->tokens;
    if (count - generation->prefix_count < generation->decoding->least)
        forbid(generation->session->config->end_id, first, piece, logits);
    if (!size || count + 1 < size)
        return;
    /* The n - 1 tokens at the end are about to become an n-gram. */
    const int32_t *tail = tokens + count + 1 - size;
    for (size_t i = 0; i + size <= count; i++)
        if (memcmp(tokens + i, tail, (size - 1) * sizeof(*tokens)) == 0)
            forbid(tokens[i + size - 1], first, piece, logits);
}

/* The most likely tokens of a piece enter a hypothesis's ranking; of equals the first stays before
 * the others. */
static void rank_piece(const struct kernels *kernels, struct ranking *ranking, size_t first,
                       size_t tokens, const float *logits)
{
    for (size_t i = 0; i < tokens; i++) {
        bool full = ranking->count == ranking->most;
        float least = full ? ranking->best[ranking->count - 1].logit : -INFINITY;
        i += kernels->above(tokens - i, logits + i, least);
        if (i == tokens)
            break;
        size_t place = full ? ranking->count - 1 : ranking->count++;
        for (; place > 0 && ranking->best[place - 1].logit < logits[i]; place--)
            ranking->best[place] = ranking->best[place - 1];
        ranking->best[place] = (struct ranked_token){(int32_t)(first + i), logits[i]};
    }
}

/* The hypothesis whose logits are row number `row` of the slots' rows, in their order. */
struct judging {
    const struct generation *generation;
    const struct kernels *kernels;
    struct hypothesis **rows;
};

static void judge_piece(void *context, size_t row, size_t first, size_t tokens, float *logits)
{
    struct judging *judging = context;
    struct hypothesis *hypothesis = judging->rows[row];
    struct ranking *ranking = &hypothesis->ranking;
    float largest;
    ranking->normaliser =
        join_log_sums(ranking->normaliser, judging->kernels->log_sum_exp(tokens, logits, &largest));
    if (ranking->count == ranking->most && !(largest > ranking->best[ranking->count - 1].logit))
        return;
    forbid_tokens(judging->generation, hypothesis, first, tokens, logits);
    if (ranking->most > 1) {
        rank_piece(judging->kernels, ranking, first, tokens, logits);
        return;
    }
    size_t best = judging->kernels->largest(tokens, logits);
    if (ranking->count == 0 || logits[best] > ranking->best[0].logit)
        ranking->best[0] = (struct ranked_token){(int32_t)(first + best), logits[best]};
    ranking->count = 1;
}

/* Ranks what may follow the running hypotheses of the busy slots. */
static void judge_slots(const struct generation *generation, struct worker *worker,
                        struct slot *slots, size_t count, size_t wanted)
{
    struct judging judging = {generation, worker->session->kernels,
                              memory_alloc(wanted, sizeof(*judging.rows))};
    size_t row = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; slots[i].busy && k < slots[i].running_count; k++) {
            struct hypothesis *hypothesis = &slots[i].running[k];
            hypothesis->ranking.count = 0;
            hypothesis->ranking.normaliser = -INFINITY;
            judging.rows[row++] = hypothesis;
        }
    }
    decoder_logits(worker, wanted, judge_piece, &judging);
    free(judging.rows);
}

static void hypothesis_open(struct hypothesis *hypothesis, size_t most, size_t beam)
{
    hypothesis->ranking.most = beam > 1 ? 2 * beam : 1;
    hypothesis->ranking.best =
        memory_alloc(hypothesis->ranking.most, sizeof(*hypothesis->ranking.best));
    hypothesis->tokens = memory_alloc(most + 1, sizeof(*hypothesis->tokens));
    hypothesis->path = memory_alloc(most + 1, sizeof(*hypothesis->path));
}

static void hypothesis_close(struct hypothesis *hypothesis)
{
    free(hypothesis->ranking.best);
    free(hypothesis->tokens);
    free(hypothesis->path);
}

static struct slot *slots_open(const struct generation *generation, size_t count)
{
    size_t beam = generation->beam, most = generation->session->limits.output_tokens;
    struct slot *slots = memory_alloc(count, sizeof(*slots));
    for (size_t i = 0; i < count; i++) {
        slots[i].first_node = (uint32_t)(i * beam * most);
        slots[i].running = memory_alloc(beam, sizeof(*slots[i].running));
        slots[i].next = memory_alloc(beam, sizeof(*slots[i].next));
        slots[i].done = memory_alloc(beam, sizeof(*slots[i].done));
        for (size_t k = 0; k < beam; k++) {
            hypothesis_open(&slots[i].running[k], most, beam);
            hypothesis_open(&slots[i].next[k], most, beam);
            slots[i].done[k].tokens = memory_alloc(most + 1, sizeof(int32_t));
        }
    }
    return slots;
}

static void slots_close(const struct generation *generation, struct slot *slots, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < generation->beam; k++) {
            hypothesis_close(&slots[i].running[k]);
            hypothesis_close(&slots[i].next[k]);
            free(slots[i].done[k].tokens);
        }
        free(slots[i].running);
        free(slots[i].next);
        free(slots[i].done);
    }
    free(slots);
}

static void slot_enter(const struct generation *generation, struct slot *slot, size_t input)
{
    slot->busy = true;
    slot->input = input;
    slot->running_count = 1;
    slot->done_count = 0;
    struct hypothesis *first = &slot->running[0];
    first->count = generation->prefix_count;
    first->log_probability = 0;
    memcpy(first->tokens, generation->prefix, first->count * sizeof(*first->tokens));
    for (size_t i = 0; i < first->count; i++)
        first->path[i] = slot_node(generation, slot, i, 0);
}

/* The rows that a slot needs run: its running hypotheses' last tokens, at the begin the whole
 * prefix. */
static size_t slot_rows(const struct generation *generation, const struct slot *slot,
                        struct decoder_row *rows)
{
    size_t count = 0;
    for (size_t i = 0; i < slot->running_count; i++) {
        const struct hypothesis *hypothesis = &slot->running[i];
        bool begin = hypothesis->count == generation->prefix_count;
        for (size_t k = begin ? 0 : hypothesis->count - 1; k < hypothesis->count; k++)
            rows[count++] = (struct decoder_row){.token = hypothesis->tokens[k],
                                                 .input = slot->input,
                                                 .position = k,
                                                 .path = hypothesis->path,
                                                 .wanted = k + 1 == hypothesis->count};
    }
    return count;
}

/* Appends a token to the only hypothesis. False when the output is complete. */
static bool greedy_take(const struct generation *generation, struct slot *slot, int32_t token,
                        double log_probability, struct finished *result)
{
    struct hypothesis *only = &slot->running[0];
    result->log_probability += log_probability;
    if (token == generation->session->config->end_id) {
        result->finish = T5_FINISH_END;
        return false;
    }
    result->tokens[result->count++] = token;
    only->path[only->count] = slot_node(generation, slot, only->count, 0);
    only->tokens[only->count++] = token;
    result->finish = T5_FINISH_LENGTH;
    return true;
}

static bool greedy_advance(const struct generation *generation, struct slot *slot,
                           struct finished *result)
{
    const struct ranking *ranking = &slot->running[0].ranking;
    struct ranked_token best = ranking->best[0];
    return greedy_take(generation, slot, best.token, (double)best.logit - ranking->normaliser,
                       result) &&
           result->count < generation->decoding->most;
}

/* One step of constrained decoding for final state `row`. */
static bool constrained_advance(const struct generation *generation, struct worker *worker,
                                struct slot *slot, size_t row, struct finished *result)
{
    const struct kernels *kernels = worker->session->kernels;
    const struct t5_choices *choices = generation->decoding->choices;
    size_t budget = generation->decoding->most - result->count;
    size_t most = choices_most_allowed(choices);
    int32_t *allowed = memory_alloc(most, sizeof(*allowed));
    float *logits = memory_alloc(most, sizeof(*logits));
    size_t count = choices_allowed(choices, result->choice, budget, allowed);
    decoder_select(worker, row, allowed, count, logits);
    float largest;
    size_t best = kernels->largest(count, logits);
    int32_t token = allowed[best];
    double log_probability = (double)logits[best] - kernels->log_sum_exp(count, logits, &largest);
    bool more = greedy_take(generation, slot, token, log_probability, result);
    if (more)
        choices_take(choices, result->choice, token, budget);
    free(logits);
    free(allowed);
    return more;
}

static void beam_result(const struct slot *slot, struct finished *result)
{
    const struct finished *best = &slot->done[0];
    if (slot->done_count == 0)
        return;
    memcpy(result->tokens, best->tokens, best->count * sizeof(*best->tokens));
    result->count = best->count;
    result->log_probability = best->log_probability;
    result->finish = best->finish;
}

/* Hands each busy slot its final states, which follow one another in the slots' order. */
static void advance_slots(struct batch *batch, struct worker *worker, struct slot *slots,
                          size_t count, size_t wanted)
{
    struct generation *generation = &batch->generation;
    bool constrained = generation->decoding->choices != NULL;
    if (!constrained)
        judge_slots(generation, worker, slots, count, wanted);
    size_t row = 0;
    for (size_t i = 0; i < count; i++) {
        struct slot *slot = &slots[i];
        if (!slot->busy)
            continue;
        struct finished *result = &batch->results[slot->input];
        size_t rows = slot->running_count;
        if (constrained) {
            slot->busy = constrained_advance(generation, worker, slot, row, result);
        } else if (generation->beam == 1) {
            slot->busy = greedy_advance(generation, slot, result);
        } else {
            slot->busy = beam_advance(generation, slot);
            if (!slot->busy)
                beam_result(slot, result);
        }
        row += rows;
    }
}

static void generate_inputs(void *context, size_t index)
{
    struct batch *batch = context;
    struct generation *generation = &batch->generation;
    struct t5_session *session = generation->session;
    struct worker *worker = &session->workers[index];
    size_t slot_count = session->slots * session->limits.beam / generation->beam;
    if (slot_count > session->input_count)
        slot_count = session->input_count;
    struct slot *slots = slots_open(generation, slot_count);
    struct decoder_row *rows =
        memory_alloc(slot_count * (generation->beam + generation->prefix_count), sizeof(*rows));
    for (;;) {
        size_t row_count = 0;
        for (size_t i = 0; i < slot_count; i++) {
            size_t input;
            if (!slots[i].busy && workers_take(session->pool, &input))
                slot_enter(generation, &slots[i], input);
            if (slots[i].busy)
                row_count += slot_rows(generation, &slots[i], rows + row_count);
        }
        if (!row_count)
            break;
        size_t wanted = decoder_run(worker, rows, row_count);
        advance_slots(batch, worker, slots, slot_count, wanted);
    }
    free(rows);
    slots_close(generation, slots, slot_count);
}

/* Checks the wish, and fills in the prefix. */
static bool prepare(struct generation *generation, int32_t *prefix, struct error *error)
{
    const struct t5_decoding *decoding = generation->decoding;
    const struct t5_limits *limits = &generation->session->limits;
    generation->beam = decoding->beam > 1 && !decoding->choices ? decoding->beam : 1;
    if (generation->beam > limits->beam)
        return error_set(error, ERROR_USAGE, "a beam of %zu, but the session takes %zu",
                         generation->beam, limits->beam);
    generation->prefix = prefix;
    generation->prefix_count =
        session_prefix(generation->session, decoding->prefix, prefix, limits->output_tokens);
    size_t tokens = generation->prefix_count - 1 + decoding->most + 1;
    if (decoding->most == 0 || decoding->most > limits->output_tokens ||
        tokens > limits->output_tokens)
        return error_set(error, ERROR_USAGE,
                         "an output of %zu tokens with prefix and end mark; the session takes 2 "
                         "to %zu",
                         tokens, limits->output_tokens);
    return true;
}

static bool check_choices(const struct t5_decoding *decoding, struct arena *arena,
                          struct error *error)
{
    if (!decoding->choices)
        return true;
    int32_t *allowed = memory_alloc(choices_most_allowed(decoding->choices), sizeof(*allowed));
    struct choice_state *state = choices_start(decoding->choices, arena);
    size_t count = choices_allowed(decoding->choices, state, decoding->most, allowed);
    free(allowed);
    return count > 0 ||
           error_set(error, ERROR_USAGE, "none of the choices fits in %zu tokens", decoding->most);
}

static void fill_output(const struct t5_session *session, const struct t5_decoding *decoding,
                        const struct finished *result, struct arena *arena,
                        struct t5_output *output)
{
    *output = (struct t5_output){.finish = result->finish,
                                 .tokens = result->count,
                                 .log_probability = (float)result->log_probability};
    if (decoding->choices) {
        output->items = choices_items(decoding->choices, result->choice, &output->item_count);
        output->text = choices_text(decoding->choices, output->items, output->item_count, arena);
    } else {
        output->text = tokenizer_decode(t5_model_tokenizer(session->model), result->tokens,
                                        result->count, arena);
    }
}

/* Rows of the decoder that an input is expected to take at most; choices end early. */
static size_t most_rows(const struct generation *generation)
{
    const struct t5_decoding *decoding = generation->decoding;
    size_t tokens = decoding->choices ? 1 : decoding->most;
    return (generation->prefix_count + tokens - 1) * generation->beam;
}

bool t5_generate(struct t5_session *session, const struct t5_decoding *decoding,
                 struct arena *arena, struct t5_output *outputs, struct error *error)
{
    struct batch batch = {.generation = {.session = session, .decoding = decoding}};
    int32_t *prefix = memory_alloc(session->limits.output_tokens, sizeof(*prefix));
    if (!prepare(&batch.generation, prefix, error) || !check_choices(decoding, arena, error)) {
        free(prefix);
        return false;
    }
    batch.results = memory_alloc(session->input_count, sizeof(*batch.results));
    for (size_t i = 0; i < session->input_count; i++) {
        batch.results[i].tokens = memory_alloc(decoding->most, sizeof(int32_t));
        if (decoding->choices)
            batch.results[i].choice = choices_start(decoding->choices, arena);
    }
    cross_prepare(session, most_rows(&batch.generation));
    workers_run(session->pool, session->input_count, generate_inputs, &batch);
    for (size_t i = 0; i < session->input_count; i++) {
        fill_output(session, decoding, &batch.results[i], arena, &outputs[i]);
        free(batch.results[i].tokens);
    }
    free(batch.results);
    free(prefix);
    return true;
}
