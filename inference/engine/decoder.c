/* decoder.c - rows of tokens through the decoder, each seeing its own path of earlier ones. */
#include "inference/engine/session.h"

#include <math.h>

#include "inference/kernels/packed.h"

static void add_context(struct worker *worker, const struct linear *output, struct operand *shape)
{
    shape->depth = worker->session->inner;
    shape->x = worker->context;
    linear_prepare(worker, shape, shape->depth);
    linear_apply(worker, shape, output, worker->x, true);
}

static void self_attention(struct worker *worker, size_t layer_index,
                           const struct decoder_row *rows, struct operand shape)
{
    const struct t5_session *session = worker->session;
    const struct attention *layer = &session->weights.decoder.layers[layer_index].self;
    size_t inner = session->inner;
    linear_prepare_norm(worker, &shape, layer->norm, worker->x);
    linear_apply(worker, &shape, &layer->query, worker->query, false);
    linear_apply(worker, &shape, &layer->key, worker->key, false);
    linear_apply(worker, &shape, &layer->value, worker->value, false);
    for (size_t i = 0; i < shape.rows; i++)
        attention_keep(worker, layer_index, rows[i].path[rows[i].position], worker->key + i * inner,
                       worker->value + i * inner);
    attention_paths(worker, layer_index, rows, shape.rows);
    add_context(worker, &layer->output, &shape);
}

static void cross_attention(struct worker *worker, size_t layer_index,
                            const struct decoder_row *rows, struct operand shape)
{
    const struct attention *layer = &worker->session->weights.decoder.layers[layer_index].cross;
    linear_prepare_norm(worker, &shape, layer->norm, worker->x);
    linear_apply(worker, &shape, &layer->query, worker->query, false);
    cross_attend(worker, layer_index, rows, shape.rows);
    add_context(worker, &layer->output, &shape);
}

/* What a layer will read is asked for by the products before it. */
static void announce(struct worker *worker, size_t layer, const struct decoder_row *rows,
                     size_t count)
{
    worker->soon = (struct read_soon){.parts = worker->soon_room};
    if (worker->session->limits.precision != T5_INT8)
        return;
    attention_announce(worker, layer, rows, count);
    cross_announce(worker, layer, rows, count);
}

/* At most decoder_rows of them; appends the wanted final states behind the `wanted` there are. */
static size_t run_rows(struct worker *worker, const struct decoder_row *rows, size_t count,
                       size_t wanted)
{
    const struct t5_session *session = worker->session;
    const struct stack *decoder = &session->weights.decoder;
    const struct kernels *kernels = session->kernels;
    size_t width = session->config->model_width;
    struct operand shape = {.rows = count};
    for (size_t i = 0; i < count; i++)
        embed_token(worker, i, rows[i].token);
    for (size_t i = 0; i < decoder->layer_count; i++) {
        self_attention(worker, i, rows, shape);
        cross_attention(worker, i, rows, shape);
        announce(worker, (i + 1) % decoder->layer_count, rows, count);
        feed_forward_apply(worker, &decoder->layers[i].feed_forward, shape, worker->x);
    }
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].wanted)
            continue;
        float *state = worker->final_states + wanted++ * width;
        kernels->rms_norm(1, width, worker->x + i * width, decoder->final_norm,
                          session->config->norm_epsilon, state);
        if (session->config->output_scale != 1)
            for (size_t k = 0; k < width; k++)
                state[k] *= session->config->output_scale;
    }
    return wanted;
}

size_t decoder_run(struct worker *worker, const struct decoder_row *rows, size_t count)
{
    size_t most = worker->session->decoder_rows, wanted = 0;
    for (size_t first = 0; first < count; first += most)
        wanted =
            run_rows(worker, rows + first, count - first < most ? count - first : most, wanted);
    return wanted;
}

/* Outputs [first, first + count) of the output layer, `first` a multiple of PACKED_COLUMNS. */
static struct linear output_piece(const struct linear *output, size_t first, size_t count)
{
    struct linear piece = *output;
    size_t depth = output->s8.depth;
    piece.s8.columns = count;
    if (output->f32) {
        piece.f32 = output->f32 + first * depth;
        return piece;
    }
    piece.s8.packed =
        (const uint8_t *)output->s8.packed + first / PACKED_COLUMNS * packed_block_size(depth);
    piece.s8.scale = output->s8.scale + first;
    return piece;
}

void decoder_logits(struct worker *worker, size_t count, logits_taker *take, void *context)
{
    const struct t5_session *session = worker->session;
    size_t vocabulary = session->config->vocabulary;
    struct operand states = {
        .rows = count, .depth = session->config->model_width, .x = worker->final_states};
    linear_prepare(worker, &states, states.depth);
    for (size_t first = 0; first < vocabulary; first += OUTPUT_PIECE) {
        size_t tokens = vocabulary - first < OUTPUT_PIECE ? vocabulary - first : OUTPUT_PIECE;
        struct linear piece = output_piece(&session->weights.output, first, tokens);
        linear_apply(worker, &states, &piece, worker->logits, false);
        for (size_t row = 0; row < count; row++)
            take(context, row, first, tokens, worker->logits + row * tokens);
    }
}

double join_log_sums(double a, double b)
{
    double larger = a > b ? a : b, smaller = a > b ? b : a;
    return smaller == -INFINITY ? larger : larger + log1p(exp(smaller - larger));
}

void decoder_select(struct worker *worker, size_t row, const int32_t *wanted, size_t count,
                    float *logits)
{
    const struct t5_session *session = worker->session;
    const struct kernels *kernels = session->kernels;
    size_t width = session->config->model_width;
    const float *state = worker->final_states + row * width;
    if (session->limits.precision == T5_INT8) {
        struct operand one = {.rows = 1, .depth = width, .x = state};
        linear_prepare(worker, &one, one.depth);
        kernels->select_s8(&worker->quantized, 0, &session->weights.output.s8, wanted, count,
                           logits);
        return;
    }
    const float *weights = session->weights.output.f32;
    for (size_t i = 0; i < count; i++)
        logits[i] = kernels->dot(width, state, weights + (size_t)wanted[i] * width);
}
