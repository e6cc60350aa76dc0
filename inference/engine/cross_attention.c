/* cross_attention.c - the decoder's attention to the encoder's states, in one of two ways.
 *
 * Keys and values: computed once per input for every layer, then read at each decoder step.
 *
 * States: q . (Wk s) equals (Wk' q) . s, and the mean of Wv s equals Wv times the mean of s. So
 * each query is projected to the width of the states, and the mean of the states is projected back.
 * No keys and values are computed, and one int8 copy of the states serves all layers and heads.
 * Each decoder row costs more and each input costs much less, so this way suits outputs of few
 * rows. */
#include "inference/engine/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "inference/kernels/packed.h"

/* ---- Keys and values ---- */

/* Keys and values of one head of an input; ordered by layer, then by head. */
static uint8_t *cross_keys_at(const struct t5_session *session, const struct encoded_input *input,
                              size_t layer, size_t head)
{
    return input->keys +
           (layer * session->config->heads + head) * attention_cache_size(session, input->length);
}

static void compute_keys(struct worker *worker, const struct encoded_input *input)
{
    const struct t5_session *session = worker->session;
    size_t width = session->config->model_width;
    struct linear_input states = {.rows = input->length,
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
            attention_fill_cache(session, input->length, worker->key + offset,
                                 worker->value + offset, cross_keys_at(session, input, i, h));
        }
    }
}

/* Consecutive rows of the same input share one pass over its keys and values. */
static void attend_keys(struct worker *worker, size_t layer, const struct decoder_row *rows,
                        size_t count)
{
    const struct t5_session *session = worker->session;
    size_t inner_width = session->inner_width, head_width = session->config->head_width;
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && rows[end].input == rows[first].input;)
            end++;
        const struct encoded_input *input = &session->inputs[rows[first].input];
        for (size_t h = 0; h < session->config->heads; h++) {
            size_t offset = first * inner_width + h * head_width;
            struct attention_queries queries = {.count = end - first,
                                                .stride = inner_width,
                                                .query = worker->query + offset,
                                                .context = worker->context + offset};
            attention_apply(worker, input->length, cross_keys_at(session, input, layer, h),
                            &queries);
        }
    }
}

/* ---- States ---- */

static void quantize_states(const struct t5_session *session, const struct encoded_input *input)
{
    size_t width = session->config->model_width;
    const float *states = session->states + input->first * width;
    struct cache_s8 cache = cache_s8_view(input->states, input->length, width);
    session->kernels->fill_cache_s8(&cache, states, states, width);
}

/* A matrix whose value [i][k] is values[i * column_stride + k * stride]. */
struct strided_s8 {
    const int8_t *values;
    size_t column_stride, stride;
};

static void pack_blocks(size_t columns, size_t depth, struct strided_s8 matrix, uint8_t *packed)
{
    int8_t block[PACKED_COLUMNS * KERNEL_MAX_HEAD_WIDTH];
    for (size_t first = 0; first < columns; first += PACKED_COLUMNS) {
        size_t count = columns - first < PACKED_COLUMNS ? columns - first : PACKED_COLUMNS;
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < depth; k++)
                block[i * depth + k] =
                    matrix.values[(first + i) * matrix.column_stride + k * matrix.stride];
        pack_block(count, depth, block, packed);
        packed += packed_block_size(depth);
    }
}

/* Packs rows [first, first + head width) of a matrix [inner][model width]. */
static void pack_head(const struct t5_session *session, const struct weights_s8 *matrix,
                      size_t first, bool transposed, uint8_t *packed)
{
    size_t width = session->config->model_width, head_width = session->config->head_width;
    int8_t *values = memory_alloc(head_width, width);
    for (size_t i = 0; i < head_width; i++)
        unpack_column(width, matrix->packed, first + i, values + i * width);
    if (transposed)
        pack_blocks(width, head_width, (struct strided_s8){values, 1, width}, packed);
    else
        pack_blocks(head_width, width, (struct strided_s8){values, width, 1}, packed);
    free(values);
}

static void make_cross_projections(struct t5_session *session)
{
    struct cross_projections *cross_projections = &session->cross_projections;
    size_t width = session->config->model_width, head_width = session->config->head_width;
    size_t heads = session->config->heads, count = session->weights.decoder.layer_count * heads;
    size_t to_states_size = packed_size(width, head_width),
           from_states_size = packed_size(head_width, width);
    cross_projections->to_states = memory_alloc(count, sizeof(*cross_projections->to_states));
    cross_projections->from_states = memory_alloc(count, sizeof(*cross_projections->from_states));
    cross_projections->unit_scales = memory_alloc(width, sizeof(*cross_projections->unit_scales));
    for (size_t k = 0; k < width; k++)
        cross_projections->unit_scales[k] = 1;
    uint8_t *next_bytes = cross_projections->memory =
        memory_alloc_aligned(count, to_states_size + from_states_size);
    for (size_t i = 0; i < count; i++) {
        const struct attention *layer = &session->weights.decoder.layers[i / heads].cross;
        size_t first = i % heads * head_width;
        pack_head(session, &layer->key.s8, first, true, next_bytes);
        cross_projections->to_states[i] =
            (struct weights_s8){width, head_width, next_bytes, cross_projections->unit_scales};
        next_bytes += to_states_size;
        pack_head(session, &layer->value.s8, first, false, next_bytes);
        cross_projections->from_states[i] =
            (struct weights_s8){head_width, width, next_bytes, layer->value.s8.scale + first};
        next_bytes += from_states_size;
    }
}

/* worker->state_attention[head] [rows][width] = transpose(Wk) * query. The scales of Wk's outputs
 * are multiplied into the queries. */
static void project_queries_to_states(struct worker *worker, size_t layer, size_t head,
                                      size_t count)
{
    const struct t5_session *session = worker->session;
    const float *scale = session->weights.decoder.layers[layer].cross.key.s8.scale;
    const struct weights_s8 *to_states =
        &session->cross_projections.to_states[layer * session->config->heads + head];
    size_t inner_width = session->inner_width, first = head * to_states->depth;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < to_states->depth; k++)
            worker->key[i * to_states->depth + k] =
                worker->query[i * inner_width + first + k] * scale[first + k];
    struct linear_input queries = {.rows = count, .depth = to_states->depth, .x = worker->key};
    linear_prepare(worker, &queries, queries.depth);
    session->kernels->matmul_s8(&worker->quantized, to_states,
                                worker->state_attention + head * count * to_states->columns, false);
}

/* worker->context = Wv * mean of the states. */
static void project_means_from_states(struct worker *worker, size_t layer, size_t head,
                                      size_t count)
{
    const struct t5_session *session = worker->session;
    const struct weights_s8 *from_states =
        &session->cross_projections.from_states[layer * session->config->heads + head];
    struct linear_input means = {.rows = count,
                                 .depth = from_states->depth,
                                 .x = worker->state_attention + head * count * from_states->depth};
    linear_prepare(worker, &means, means.depth);
    session->kernels->matmul_s8(&worker->quantized, from_states, worker->value, false);
    for (size_t i = 0; i < count; i++)
        memcpy(worker->context + i * session->inner_width + head * from_states->columns,
               worker->value + i * from_states->columns, from_states->columns * sizeof(float));
}

/* All heads of a row are the queries of one attention call. */
static void attend_states(struct worker *worker, size_t layer, const struct decoder_row *rows,
                          size_t count)
{
    const struct t5_session *session = worker->session;
    size_t width = session->config->model_width, heads = session->config->heads;
    for (size_t h = 0; h < heads; h++)
        project_queries_to_states(worker, layer, h, count);
    for (size_t i = 0; i < count; i++) {
        const struct encoded_input *input = &session->inputs[rows[i].input];
        struct cache_s8 states = cache_s8_view(input->states, input->length, width);
        float *state_attention = worker->state_attention + i * width;
        struct attention_queries queries = {.count = heads,
                                            .stride = count * width,
                                            .query = state_attention,
                                            .context = state_attention};
        session->kernels->attend_s8(&states, &queries, worker->scratch);
    }
    for (size_t h = 0; h < heads; h++)
        project_means_from_states(worker, layer, h, count);
}

/* ---- Both ---- */

static void prepare_cross_inputs(void *context, size_t index)
{
    struct t5_session *session = context;
    for (size_t i; workers_take_item(session->pool, &i);) {
        if (session->uses_state_attention)
            quantize_states(session, &session->inputs[i]);
        else
            compute_keys(&session->workers[index], &session->inputs[i]);
    }
}

static size_t cross_cache_size(const struct t5_session *session, const struct encoded_input *input)
{
    const struct t5_config *config = session->config;
    if (session->uses_state_attention)
        return cache_s8_size(input->length, config->model_width);
    return (size_t)config->decoder_layers * config->heads *
           attention_cache_size(session, input->length);
}

void cross_prepare(struct t5_session *session, size_t rows)
{
    session->uses_state_attention = rows <= MAX_STATE_ATTENTION_ROWS &&
                                    session->limits.precision == T5_INT8 &&
                                    session->config->model_width <= KERNEL_MAX_HEAD_WIDTH;
    struct cross_cache *cross_cache =
        session->uses_state_attention ? &session->cross_states : &session->cross_keys;
    if (cross_cache->ready)
        return;
    if (session->uses_state_attention && !session->cross_projections.memory)
        make_cross_projections(session);
    size_t total = 0;
    for (size_t i = 0; i < session->input_count; i++)
        total += cross_cache_size(session, &session->inputs[i]);
    cross_cache->bytes = session_grow_buffer(cross_cache->bytes, &cross_cache->capacity, total);
    uint8_t *next_bytes = cross_cache->bytes;
    for (size_t i = 0; i < session->input_count; i++) {
        struct encoded_input *input = &session->inputs[i];
        *(session->uses_state_attention ? &input->states : &input->keys) = next_bytes;
        next_bytes += cross_cache_size(session, input);
    }
    workers_run(session->pool, session->input_count, prepare_cross_inputs, session);
    cross_cache->ready = true;
}

void cross_attend(struct worker *worker, size_t layer, const struct decoder_row *rows, size_t count)
{
    if (worker->session->uses_state_attention)
        attend_states(worker, layer, rows, count);
    else
        attend_keys(worker, layer, rows, count);
}

void cross_queue_prefetch(struct worker *worker, size_t layer, const struct decoder_row *rows,
                          size_t count)
{
    const struct t5_session *session = worker->session;
    if (session->uses_state_attention) /* the states are the same in every layer, so they are
                                          already cached */
        return;
    for (size_t i = 0; i < count; i++) {
        const struct encoded_input *input = &session->inputs[rows[i].input];
        if (i == 0 || rows[i].input != rows[i - 1].input)
            worker->prefetch_ranges[worker->prefetch.count++] = (struct memory_range){
                cross_keys_at(session, input, layer, 0),
                session->config->heads * attention_cache_size(session, input->length)};
    }
}
