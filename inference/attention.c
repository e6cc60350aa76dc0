/* attention.c - softmax(queries * keys + bias) * values, in int8 or float32.
 *
 * T5 does not divide the products by sqrt(d_kv): its weights already carry that factor. */
#include "inference/session.h"

#include <string.h>

static bool is_int8(const struct t5_session *session)
{
    return session->limits.precision == T5_INT8;
}

static size_t padded(size_t length)
{
    return (length + COLUMN_GROUP - 1) / COLUMN_GROUP * COLUMN_GROUP;
}

size_t attention_size(const struct t5_session *session, size_t length)
{
    size_t head_width = session->config->head_width;
    if (is_int8(session))
        return cache_s8_size(length, head_width);
    return ((padded(length) + length) * head_width * sizeof(float) + 63) / 64 * 64;
}

/* keys [head_width][padded] = transpose of rows [length], `stride` apart; the rest zero. */
static void transpose_keys(size_t length, size_t head_width, size_t stride, const float *rows,
                           float *keys)
{
    for (size_t k = 0; k < head_width; k++, keys += padded(length))
        for (size_t i = 0; i < padded(length); i++)
            keys[i] = i < length ? rows[i * stride + k] : 0;
}

void attention_fill(const struct t5_session *session, size_t length, const float *keys,
                    const float *values, void *cache)
{
    size_t head_width = session->config->head_width;
    if (is_int8(session)) {
        struct cache_s8 packed = cache_s8_at(cache, length, head_width);
        session->kernels->cache_s8(&packed, keys, values, session->inner);
        return;
    }
    float *to = (float *)cache + head_width * padded(length);
    transpose_keys(length, head_width, session->inner, keys, cache);
    for (size_t i = 0; i < length; i++)
        memcpy(to + i * head_width, values + i * session->inner, head_width * sizeof(*to));
}

static void apply_f32(struct worker *worker, size_t length, const float *keys, size_t queries,
                      const float *query, const float *bias, float *context)
{
    const struct kernels *kernels = worker->session->kernels;
    size_t head_width = worker->session->config->head_width, stride = worker->session->inner;
    size_t columns = padded(length);
    const float *values = keys + head_width * columns;
    for (size_t first = 0; first < queries; first += QUERY_ROWS) {
        size_t rows = queries - first < QUERY_ROWS ? queries - first : QUERY_ROWS;
        kernels->matmul_f32(rows, columns, head_width, query + first * stride, stride, keys,
                            columns, worker->scores, columns);
        for (size_t i = 0; i < rows; i++)
            kernels->softmax(length, worker->scores + i * columns, bias ? bias - first - i : NULL);
        kernels->matmul_f32(rows, head_width, length, worker->scores, columns, values, head_width,
                            context + first * stride, stride);
    }
}

void attention_apply(struct worker *worker, size_t length, const void *cache, size_t queries,
                     const float *query, const float *bias, float *context)
{
    const struct t5_session *session = worker->session;
    if (!is_int8(session)) {
        apply_f32(worker, length, cache, queries, query, bias, context);
        return;
    }
    struct cache_s8 packed = cache_s8_at((void *)cache, length, session->config->head_width);
    session->kernels->attend_s8(&packed, queries, query, bias, session->inner, worker->work,
                                context);
}

/* Where in the caches a head's keys and values of a layer begin: [layer][head][node][head width],
 * so that the nodes of an output that grows lie side by side. */
static size_t cache_place(const struct t5_session *session, size_t layer, size_t head)
{
    return (layer * session->config->heads + head) * session->nodes * session->config->head_width;
}

void attention_keep(struct worker *worker, size_t layer, size_t node, const float *key,
                    const float *value)
{
    const struct t5_session *session = worker->session;
    size_t head_width = session->config->head_width;
    for (size_t head = 0; head < session->config->heads; head++) {
        size_t place = cache_place(session, layer, head) + node * head_width;
        const float *from[] = {key + head * head_width, value + head * head_width};
        void *const to[] = {worker->key_cache, worker->value_cache};
        for (size_t i = 0; i < 2; i++) {
            if (is_int8(session))
                session->kernels->to_bf16(head_width, from[i], (uint16_t *)to[i] + place);
            else
                memcpy((float *)to[i] + place, from[i], head_width * sizeof(float));
        }
    }
}

/* One head over its cached keys and values. */
static void path_f32(struct worker *worker, size_t length, const uint32_t *path, const float *keys,
                     const float *values, const float *query, const float *bias, float *context)
{
    const struct kernels *kernels = worker->session->kernels;
    size_t head_width = worker->session->config->head_width;
    float *scores = worker->scores;
    for (size_t i = 0; i < length; i++)
        scores[i] = kernels->dot(head_width, query, keys + path[i] * head_width);
    kernels->softmax(length, scores, bias);
    memset(context, 0, head_width * sizeof(*context));
    for (size_t i = 0; i < length; i++)
        kernels->add_scaled(head_width, scores[i], values + path[i] * head_width, context);
}

/* Asks for a row's keys and values of one head before they are read: a path may lie anywhere. */
static void ask_for(const struct worker *worker, size_t layer, size_t head,
                    const struct decoder_row *row)
{
    enum { LINE = 64 / sizeof(uint16_t) };
    size_t head_width = worker->session->config->head_width;
    const uint16_t *keys = worker->key_cache, *values = worker->value_cache;
    for (size_t i = 0; i <= row->position; i++) {
        size_t place = cache_place(worker->session, layer, head) + row->path[i] * head_width;
        for (size_t k = place; k < place + head_width; k += LINE) {
            __builtin_prefetch(keys + k);
            __builtin_prefetch(values + k);
        }
    }
}

static void attend_row(struct worker *worker, size_t layer, size_t head,
                       const struct decoder_row *row, const float *query, float *context)
{
    const struct t5_session *session = worker->session;
    size_t length = row->position + 1, most = session->limits.output_tokens;
    size_t place = cache_place(session, layer, head), head_width = session->config->head_width;
    const float *bias = session->decoder_bias + (head + 1) * most - length;
    if (is_int8(session))
        session->kernels->attend_path(
            length, head_width, row->path, (uint16_t *)worker->key_cache + place,
            (uint16_t *)worker->value_cache + place, query, bias, worker->scores, context);
    else
        path_f32(worker, length, row->path, (float *)worker->key_cache + place,
                 (float *)worker->value_cache + place, query, bias, context);
}

void attention_paths(struct worker *worker, size_t layer, const struct decoder_row *rows,
                     size_t count)
{
    const struct t5_session *session = worker->session;
    size_t heads = session->config->heads, head_width = session->config->head_width;
    for (size_t i = 0; i < count; i++) {
        for (size_t head = 0; head < heads; head++) {
            if (is_int8(session) && head + 1 < heads)
                ask_for(worker, layer, head + 1, &rows[i]);
            else if (is_int8(session) && i + 1 < count)
                ask_for(worker, layer, 0, &rows[i + 1]);
            size_t offset = i * session->inner + head * head_width;
            attend_row(worker, layer, head, &rows[i], worker->query + offset,
                       worker->context + offset);
        }
    }
}
