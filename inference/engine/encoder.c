/* encoder.c - encodes texts. The rows of several inputs go through the linear layers together,
 * attention runs within each input, and nothing is padded. */
#include "inference/engine/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Tokenizes all inputs into session->ids, one after another. */
static bool tokenize_inputs(struct t5_session *session, const struct text *inputs, size_t count,
                            struct error *error)
{
    size_t max_tokens = session->limits.input_tokens;
    session->id_count = 0;
    for (size_t i = 0; i < count; i++) {
        session->ids = memory_grow(session->ids, &session->id_capacity,
                                   session->id_count + max_tokens, sizeof(*session->ids));
        int32_t *ids = session->ids + session->id_count;
        size_t length = t5_tokenize(session->model, inputs[i], ids, max_tokens - 1) + 1;
        if (length > max_tokens)
            return error_set(
                error, ERROR_MODEL,
                "input %zu has %zu tokens, including the end token; the maximum is %zu", i + 1,
                length, max_tokens);
        ids[length - 1] = session->config->end_id;
        session->inputs[i] = (struct encoded_input){
            .first = session->id_count,
            .length = length,
        };
        session->id_count += length;
    }
    return true;
}

/* Groups inputs into batches, so that every worker has work and the activations of a batch stay in
 * the CPU's caches. */
static void plan_input_batches(struct t5_session *session)
{
    size_t max_tokens = (session->id_count + session->limits.threads - 1) / session->limits.threads;
    max_tokens = max_tokens < MAX_ENCODER_ROWS ? max_tokens : MAX_ENCODER_ROWS;
    session->input_batch_count = 0;
    size_t tokens = 0;
    for (size_t i = 0; i < session->input_count; i++) {
        size_t length = session->inputs[i].length;
        if (i == 0 || tokens + length > max_tokens) {
            session->input_batches[session->input_batch_count++] =
                (struct input_batch){.input_first = i};
            tokens = 0;
        }
        session->input_batches[session->input_batch_count - 1].input_count++;
        tokens += length;
    }
}

/* Rows [first, first + rows) of an input batch, which go through the linear layers together.
 * Float32 products take whole inputs, so in T5_F32 all rows are one panel. */
struct panel {
    size_t first, rows;
};

/* The panel that starts at `first`; all panels have about the same size. */
static struct panel next_panel(const struct t5_session *session, size_t first, size_t rows)
{
    size_t count = (rows + MAX_PANEL_ROWS - 1) / MAX_PANEL_ROWS, size = (rows + count - 1) / count;
    size = (size + KERNEL_QUERY_TILE - 1) / KERNEL_QUERY_TILE * KERNEL_QUERY_TILE;
    if (session->limits.precision == T5_F32 || size > rows - first)
        size = rows - first;
    return (struct panel){first, size};
}

static void project_qkv(struct worker *worker, const struct attention *layer,
                        struct linear_input shape, struct panel panel)
{
    size_t inner_width = worker->session->inner_width, width = worker->session->config->model_width;
    shape.rows = panel.rows;
    linear_prepare_norm(worker, &shape, layer->norm, worker->x + panel.first * width);
    linear_apply(worker, &shape, &layer->query, worker->query + panel.first * inner_width, false);
    linear_apply(worker, &shape, &layer->key, worker->key + panel.first * inner_width, false);
    linear_apply(worker, &shape, &layer->value, worker->value + panel.first * inner_width, false);
}

/* Self-attention of one input, whose rows start at row `row` of the worker's buffers. */
static void attend_input(struct worker *worker, const struct encoded_input *input, size_t row)
{
    const struct t5_session *session = worker->session;
    size_t inner_width = session->inner_width, head_width = session->config->head_width;
    const float *bias = session->encoder_bias + session->limits.input_tokens - 1;
    for (size_t h = 0; h < session->config->heads; h++, bias += session->bias_stride) {
        size_t offset = row * inner_width + h * head_width;
        attention_fill_cache(session, input->length, worker->key + offset, worker->value + offset,
                             worker->cache);
        struct attention_queries queries = {.count = input->length,
                                            .stride = inner_width,
                                            .query = worker->query + offset,
                                            .bias = bias,
                                            .context = worker->context + offset};
        attention_apply(worker, input->length, worker->cache, &queries);
    }
}

/* The rest of a layer after attention: the output projection and the feed-forward layer. */
static void finish_layer(struct worker *worker, const struct layer *layer,
                         struct linear_input shape, struct panel panel)
{
    size_t inner_width = worker->session->inner_width, width = worker->session->config->model_width;
    float *x = worker->x + panel.first * width;
    shape.rows = panel.rows;
    shape.depth = inner_width;
    shape.x = worker->context + panel.first * inner_width;
    linear_prepare(worker, &shape, shape.depth);
    linear_apply(worker, &shape, &layer->self.output, x, true);
    feed_forward_apply(worker, &layer->feed_forward, shape, x);
}

static void encode_layer(struct worker *worker, const struct layer *layer,
                         const struct input_batch *input_batch, struct linear_input shape)
{
    const struct t5_session *session = worker->session;
    struct panel panel;
    for (size_t first = 0; first < shape.rows; first += panel.rows) {
        panel = next_panel(session, first, shape.rows);
        project_qkv(worker, &layer->self, shape, panel);
    }
    size_t row = 0;
    for (size_t i = 0; i < input_batch->input_count; i++) {
        const struct encoded_input *input = &session->inputs[input_batch->input_first + i];
        attend_input(worker, input, row);
        row += input->length;
    }
    for (size_t first = 0; first < shape.rows; first += panel.rows) {
        panel = next_panel(session, first, shape.rows);
        finish_layer(worker, layer, shape, panel);
    }
}

static void encode_input_batch(struct worker *worker, const struct input_batch *input_batch,
                               float *states)
{
    const struct t5_session *session = worker->session;
    const struct stack *encoder = &session->weights.encoder;
    const struct encoded_input *inputs = session->inputs + input_batch->input_first;
    size_t *lengths = memory_alloc(input_batch->input_count, sizeof(*lengths)), rows = 0;
    for (size_t i = 0; i < input_batch->input_count; i++) {
        lengths[i] = inputs[i].length;
        rows += lengths[i];
    }
    struct linear_input shape = {
        .rows = rows, .group_rows = lengths, .group_count = input_batch->input_count};
    for (size_t row = 0; row < rows; row++)
        embed_token(worker, row, session->ids[inputs[0].first + row]);
    for (size_t i = 0; i < encoder->layer_count; i++)
        encode_layer(worker, &encoder->layers[i], input_batch, shape);
    size_t width = session->config->model_width;
    struct norm norm = {width, encoder->final_norm, session->config->norm_epsilon};
    session->kernels->rms_norm(&norm, rows, worker->x, states + inputs[0].first * width);
    free(lengths);
}

static void encode_input_batches(void *context, size_t index)
{
    struct t5_session *session = context;
    session->workers[index].prefetch.count = 0; /* the ranges belong to inputs encoded before */
    for (size_t input_batch; workers_take_item(session->pool, &input_batch);)
        encode_input_batch(&session->workers[index], &session->input_batches[input_batch],
                           session->states);
}

bool t5_encode(struct t5_session *session, const struct text *inputs, size_t count,
               struct error *error)
{
    session->input_count = 0;
    session->cross_keys.ready = session->cross_states.ready = false;
    if (count > session->limits.batch)
        return error_set(error, ERROR_USAGE, "the batch has %zu inputs; the maximum is %zu", count,
                         session->limits.batch);
    if (!tokenize_inputs(session, inputs, count, error))
        return false;
    session->input_count = count;
    plan_input_batches(session);
    session->states = session_grow_buffer(session->states, &session->state_capacity,
                                          session->id_count * session->config->model_width *
                                              sizeof(*session->states));
    workers_run(session->pool, session->input_batch_count, encode_input_batches, session);
    return true;
}

void t5_embed(const struct t5_session *session, float *vectors)
{
    size_t width = session->config->model_width;
    for (size_t i = 0; i < session->input_count; i++, vectors += width) {
        const struct encoded_input *input = &session->inputs[i];
        memset(vectors, 0, width * sizeof(*vectors));
        for (size_t row = 0; row < input->length; row++)
            session->kernels->add_scaled(width, 1.0f,
                                         session->states + (input->first + row) * width, vectors);
        float length = sqrtf(session->kernels->dot(width, vectors, vectors));
        for (size_t k = 0; k < width && length > 0; k++)
            vectors[k] /= length;
    }
}
