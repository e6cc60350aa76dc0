/* decoder.c - runs rows of tokens through the decoder; each row attends to its own path of earlier
 * rows. */
#include "inference/engine/session.h"

#include <math.h>

#include "inference/kernels/packed.h"

static void add_context(struct worker *worker, const struct linear *output,
                        struct linear_input *shape)
{
    shape->depth = worker->session->inner_width;
    shape->x = worker->context;
    linear_prepare(worker, shape, shape->depth);
    linear_apply(worker, shape, output, worker->x, true);
}

static void self_attention(struct worker *worker, size_t layer_index,
                           const struct decoder_row *rows, struct linear_input shape)
{
    const struct t5_session *session = worker->session;
    const struct attention *layer = &session->weights.decoder.layers[layer_index].self;
    size_t inner_width = session->inner_width;
    linear_prepare_norm(worker, &shape, layer->norm, worker->x);
    linear_apply(worker, &shape, &layer->query, worker->query, false);
    linear_apply(worker, &shape, &layer->key, worker->key, false);
    linear_apply(worker, &shape, &layer->value, worker->value, false);
    for (size_t i = 0; i < shape.rows; i++)
        attention_store(worker, layer_index, rows[i].path[rows[i].position],
                        worker->key + i * inner_width, worker->value + i * inner_width);
    attention_apply_paths(worker, layer_index, rows, shape.rows);
    add_context(worker, &layer->output, &shape);
}

static void cross_attention(struct worker *worker, size_t layer_index,
                            const struct decoder_row *rows, struct linear_input shape)
{
    const struct attention *layer = &worker->session->weights.decoder.layers[layer_index].cross;
    linear_prepare_norm(worker, &shape, layer->norm, worker->x);
    linear_apply(worker, &shape, &layer->query, worker->query, false);
    cross_attend(worker, layer_index, rows, shape.rows);
    add_context(worker, &layer->output, &shape);
}

/* Lists the memory that the next layer will read; products of this layer prefetch it. */
static void queue_prefetch(struct worker *worker, size_t layer, const struct decoder_row *rows,
                           size_t count)
{
    worker->prefetch = (struct prefetch_list){.parts = worker->prefetch_ranges};
    if (worker->session->limits.precision != T5_INT8)
        return;
    attention_queue_prefetch(worker, layer, rows, count);
    cross_queue_prefetch(worker, layer, rows, count);
}

/* Runs at most decoder_rows rows. Writes the final states of rows that need logits after the first
 * `state_count` final states; returns the new number of final states. */
static size_t run_decoder_pass(struct worker *worker, const struct decoder_row *rows, size_t count,
                               size_t state_count)
{
    const struct t5_session *session = worker->session;
    const struct stack *decoder = &session->weights.decoder;
    const struct kernels *kernels = session->kernels;
    size_t width = session->config->model_width;
    struct linear_input shape = {.rows = count};
    for (size_t i = 0; i < count; i++)
        embed_token(worker, i, rows[i].token);
    for (size_t i = 0; i < decoder->layer_count; i++) {
        self_attention(worker, i, rows, shape);
        cross_attention(worker, i, rows, shape);
        queue_prefetch(worker, (i + 1) % decoder->layer_count, rows, count);
        feed_forward_apply(worker, &decoder->layers[i].feed_forward, shape, worker->x);
    }
    struct norm norm = {width, decoder->final_norm, session->config->norm_epsilon};
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].needs_logits)
            continue;
        float *state = worker->final_states + state_count++ * width;
        kernels->rms_norm(&norm, 1, worker->x + i * width, state);
        if (session->config->output_scale != 1)
            for (size_t k = 0; k < width; k++)
                state[k] *= session->config->output_scale;
    }
    return state_count;
}

size_t decoder_run(struct worker *worker, const struct decoder_row *rows, size_t count)
{
    size_t max_rows = worker->session->decoder_rows, state_count = 0;
    for (size_t first = 0; first < count; first += max_rows)
        state_count = run_decoder_pass(
            worker, rows + first, count - first < max_rows ? count - first : max_rows, state_count);
    return state_count;
}

/* Rows [first, first + count) of the output layer; `first` is a multiple of PACKED_COLUMNS. */
static struct linear output_chunk(const struct linear *output, size_t first, size_t count)
{
    struct linear chunk = *output;
    size_t depth = output->s8.depth;
    chunk.s8.columns = count;
    if (output->f32) {
        chunk.f32 = output->f32 + first * depth;
        return chunk;
    }
    chunk.s8.packed =
        (const uint8_t *)output->s8.packed + first / PACKED_COLUMNS * packed_block_size(depth);
    chunk.s8.scale = output->s8.scale + first;
    return chunk;
}

void decoder_logits(struct worker *worker, size_t count, logits_callback *callback, void *context)
{
    const struct t5_session *session = worker->session;
    size_t vocabulary = session->config->vocabulary_size;
    struct linear_input states = {
        .rows = count, .depth = session->config->model_width, .x = worker->final_states};
    linear_prepare(worker, &states, states.depth);
    for (size_t first = 0; first < vocabulary; first += LOGITS_CHUNK) {
        size_t tokens = vocabulary - first < LOGITS_CHUNK ? vocabulary - first : LOGITS_CHUNK;
        struct linear chunk = output_chunk(&session->weights.output, first, tokens);
        linear_apply(worker, &states, &chunk, worker->logits, false);
        for (size_t row = 0; row < count; row++)
            callback(context, row, first, tokens, worker->logits + row * tokens);
    }
}

double log_add_exp(double a, double b)
{
    double larger = a > b ? a : b, smaller = a > b ? b : a;
    return smaller == -INFINITY ? larger : larger + log1p(exp(smaller - larger));
}

void decoder_select_logits(struct worker *worker, size_t row, const int32_t *tokens, size_t count,
                           float *logits)
{
    const struct t5_session *session = worker->session;
    const struct kernels *kernels = session->kernels;
    size_t width = session->config->model_width;
    const float *state = worker->final_states + row * width;
    if (session->limits.precision == T5_INT8) {
        struct linear_input single_row = {.rows = 1, .depth = width, .x = state};
        linear_prepare(worker, &single_row, single_row.depth);
        kernels->select_s8(&worker->quantized, &session->weights.output.s8, tokens, count, logits);
        return;
    }
    const float *weights = session->weights.output.f32;
    for (size_t i = 0; i < count; i++)
        logits[i] = kernels->dot(width, state, weights + (size_t)tokens[i] * width);
}
