/* attention.c - softmax(queries * keys + bias) * values, in int8 or float32.
 *
 * T5 does not divide the products by sqrt(d_kv): its weights already contain that factor. */
#include "inference/engine/session.h"

#include <string.h>

static bool is_int8(const struct t5_session *session)
{
    return session->limits.precision == T5_INT8;
}

static size_t padded_length(size_t length)
{
    return (length + KEY_PADDING - 1) / KEY_PADDING * KEY_PADDING;
}

size_t attention_cache_size(const struct t5_session *session, size_t length)
{
    size_t head_width = session->config->head_width;
    if (is_int8(session))
        return cache_s8_size(length, head_width);
    return ((padded_length(length) + length) * head_width * sizeof(float) + 63) / 64 * 64;
}

/* keys [head_width][padded length] = transpose of `length` rows, `stride` floats apart; zeros after
 * them. */
static void transpose_keys(size_t length, size_t head_width, size_t stride, const float *rows,
                           float *keys)
{
    for (size_t k = 0; k < head_width; k++, keys += padded_length(length))
        for (size_t i = 0; i < padded_length(length); i++)
            keys[i] = i < length ? rows[i * stride + k] : 0;
}

void attention_fill_cache(const struct t5_session *session, size_t length, const float *keys,
                          const float *values, void *cache)
{
    size_t head_width = session->config->head_width;
    if (is_int8(session)) {
        struct cache_s8 packed = cache_s8_view(cache, length, head_width);
        session->kernels->fill_cache_s8(&packed, keys, values, session->inner_width);
        return;
    }
    float *destination = (float *)cache + head_width * padded_length(length);
    transpose_keys(length, head_width, session->inner_width, keys, cache);
    for (size_t i = 0; i < length; i++)
        memcpy(destination + i * head_width, values + i * session->inner_width,
               head_width * sizeof(*destination));
}

static void attend_f32(struct worker *worker, size_t length, const float *keys,
                       const struct attention_queries *queries)
{
    const struct kernels *kernels = worker->session->kernels;
    size_t head_width = worker->session->config->head_width, stride = queries->stride;
    size_t columns = padded_length(length);
    const float *values = keys + head_width * columns;
    for (size_t first = 0; first < queries->count; first += F32_QUERY_ROWS) {
        size_t rows = queries->count - first;
        if (rows > F32_QUERY_ROWS)
            rows = F32_QUERY_ROWS;
        struct product_f32 scores = {.rows = rows,
                                     .columns = columns,
                                     .depth = head_width,
                                     .a = queries->query + first * stride,
                                     .b = keys,
                                     .y = worker->scores,
                                     .a_stride = stride,
                                     .b_stride = columns,
                                     .y_stride = columns};
        kernels->matmul_f32(&scores);
        for (size_t i = 0; i < rows; i++)
            kernels->softmax(length, worker->scores + i * columns,
                             queries->bias ? queries->bias - first - i : NULL);
        struct product_f32 means = {.rows = rows,
                                    .columns = head_width,
                                    .depth = length,
                                    .a = worker->scores,
                                    .b = values,
                                    .y = queries->context + first * stride,
                                    .a_stride = columns,
                                    .b_stride = head_width,
                                    .y_stride = stride};
        kernels->matmul_f32(&means);
    }
}

void attention_apply(struct worker *worker, size_t length, const void *cache,
                     const struct attention_queries *queries)
{
    const struct t5_session *session = worker->session;
    if (!is_int8(session)) {
        attend_f32(worker, length, cache, queries);
        return;
    }
    struct cache_s8 packed = cache_s8_view((void *)cache, length, session->config->head_width);
    session->kernels->attend_s8(&packed, queries, worker->scratch);
}

/* Offset of the keys of cache node `node` of a layer. The node's values follow its keys, and the
 * next node follows those, so a growing output is read sequentially. */
static size_t cache_offset(const struct t5_session *session, size_t layer, size_t node)
{
    return (layer * session->nodes + node) * 2 * session->inner_width;
}

void attention_store(struct worker *worker, size_t layer, size_t node, const float *key,
                     const float *value)
{
    const struct t5_session *session = worker->session;
    size_t inner_width = session->inner_width, offset_in_cache = cache_offset(session, layer, node);
    if (is_int8(session)) {
        uint16_t *destination = (uint16_t *)worker->self_attention_cache + offset_in_cache;
        session->kernels->to_bf16(inner_width, key, destination);
        session->kernels->to_bf16(inner_width, value, destination + inner_width);
    } else {
        float *destination = (float *)worker->self_attention_cache + offset_in_cache;
        memcpy(destination, key, inner_width * sizeof(*destination));
        memcpy(destination + inner_width, value, inner_width * sizeof(*destination));
    }
}

/* Attention of one query of one head to the keys and values of its path. `head_offset` is that of
 * the head in the cache, `offset` that of query and context in the worker's buffers. */
static void attend_path_f32(struct worker *worker, const struct decoder_row *row,
                            size_t head_offset, size_t offset, const float *bias)
{
    const struct t5_session *session = worker->session;
    const struct kernels *kernels = session->kernels;
    size_t length = row->position + 1, head_width = session->config->head_width;
    size_t stride = 2 * session->inner_width;
    const uint32_t *path = row->path;
    const float *keys = (float *)worker->self_attention_cache + head_offset;
    const float *values = keys + session->inner_width;
    const float *query = worker->query + offset;
    float *scores = worker->scores, *context = worker->context + offset;
    for (size_t i = 0; i < length; i++)
        scores[i] = kernels->dot(head_width, query, keys + path[i] * stride);
    kernels->softmax(length, scores, bias);
    memset(context, 0, head_width * sizeof(*context));
    for (size_t i = 0; i < length; i++)
        kernels->add_scaled(head_width, scores[i], values + path[i] * stride, context);
}

static struct path_bf16 make_bf16_path(const struct worker *worker, const struct decoder_row *row,
                                       size_t head_offset)
{
    const struct t5_session *session = worker->session;
    const uint16_t *keys = (uint16_t *)worker->self_attention_cache + head_offset;
    return (struct path_bf16){.length = row->position + 1,
                              .head_width = session->config->head_width,
                              .stride = 2 * session->inner_width,
                              .nodes = row->path,
                              .keys = keys,
                              .values = keys + session->inner_width};
}

/* Prefetches part `part` of `parts` of the keys and values of a row: the nodes of a path may be
 * anywhere in the cache. Always inline, because GCC removes calls of a function that only
 * prefetches. */
static inline __attribute__((always_inline)) void prefetch_path_part(const struct worker *worker,
                                                                     size_t layer,
                                                                     const struct decoder_row *row,
                                                                     size_t part, size_t parts)
{
    enum { NUMBERS_PER_LINE = 64 / sizeof(uint16_t) };
    const struct t5_session *session = worker->session;
    size_t length = row->position + 1, end = length * (part + 1) / parts;
    for (size_t i = length * part / parts; i < end; i++) {
        const uint16_t *keys =
            (uint16_t *)worker->self_attention_cache + cache_offset(session, layer, row->path[i]);
        for (size_t k = 0; k < 2 * session->inner_width; k += NUMBERS_PER_LINE)
            __builtin_prefetch(keys + k, 0, 2);
    }
}

static void attend_row(struct worker *worker, size_t layer, size_t head,
                       const struct decoder_row *row, size_t row_index)
{
    const struct t5_session *session = worker->session;
    size_t length = row->position + 1, max_length = session->limits.output_tokens;
    size_t first = head * session->config->head_width;
    size_t head_offset = cache_offset(session, layer, 0) + first;
    size_t offset = row_index * session->inner_width + first;
    const float *bias = session->decoder_bias + (head + 1) * max_length - length;
    if (!is_int8(session)) {
        attend_path_f32(worker, row, head_offset, offset, bias);
        return;
    }
    const struct path_bf16 path = make_bf16_path(worker, row, head_offset);
    session->kernels->attend_path(&path, worker->query + offset, bias, worker->scores,
                                  worker->context + offset);
}

void attention_apply_paths(struct worker *worker, size_t layer, const struct decoder_row *rows,
                           size_t count)
{
    const struct t5_session *session = worker->session;
    size_t heads = session->config->heads;
    for (size_t i = 0; i < count; i++) {
        for (size_t head = 0; head < heads; head++) {
            if (is_int8(session) && i + 1 < count)
                prefetch_path_part(worker, layer, &rows[i + 1], head, heads);
            attend_row(worker, layer, head, &rows[i], i);
        }
    }
}

void attention_queue_prefetch(struct worker *worker, size_t layer, const struct decoder_row *rows,
                              size_t count)
{
    const struct t5_session *session = worker->session;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].position == 0 || (i && rows[i].path[0] == rows[i - 1].path[0]))
            continue;
        size_t first = rows[i].path[0], last = rows[i].path[rows[i].position - 1];
        size_t offset_in_cache = cache_offset(session, layer, first);
        worker->prefetch_ranges[worker->prefetch.count++] = (struct memory_range){
            (const uint8_t *)((uint16_t *)worker->self_attention_cache + offset_in_cache),
            (cache_offset(session, layer, last + 1) - offset_in_cache) * sizeof(uint16_t)};
    }
}
