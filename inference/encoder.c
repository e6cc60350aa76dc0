/* encoder.c - texts to states: the rows of several inputs go through the linear layers together,
 * attention stays within each input, and nothing is padded. */
#include "inference/session.h"

#include <math.h>
#include <stdatomic.h>
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
            .padded = (length + COLUMN_GROUP - 1) / COLUMN_GROUP * COLUMN_GROUP,
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

/* Self-attention of one input, whose rows begin at `row` of the worker's buffers. */
static void attend_input(struct worker *worker, const struct encoded *input, size_t row)
{
    const struct t5_session *session = worker->session;
    size_t inner = session->inner, head_width = session->config->head_width;
    size_t most = session->limits.input_tokens;
    for (size_t h = 0; h < session->config->heads; h++) {
        size_t offset = row * inner + h * head_width;
        transpose_keys(input->length, input->padded, head_width, inner, worker->key + offset,
                       worker->keys);
        struct head head = {.length = input->length,
                            .padded = input->padded,
                            .stride = inner,
                            .keys = worker->keys,
                            .values = worker->value + offset,
                            .bias = session->encoder_bias + h * (2 * most - 1) + most - 1};
        attend(worker, &head, input->length, worker->query + offset, worker->context + offset);
    }
}

static void self_attention(struct worker *worker, const struct attention *layer,
                           const struct wave *wave, struct operand shape)
{
    const struct t5_session *session = worker->session;
    size_t width = session->config->model_width;
    session->kernels->rms_norm(shape.rows, width, worker->x, layer->norm,
                               session->config->norm_epsilon, worker->normed);
    shape.depth = width;
    shape.x = worker->normed;
    linear_prepare(worker, &shape);
    linear_apply(worker, &shape, &layer->query, worker->query, false);
    linear_apply(worker, &shape, &layer->key, worker->key, false);
    linear_apply(worker, &shape, &layer->value, worker->value, false);
    size_t row = 0;
    for (size_t i = 0; i < wave->input_count; i++) {
        const struct encoded *input = &session->inputs[wave->input_first + i];
        attend_input(worker, input, row);
        row += input->length;
    }
    shape.depth = session->inner;
    shape.x = worker->context;
    linear_prepare(worker, &shape);
    linear_apply(worker, &shape, &layer->output, worker->x, true);
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
    for (size_t i = 0; i < encoder->layer_count; i++) {
        self_attention(worker, &encoder->layers[i].self, wave, shape);
        feed_forward_apply(worker, &encoder->layers[i].feed_forward, shape);
    }
    size_t width = session->config->model_width;
    session->kernels->rms_norm(rows, width, worker->x, encoder->final_norm,
                               session->config->norm_epsilon, states + inputs[0].first * width);
    free(lengths);
}

struct encoding {
    struct t5_session *session;
    atomic_size_t next; /* wave that nobody has taken yet */
};

static void encode_waves(void *context, size_t index)
{
    struct encoding *encoding = context;
    struct t5_session *session = encoding->session;
    size_t wave;
    while ((wave = encoding->next++) < session->wave_count)
        encode_wave(&session->workers[index], &session->waves[wave], session->states);
}

bool t5_encode(struct t5_session *session, const struct text *inputs, size_t count,
               struct error *error)
{
    session->input_count = 0;
    session->cross_ready = false;
    if (count > session->limits.batch)
        return error_set(error, ERROR_USAGE, "a batch of %zu inputs, but the session takes %zu",
                         count, session->limits.batch);
    if (!tokenise(session, inputs, count, error))
        return false;
    session->input_count = count;
    plan_waves(session);
    session->states = session_room(session->states, &session->state_capacity,
                                   session->id_count * session->config->model_width);
    struct encoding encoding = {.session = session};
    workers_run(session->pool, encode_waves, &encoding);
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
