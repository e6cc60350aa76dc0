/* cross_attention.c - the decoder's attention to the encoder's states, in one of two ways.
 *
 * By keys and values: those of every layer are computed once an input, and read at each step.
 *
 * By the states themselves: q . (Wk s) is (Wk' q) . s, and the mean of Wv s is Wv times the mean of
 * s. So queries are carried over to where the states are, and means of states carried back: no
 * layer's keys and values are ever made, and one int8 copy of the states serves all layers and
 * heads. A row costs more, an input far less: it is the way of few rows. */
#include "inference/engine/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "inference/kernels/packed.h"

/* ---- By keys and values ---- */

/* One head's keys and values of an input. They lie layer by layer, head by head. */
static uint8_t *keys_of(const struct t5_session *session, const struct encoded *input, size_t layer,
                        size_t head)
{
    return input->keys +
           (layer * session->config->heads + head) * attention_size(session, input->length);
}

static void make_keys(struct worker *worker, const struct encoded *input)
{
    const struct t5_session *session = worker->session;
    size_t width = session->config->model_width;
    struct operand states = {.rows = input->length,
                             .depth = width,
                             .x = session->states + input->first * width,
                             .group_rows = &input->length,
                             .group_count = 1};
    linear_prepare(worker, &states, states.depth);
    for (size_t i = 0; i < session->weights.decoder.layer_count; i++) {
        const struct attention *layer = &session->weights.decoder.layers[i].cross;
        linear_apply(worker, &states, &layer->key, worker->key, false);
        linear_apply(worker, &states, &layer->value, worker->value, false);
        for (size_t h = 0; h < session->config->heads; h++) {
            size_t offset = h * session->config->head_width;
            attention_fill(session, input->length, worker->key + offset, worker->value + offset,
                           keys_of(session, input, i, h));
        }
    }
}

/* Neighbouring rows that look at the same input share the reading of its keys and values. */
static void attend_keys(struct worker *worker, size_t layer, const struct decoder_row *rows,
                        size_t count)
{
    const struct t5_session *session = worker->session;
    size_t inner = session->inner, head_width = session->config->head_width;
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && rows[end].input == rows[first].input;)
            end++;
        const struct encoded *input = &session->inputs[rows[first].input];
        for (size_t h = 0; h < session->config->heads; h++) {
            size_t offset = first * inner + h * head_width;
            attention_apply(worker, input->length, keys_of(session, input, layer, h), end - first,
                            worker->query + offset, NULL, worker->context + offset);
        }
    }
}

/* ---- By states ---- */

static void make_states(const struct t5_session *session, const struct encoded *input)
{
    size_t width = session->config->model_width;
    const float *states = session->states + input->first * width;
    struct cache_s8 cache = cache_s8_at(input->states, input->length, width);
    session->kernels->cache_s8(&cache, states, states, width);
}

/* A block of matrix [columns][depth], whose value [i][k] is at i * column_stride + k * stride of
 * `values`. */
static void pack(size_t columns, size_t depth, const int8_t *values, size_t column_stride,
                 size_t stride, uint8_t *packed)
{
    int8_t block[PACKED_COLUMNS * KERNEL_MOST_HEAD];
    for (size_t first = 0; first < columns; first += PACKED_COLUMNS) {
        size_t count = columns - first < PACKED_COLUMNS ? columns - first : PACKED_COLUMNS;
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < depth; k++)
                block[i * depth + k] = values[(first + i) * column_stride + k * stride];
        packed_block(count, depth, block, packed);
        packed += packed_block_size(depth);
    }
}

/* Cuts out and packs rows [first, first + head width) of a matrix [inner][model width]. */
static void cut_head(const struct t5_session *session, const struct weights_s8 *matrix,
                     size_t first, bool transposed, uint8_t *packed)
{
    size_t width = session->config->model_width, head_width = session->config->head_width;
    int8_t *values = memory_alloc(head_width, width);
    for (size_t i = 0; i < head_width; i++)
        packed_column(width, matrix->packed, first + i, values + i * width);
    if (transposed)
        pack(width, head_width, values, 1, width, packed);
    else
        pack(head_width, width, values, width, 1, packed);
    free(values);
}

static void make_carriers(struct t5_session *session)
{
    struct carriers *carriers = &session->carriers;
    size_t width = session->config->model_width, head_width = session->config->head_width;
    size_t heads = session->config->heads, count = session->weights.decoder.layer_count * heads;
    size_t over_size = packed_size(width, head_width), back_size = packed_size(head_width, width);
    carriers->over = memory_alloc(count, sizeof(*carriers->over));
    carriers->back = memory_alloc(count, sizeof(*carriers->back));
    carriers->ones = memory_alloc(width, sizeof(*carriers->ones));
    for (size_t k = 0; k < width; k++)
        carriers->ones[k] = 1;
    uint8_t *place = carriers->room = memory_alloc_aligned(count, over_size + back_size);
    for (size_t i = 0; i < count; i++) {
        const struct attention *layer = &session->weights.decoder.layers[i / heads].cross;
        size_t first = i % heads * head_width;
        cut_head(session, &layer->key.s8, first, true, place);
        carriers->over[i] = (struct weights_s8){width, head_width, place, carriers->ones};
        place += over_size;
        cut_head(session, &layer->value.s8, first, false, place);
        carriers->back[i] =
            (struct weights_s8){head_width, width, place, layer->value.s8.scale + first};
        place += back_size;
    }
}

/* worker->carried[head] [rows][width] = transpose(Wk) * query. The scales of Wk's outputs are
 * factors of the queries here. */
static void carry_queries(struct worker *worker, size_t layer, size_t head, size_t count)
{
    const struct t5_session *session = worker->session;
    const float *scale = session->weights.decoder.layers[layer].cross.key.s8.scale;
    const struct weights_s8 *over = &session->carriers.over[layer * session->config->heads + head];
    size_t inner = session->inner, first = head * over->depth;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < over->depth; k++)
            worker->key[i * over->depth + k] =
                worker->query[i * inner + first + k] * scale[first + k];
    struct operand queries = {.rows = count, .depth = over->depth, .x = worker->key};
    linear_prepare(worker, &queries, queries.depth);
    session->kernels->matmul_s8(&worker->quantized, over,
                                worker->carried + head * count * over->columns, false);
}

/* worker->context = Wv * mean of states. */
static void carry_means(struct worker *worker, size_t layer, size_t head, size_t count)
{
    const struct t5_session *session = worker->session;
    const struct weights_s8 *back = &session->carriers.back[layer * session->config->heads + head];
    struct operand means = {
        .rows = count, .depth = back->depth, .x = worker->carried + head * count * back->depth};
    linear_prepare(worker, &means, means.depth);
    session->kernels->matmul_s8(&worker->quantized, back, worker->value, false);
    for (size_t i = 0; i < count; i++)
        memcpy(worker->context + i * session->inner + head * back->columns,
               worker->value + i * back->columns, back->columns * sizeof(float));
}

/* All heads of a row together are the queries of one attention. */
static void attend_states(struct worker *worker, size_t layer, const struct decoder_row *rows,
                          size_t count)
{
    const struct t5_session *session = worker->session;
    size_t width = session->config->model_width, heads = session->config->heads;
    for (size_t h = 0; h < heads; h++)
        carry_queries(worker, layer, h, count);
    for (size_t i = 0; i < count; i++) {
        const struct encoded *input = &session->inputs[rows[i].input];
        struct cache_s8 states = cache_s8_at(input->states, input->length, width);
        float *carried = worker->carried + i * width;
        session->kernels->attend_s8(&states, heads, carried, NULL, count * width, worker->work,
                                    carried);
    }
    for (size_t h = 0; h < heads; h++)
        carry_means(worker, layer, h, count);
}

/* ---- Either ---- */

static void prepare_inputs(void *context, size_t index)
{
    struct t5_session *session = context;
    for (size_t i; workers_take(session->pool, &i);) {
        if (session->by_states)
            make_states(session, &session->inputs[i]);
        else
            make_keys(&session->workers[index], &session->inputs[i]);
    }
}

static size_t input_size(const struct t5_session *session, const struct encoded *input)
{
    const struct t5_config *config = session->config;
    if (session->by_states)
        return cache_s8_size(input->length, config->model_width);
    return (size_t)config->decoder_layers * config->heads * attention_size(session, input->length);
}

void cross_prepare(struct t5_session *session, size_t rows)
{
    session->by_states = rows <= CROSS_STATES_ROWS && session->limits.precision == T5_INT8 &&
                         session->config->model_width <= KERNEL_MOST_HEAD;
    struct cross_room *room = session->by_states ? &session->cross_states : &session->cross_keys;
    if (room->ready)
        return;
    if (session->by_states && !session->carriers.room)
        make_carriers(session);
    size_t total = 0;
    for (size_t i = 0; i < session->input_count; i++)
        total += input_size(session, &session->inputs[i]);
    room->bytes = session_room(room->bytes, &room->capacity, total);
    uint8_t *place = room->bytes;
    for (size_t i = 0; i < session->input_count; i++) {
        struct encoded *input = &session->inputs[i];
        *(session->by_states ? &input->states : &input->keys) = place;
        place += input_size(session, input);
    }
    workers_run(session->pool, session->input_count, prepare_inputs, session);
    room->ready = true;
}

void cross_attend(struct worker *worker, size_t layer, const struct decoder_row *rows, size_t count)
{
    if (worker->session->by_states)
        attend_states(worker, layer, rows, count);
    else
        attend_keys(worker, layer, rows, count);
}

void cross_announce(struct worker *worker, size_t layer, const struct decoder_row *rows,
                    size_t count)
{
    const struct t5_session *session = worker->session;
    if (session->by_states) /* the same in every layer: they are near */
        return;
    for (size_t i = 0; i < count; i++) {
        const struct encoded *input = &session->inputs[rows[i].input];
        if (i == 0 || rows[i].input != rows[i - 1].input)
            worker->soon_room[worker->soon.count++] =
                (struct memory){keys_of(session, input, layer, 0),
                                session->config->heads * attention_size(session, input->length)};
    }
}
