/* encoder.c - texts to states: the rows of several inputs go through the linear layers together,
 * attention stays within each input, and nothing is padded. */
#include "inference/engine/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Ids of all inputs behind one another; each input's place in them. */
static bool tokenise(struct t5_session *session, const struct text *inputs, size_t count,
                     struct error *error)
{
    size_t most = session->limits.input_tokens;
    session->id_count = 0;
    for (size_t i = 0; i < count; i++) {
        session->ids = memory_grow(session->ids, &session->id_capacity, session->id_count + most,
                                   sizeof(*session->ids));
        int32_t *ids = session->ids + session->id_count;
        size_t length = t5_tokens(session->model, inputs[i], ids, most - 1) + 1;
        if (length > most)
            return error_set(error, ERROR_MODEL,
                             "input %zu has %zu tokens, the end mark counted; at most %zu are "
                             "taken here",
                             i + 1, length, most);
        ids[length - 1] = session->config->end_id;
        session->inputs[i] = (struct encoded){
            .first = session->id_count,
            .length = length,
        };
        session->id_count += length;
    }
    return true;
}

/* Groups inputs so that every worker has some, and a group's activations stay near the CPU. */
static void plan_waves(struct t5_session *session)
{
    size_t most = (session->id_count + session->limits.threads - 1) / session->limits.threads;
    most = most < ENCODER_ROWS ? most : ENCODER_ROWS;
    session->wave_count = 0;
    size_t tokens = 0;
    for (size_t i = 0; i < session->input_count; i++) {
        size_t length = session->inputs[i].length;
        if (i == 0 || tokens + length > most) {
            session->waves[session->wave_count++] = (struct wave){.input_first = i};
            tokens = 0;
        }
        session->waves[session->wave_count - 1].input_count++;
        tokens += length;
    }
}

/* Rows [first, first + rows) of a wave, which go through linear layers together. Float32 products
 * take whole inputs, so there all rows are one panel. */
struct panel {
    size_t first, rows;
};

/* The panel behind one that ends at `first`; panels are of about equal size. */
static struct panel next_panel(const struct t5_session *session, size_t first, size_t rows)
{
    size_t count = (rows + PANEL_ROWS - 1) / PANEL_ROWS, size = (rows + count - 1) / count;
    size = (size + KERNEL_QUERIES - 1) / KERNEL_QUERIES * KERNEL_QUERIES;
    if (session->limits.precision == T5_F32 || size > rows - first)
        size = rows - first;
    return (struct panel){first, size};
}

static void project(struct worker *worker, const struct attention *layer, struct operand shape,
                    struct panel panel)
{
    size_t inner = worker->session->inner, width = worker->session->config->model_width;
    shape.rows = panel.rows;
    linear_prepare_norm(worker, &shape, layer->norm, worker->x + panel.first * width);
    linear_apply(worker, &shape, &layer->query, worker->query + panel.first * inner, false);
    linear_apply(worker, &shape, &layer->key, worker->key + panel.first * inner, false);
    linear_apply(worker, &shape, &layer->value, worker->value + panel.first * inner, false);
}

/* Self-attention of one input, whose rows begin at `row` of the worker's buffers. */
static void attend_input(struct worker *worker, const struct encoded *input, size_t row)
{
    const struct t5_session *session = worker->session;
    size_t inner = session->inner, head_width = session->config->head_width;
    const float *bias = session->encoder_bias + session->limits.input_tokens - 1;
    for (size_t h = 0; h < session->config->heads; h++, bias += session->bias_stride) {
        size_t offset = row * inner + h * head_width;
        attention_fill(session, input->length, worker->key + offset, worker->value + offset,
                       worker->cache);
        attention_apply(worker, input->length, worker->cache, input->length, worker->query + offset,
                        bias, worker->context + offset);
    }
}

/* What follows attention: its output layer, and the feed-forward layer. */
static void feed(struct worker *worker, const struct layer *layer, struct operand shape,
                 struct panel panel)
{
    size_t inner = worker->session->inner, width = worker->session->config->model_width;
    float *x = worker->x + panel.first * width;
    shape.rows = panel.rows;
    shape.depth = inner;
    shape.x = worker->context + panel.first * inner;
    linear_prepare(worker, &shape, shape.depth);
    linear_apply(worker, &shape, &layer->self.output, x, true);
    feed_forward_apply(worker, &layer->feed_forward, shape, x);
}

static void encode_layer(struct worker *worker, const struct layer *layer, const struct wave *wave,
                         struct operand shape)
{
    const struct t5_session *session = worker->session;
    struct panel panel;
    for (size_t first = 0; first < shape.rows; first += panel.rows) {
        panel = next_panel(session, first, shape.rows);
        project(worker, &layer->self, shape, panel);
    }
    size_t row = 0;
    for (size_t i = 0; i < wave->input_count; i++) {
        const struct encoded *input = &session->inputs[wave->input_first + i];
        attend_input(worker, input, row);
        row += input->length;
    }
    for (size_t first = 0; first < shape.rows; first += panel.rows) {
        panel = next_panel(session, first, shape.rows);
        feed(worker, layer, shape, panel);
    }
}

static void encode_wave(struct worker *worker, const struct wave *wave, float *states)
{
    const struct t5_session *session = worker->session;
    const struct stack *encoder = &session->weights.encoder;
    const struct encoded *inputs = session->inputs + wave->input_first;
    size_t *lengths = memory_alloc(wave->input_count, sizeof(*lengths)), rows = 0;
    for (size_t i = 0; i < wave->input_count; i++) {
        lengths[i] = inputs[i].length;
        rows += lengths[i];
    }
    struct operand shape = {.rows = rows, .group_rows = lengths, .group_count = wave->input_count};
    for (size_t row = 0; row < rows; row++)
        embed_token(worker, row, session->ids[inputs[0].first + row]);
    for (size_t i = 0; i < encoder->layer_count; i++)
        encode_layer(worker, &encoder->layers[i], wave, shape);
    size_t width = session->config->model_width;
    session->kernels->rms_norm(rows, width, worker->x, encoder->final_norm,
                               session->config->norm_epsilon, states + inputs[0].first * width);
    free(lengths);
}

static void encode_waves(void *context, size_t index)
{
    struct t5_session *session = context;
    session->workers[index].soon.count = 0; /* that of what was encoded before */
    for (size_t wave; workers_take(session->pool, &wave);)
        encode_wave(&session->workers[index], &session->waves[wave], session->states);
}

bool t5_encode(struct t5_session *session, const struct text *inputs, size_t count,
               struct error *error)
{
    session->input_count = 0;
    session->cross_keys.ready = session->cross_states.ready = false;
    if (count > session->limits.batch)
        return error_set(error, ERROR_USAGE, "a batch of %zu inputs, but the session takes %zu",
                         count, session->limits.batch);
    if (!tokenise(session, inputs, count, error))
        return false;
    session->input_count = count;
    plan_waves(session);
    session->states =
        session_room(session->states, &session->state_capacity,
                     session->id_count * session->config->model_width * sizeof(*session->states));
    workers_run(session->pool, session->wave_count, encode_waves, session);
    return true;
}

void t5_embed(const struct t5_session *session, float *vectors)
{
    size_t width = session->config->model_width;
    for (size_t i = 0; i < session->input_count; i++, vectors += width) {
        const struct encoded *input = &session->inputs[i];
        memset(vectors, 0, width * sizeof(*vectors));
        for (size_t row = 0; row < input->length; row++)
            session->kernels->add_scaled(width, 1.0f,
                                         session->states + (input->first + row) * width, vectors);
        float length = sqrtf(session->kernels->dot(width, vectors, vectors));
        for (size_t k = 0; k < width && length > 0; k++)
            vectors[k] /= length;
    }
}
