/* generate.c - decoding. A worker has several slots and decodes one input in each. When an output
 * is complete, the next input takes its slot, so no pass waits for the longest output. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "inference/engine/generation.h"

struct generation_batch {
    struct generation generation;
    struct finished_output *results; /* [inputs] */
};

uint32_t cache_node_of(const struct generation *generation, const struct beam_slot *beam_slot,
                       size_t position, size_t index)
{
    return beam_slot->first_node + (uint32_t)(position * generation->beam + index);
}

/* Sets the logit of `token` to -INFINITY if the token is in the chunk of the vocabulary that starts
 * at `first`. */
static void mask_token(int32_t token, size_t first, size_t tokens, float *logits)
{
    if ((size_t)token >= first && (size_t)token - first < tokens)
        logits[(size_t)token - first] = -INFINITY;
}

static void mask_forbidden_tokens(const struct generation *generation,
                                  const struct hypothesis *hypothesis, size_t first,
                                  size_t chunk_size, float *logits)
{
    size_t ngram_size = generation->decoding->no_repeat_ngram, count = hypothesis->count;
    const int32_t *tokens = hypothesis->tokens;
    if (count - generation->prefix_count < generation->decoding->min_tokens)
        mask_token(generation->session->config->end_id, first, chunk_size, logits);
    if (!ngram_size || count + 1 < ngram_size)
        return;
    /* These n - 1 tokens at the end and the next token form an n-gram. */
    const int32_t *tail = tokens + count + 1 - ngram_size;
    for (size_t i = 0; i + ngram_size <= count; i++)
        if (memcmp(tokens + i, tail, (ngram_size - 1) * sizeof(*tokens)) == 0)
            mask_token(tokens[i + ngram_size - 1], first, chunk_size, logits);
}

/* Inserts the best tokens of a chunk into a ranking; of equal logits the first token ranks
 * higher. */
static void insert_ranked_tokens(const struct kernels *kernels, struct ranking *ranking,
                                 size_t first, size_t tokens, const float *logits)
{
    for (size_t i = 0; i < tokens; i++) {
        bool is_full = ranking->count == ranking->max_count;
        float min_logit = is_full ? ranking->best[ranking->count - 1].logit : -INFINITY;
        i += kernels->find_above(tokens - i, logits + i, min_logit);
        if (i == tokens)
            break;
        size_t rank = is_full ? ranking->count - 1 : ranking->count++;
        for (; rank > 0 && ranking->best[rank - 1].logit < logits[i]; rank--)
            ranking->best[rank] = ranking->best[rank - 1];
        ranking->best[rank] = (struct ranked_token){(int32_t)(first + i), logits[i]};
    }
}

/* rows[i] is the hypothesis that the logits of row i belong to. */
struct ranking_context {
    const struct generation *generation;
    const struct kernels *kernels;
    struct hypothesis **rows;
};

static void rank_logits_chunk(void *context, size_t row, size_t first, size_t tokens, float *logits)
{
    struct ranking_context *ranking_context = context;
    struct hypothesis *hypothesis = ranking_context->rows[row];
    struct ranking *ranking = &hypothesis->ranking;
    float max_logit;
    ranking->log_sum = log_add_exp(
        ranking->log_sum, ranking_context->kernels->log_sum_exp(tokens, logits, &max_logit));
    if (ranking->count == ranking->max_count &&
        !(max_logit > ranking->best[ranking->count - 1].logit))
        return;
    mask_forbidden_tokens(ranking_context->generation, hypothesis, first, tokens, logits);
    if (ranking->max_count > 1) {
        insert_ranked_tokens(ranking_context->kernels, ranking, first, tokens, logits);
        return;
    }
    size_t best = ranking_context->kernels->argmax(tokens, logits);
    if (ranking->count == 0 || logits[best] > ranking->best[0].logit)
        ranking->best[0] = (struct ranked_token){(int32_t)(first + best), logits[best]};
    ranking->count = 1;
}

/* Ranks the next tokens of all running hypotheses. */
static void rank_next_tokens(const struct generation *generation, struct worker *worker,
                             struct beam_slot *slots, size_t count, size_t state_count)
{
    struct ranking_context ranking_context = {
        generation, worker->session->kernels,
        memory_alloc(state_count, sizeof(*ranking_context.rows))};
    size_t row = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; slots[i].is_active && k < slots[i].running_count; k++) {
            struct hypothesis *hypothesis = &slots[i].running[k];
            hypothesis->ranking.count = 0;
            hypothesis->ranking.log_sum = -INFINITY;
            ranking_context.rows[row++] = hypothesis;
        }
    }
    decoder_logits(worker, state_count, rank_logits_chunk, &ranking_context);
    free(ranking_context.rows);
}

static void hypothesis_open(struct hypothesis *hypothesis, size_t max_tokens, size_t beam)
{
    hypothesis->ranking.max_count = beam > 1 ? 2 * beam : 1;
    hypothesis->ranking.best =
        memory_alloc(hypothesis->ranking.max_count, sizeof(*hypothesis->ranking.best));
    hypothesis->tokens = memory_alloc(max_tokens + 1, sizeof(*hypothesis->tokens));
    hypothesis->path = memory_alloc(max_tokens + 1, sizeof(*hypothesis->path));
}

static void hypothesis_close(struct hypothesis *hypothesis)
{
    free(hypothesis->ranking.best);
    free(hypothesis->tokens);
    free(hypothesis->path);
}

static struct beam_slot *slots_open(const struct generation *generation, size_t count)
{
    size_t beam = generation->beam, max_tokens = generation->session->limits.output_tokens;
    struct beam_slot *slots = memory_alloc(count, sizeof(*slots));
    for (size_t i = 0; i < count; i++) {
        slots[i].first_node = (uint32_t)(i * beam * max_tokens);
        slots[i].running = memory_alloc(beam, sizeof(*slots[i].running));
        slots[i].next = memory_alloc(beam, sizeof(*slots[i].next));
        slots[i].completed = memory_alloc(beam, sizeof(*slots[i].completed));
        for (size_t k = 0; k < beam; k++) {
            hypothesis_open(&slots[i].running[k], max_tokens, beam);
            hypothesis_open(&slots[i].next[k], max_tokens, beam);
            slots[i].completed[k].tokens = memory_alloc(max_tokens + 1, sizeof(int32_t));
        }
    }
    return slots;
}

static void slots_close(const struct generation *generation, struct beam_slot *slots, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < generation->beam; k++) {
            hypothesis_close(&slots[i].running[k]);
            hypothesis_close(&slots[i].next[k]);
            free(slots[i].completed[k].tokens);
        }
        free(slots[i].running);
        free(slots[i].next);
        free(slots[i].completed);
    }
    free(slots);
}

static void slot_start(const struct generation *generation, struct beam_slot *beam_slot,
                       size_t input)
{
    beam_slot->is_active = true;
    beam_slot->input = input;
    beam_slot->running_count = 1;
    beam_slot->completed_count = 0;
    struct hypothesis *first = &beam_slot->running[0];
    first->count = generation->prefix_count;
    first->log_probability = 0;
    memcpy(first->tokens, generation->prefix, first->count * sizeof(*first->tokens));
    for (size_t i = 0; i < first->count; i++)
        first->path[i] = cache_node_of(generation, beam_slot, i, 0);
}

/* Writes the decoder rows that a slot needs: the last token of each running hypothesis, or the
 * whole prefix in the first step. Returns their number. */
static size_t slot_rows(const struct generation *generation, const struct beam_slot *beam_slot,
                        struct decoder_row *rows)
{
    size_t count = 0;
    for (size_t i = 0; i < beam_slot->running_count; i++) {
        const struct hypothesis *hypothesis = &beam_slot->running[i];
        bool begin = hypothesis->count == generation->prefix_count;
        for (size_t k = begin ? 0 : hypothesis->count - 1; k < hypothesis->count; k++)
            rows[count++] = (struct decoder_row){.token = hypothesis->tokens[k],
                                                 .input = beam_slot->input,
                                                 .position = k,
                                                 .path = hypothesis->path,
                                                 .needs_logits = k + 1 == hypothesis->count};
    }
    return count;
}

/* Appends a token to the only hypothesis. Returns false if the output is complete. */
static bool greedy_append(const struct generation *generation, struct beam_slot *beam_slot,
                          int32_t token, double log_probability, struct finished_output *result)
{
    struct hypothesis *hypothesis = &beam_slot->running[0];
    result->log_probability += log_probability;
    if (token == generation->session->config->end_id) {
        result->finish_reason = T5_FINISH_END;
        return false;
    }
    result->tokens[result->count++] = token;
    hypothesis->path[hypothesis->count] =
        cache_node_of(generation, beam_slot, hypothesis->count, 0);
    hypothesis->tokens[hypothesis->count++] = token;
    result->finish_reason = T5_FINISH_LENGTH;
    return true;
}

static bool greedy_advance(const struct generation *generation, struct beam_slot *beam_slot,
                           struct finished_output *result)
{
    const struct ranking *ranking = &beam_slot->running[0].ranking;
    struct ranked_token best = ranking->best[0];
    return greedy_append(generation, beam_slot, best.token, (double)best.logit - ranking->log_sum,
                         result) &&
           result->count < generation->decoding->max_tokens;
}

/* One step of constrained decoding, from final state `row`. Returns false if the output is
 * complete. */
static bool constrained_advance(const struct generation *generation, struct worker *worker,
                                struct beam_slot *beam_slot, size_t row,
                                struct finished_output *result)
{
    const struct kernels *kernels = worker->session->kernels;
    const struct t5_choices *choices = generation->decoding->choices;
    size_t remaining_tokens = generation->decoding->max_tokens - result->count;
    size_t max_allowed = choices_max_allowed(choices);
    int32_t *allowed = memory_alloc(max_allowed, sizeof(*allowed));
    float *logits = memory_alloc(max_allowed, sizeof(*logits));
    size_t count = choices_allowed(choices, result->constraint_state, remaining_tokens, allowed);
    decoder_select_logits(worker, row, allowed, count, logits);
    float max_logit;
    size_t best = kernels->argmax(count, logits);
    int32_t token = allowed[best];
    double log_probability = (double)logits[best] - kernels->log_sum_exp(count, logits, &max_logit);
    bool is_running = greedy_append(generation, beam_slot, token, log_probability, result);
    if (is_running)
        choices_accept(choices, result->constraint_state, token, remaining_tokens);
    free(logits);
    free(allowed);
    return is_running;
}

static void copy_best_output(const struct beam_slot *beam_slot, struct finished_output *result)
{
    const struct finished_output *best = &beam_slot->completed[0];
    if (beam_slot->completed_count == 0)
        return;
    memcpy(result->tokens, best->tokens, best->count * sizeof(*best->tokens));
    result->count = best->count;
    result->log_probability = best->log_probability;
    result->finish_reason = best->finish_reason;
}

/* Advances each active slot by one step. The final states are in the order of the slots. */
static void advance_slots(struct generation_batch *batch, struct worker *worker,
                          struct beam_slot *slots, size_t count, size_t state_count)
{
    struct generation *generation = &batch->generation;
    bool is_constrained = generation->decoding->choices != NULL;
    if (!is_constrained)
        rank_next_tokens(generation, worker, slots, count, state_count);
    size_t row = 0;
    for (size_t i = 0; i < count; i++) {
        struct beam_slot *beam_slot = &slots[i];
        if (!beam_slot->is_active)
            continue;
        struct finished_output *result = &batch->results[beam_slot->input];
        size_t rows = beam_slot->running_count;
        if (is_constrained) {
            beam_slot->is_active = constrained_advance(generation, worker, beam_slot, row, result);
        } else if (generation->beam == 1) {
            beam_slot->is_active = greedy_advance(generation, beam_slot, result);
        } else {
            beam_slot->is_active = beam_advance(generation, beam_slot);
            if (!beam_slot->is_active)
                copy_best_output(beam_slot, result);
        }
        row += rows;
    }
}

static void generate_inputs(void *context, size_t index)
{
    struct generation_batch *batch = context;
    struct generation *generation = &batch->generation;
    struct t5_session *session = generation->session;
    struct worker *worker = &session->workers[index];
    size_t slot_count = session->slots * session->limits.beam / generation->beam;
    if (slot_count > session->input_count)
        slot_count = session->input_count;
    struct beam_slot *slots = slots_open(generation, slot_count);
    struct decoder_row *rows =
        memory_alloc(slot_count * (generation->beam + generation->prefix_count), sizeof(*rows));
    for (;;) {
        size_t row_count = 0;
        for (size_t i = 0; i < slot_count; i++) {
            size_t input;
            if (!slots[i].is_active && workers_take_item(session->pool, &input))
                slot_start(generation, &slots[i], input);
            if (slots[i].is_active)
                row_count += slot_rows(generation, &slots[i], rows + row_count);
        }
        if (!row_count)
            break;
        size_t state_count = decoder_run(worker, rows, row_count);
        advance_slots(batch, worker, slots, slot_count, state_count);
    }
    free(rows);
    slots_close(generation, slots, slot_count);
}

/* Checks the decoding options against the session's limits, and fills in the prefix. */
static bool prepare_generation(struct generation *generation, int32_t *prefix, struct error *error)
{
    const struct t5_decoding *decoding = generation->decoding;
    const struct t5_limits *limits = &generation->session->limits;
    generation->beam = decoding->beam > 1 && !decoding->choices ? decoding->beam : 1;
    if (generation->beam > limits->beam)
        return error_set(error, ERROR_USAGE, "the beam width is %zu; the maximum is %zu",
                         generation->beam, limits->beam);
    generation->prefix = prefix;
    generation->prefix_count =
        session_encode_prefix(generation->session, decoding->prefix, prefix, limits->output_tokens);
    size_t tokens = generation->prefix_count - 1 + decoding->max_tokens + 1;
    if (decoding->max_tokens == 0 || decoding->max_tokens > limits->output_tokens ||
        tokens > limits->output_tokens)
        return error_set(error, ERROR_USAGE,
                         "an output has %zu tokens, including prefix and end token; it must have 2 "
                         "to %zu",
                         tokens, limits->output_tokens);
    return true;
}

static bool check_choices(const struct t5_decoding *decoding, struct arena *arena,
                          struct error *error)
{
    if (!decoding->choices)
        return true;
    int32_t *allowed = memory_alloc(choices_max_allowed(decoding->choices), sizeof(*allowed));
    struct choice_state *state = choices_start(decoding->choices, arena);
    size_t count = choices_allowed(decoding->choices, state, decoding->max_tokens, allowed);
    free(allowed);
    return count > 0 ||
           error_set(error, ERROR_USAGE, "no choice has at most %zu tokens", decoding->max_tokens);
}

static void fill_output(const struct t5_session *session, const struct t5_decoding *decoding,
                        const struct finished_output *result, struct arena *arena,
                        struct t5_output *output)
{
    *output = (struct t5_output){.finish_reason = result->finish_reason,
                                 .tokens = result->count,
                                 .log_probability = (float)result->log_probability};
    if (decoding->choices) {
        output->items =
            choices_items(decoding->choices, result->constraint_state, &output->item_count);
        output->text = choices_text(decoding->choices, output->items, output->item_count, arena);
    } else {
        output->text = tokenizer_decode(t5_model_tokenizer(session->model), result->tokens,
                                        result->count, arena);
    }
}

/* Maximum number of decoder rows expected per input; constrained outputs end early. */
static size_t max_decoder_rows(const struct generation *generation)
{
    const struct t5_decoding *decoding = generation->decoding;
    size_t tokens = decoding->choices ? 1 : decoding->max_tokens;
    return (generation->prefix_count + tokens - 1) * generation->beam;
}

bool t5_generate(struct t5_session *session, const struct t5_decoding *decoding,
                 struct arena *arena, struct t5_output *outputs, struct error *error)
{
    struct generation_batch batch = {.generation = {.session = session, .decoding = decoding}};
    int32_t *prefix = memory_alloc(session->limits.output_tokens, sizeof(*prefix));
    if (!prepare_generation(&batch.generation, prefix, error) ||
        !check_choices(decoding, arena, error)) {
        free(prefix);
        return false;
    }
    batch.results = memory_alloc(session->input_count, sizeof(*batch.results));
    for (size_t i = 0; i < session->input_count; i++) {
        batch.results[i].tokens = memory_alloc(decoding->max_tokens, sizeof(int32_t));
        if (decoding->choices)
            batch.results[i].constraint_state = choices_start(decoding->choices, arena);
    }
    cross_prepare(session, max_decoder_rows(&batch.generation));
    workers_run(session->pool, session->input_count, generate_inputs, &batch);
    for (size_t i = 0; i < session->input_count; i++) {
        fill_output(session, decoding, &batch.results[i], arena, &outputs[i]);
        free(batch.results[i].tokens);
    }
    free(batch.results);
    free(prefix);
    return true;
}
