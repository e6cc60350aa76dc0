/* attention.c - softmax(queries * keys + bias) * values for one head.
 *
 * T5 does not divide the products by sqrt(d_kv): its weights already carry that factor. */
#include "inference/session.h"

void transpose_keys(size_t length, size_t padded, size_t head_width, size_t stride,
                    const float *rows, float *keys)
{
    for (size_t first = 0; first < padded; first += COLUMN_GROUP) {
        for (size_t k = 0; k < head_width; k++) {
            float *target = keys + k * padded + first;
            for (size_t i = 0; i < COLUMN_GROUP; i++)
                target[i] = first + i < length ? rows[(first + i) * stride + k] : 0;
        }
    }
}

void attend(struct worker *worker, const struct head *head, size_t queries, const float *query,
            float *context)
{
    const struct kernels *kernels = worker->session->kernels;
    size_t head_width = worker->session->config->head_width;
    for (size_t first = 0; first < queries; first += QUERY_ROWS) {
        size_t rows = queries - first < QUERY_ROWS ? queries - first : QUERY_ROWS;
        kernels->matmul_f32(rows, head->padded, head_width, query + first * head->stride,
                            head->stride, head->keys, head->padded, worker->scores, head->padded);
        for (size_t i = 0; i < rows; i++)
            kernels->softmax(head->length, worker->scores + i * head->padded,
                             head->bias ? head->bias - first - i : NULL);
        kernels->matmul_f32(rows, head_width, head->length, worker->scores, head->padded,
                            head->values, head->stride, context + first * head->stride,
                            head->stride);
    }
}
