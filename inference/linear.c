/* linear.c - linear layers over rows of activations, in int8 or float32. */
#include "inference/session.h"

#include <string.h>

void linear_prepare(struct worker *worker, const struct operand *operand)
{
    if (worker->session->limits.precision == T5_INT8)
        worker->session->kernels->quantize(operand->rows, operand->depth, operand->x,
                                           worker->quantized, worker->row_scale);
}

void linear_apply(struct worker *worker, const struct operand *operand, const struct linear *linear,
                  float *y, bool add)
{
    if (worker->session->limits.precision == T5_INT8) {
        worker->session->kernels->matmul_s8(operand->rows, worker->quantized, worker->row_scale,
                                            &linear->s8, y, add);
        return;
    }
    size_t columns = linear->s8.columns, depth = operand->depth;
    const float *x = operand->x;
    for (size_t row = 0, group = 0; row < operand->rows; group++) {
        size_t rows = operand->group_rows ? operand->group_rows[group] : 1;
        sgemm(rows, columns, depth, x + row * depth, linear->f32, y + row * columns, add);
        row += rows;
    }
}

void feed_forward_apply(struct worker *worker, const struct feed_forward *layer,
                        struct operand shape)
{
    const struct t5_session *session = worker->session;
    const struct kernels *kernels = session->kernels;
    size_t width = session->config->model_width, hidden = session->config->hidden_width;
    kernels->rms_norm(shape.rows, width, worker->x, layer->norm, session->config->norm_epsilon,
                      worker->normed);
    shape.depth = width;
    shape.x = worker->normed;
    linear_prepare(worker, &shape);
    linear_apply(worker, &shape, &layer->wi, worker->hidden, false);
    const float *factor = NULL;
    if (layer->gate.s8.columns) {
        linear_apply(worker, &shape, &layer->gate, worker->gate, false);
        factor = worker->gate;
    }
    if (session->config->activation == T5_ACTIVATION_RELU)
        kernels->relu(shape.rows * hidden, worker->hidden, factor);
    else
        kernels->gelu(shape.rows * hidden, worker->hidden, factor);
    shape.depth = hidden;
    shape.x = worker->hidden;
    linear_prepare(worker, &shape);
    linear_apply(worker, &shape, &layer->wo, worker->x, true);
}

void embed_token(struct worker *worker, size_t row, int32_t token)
{
    const struct weights *weights = &worker->session->weights;
    size_t width = worker->session->config->model_width, begin = (size_t)token * width;
    float *x = worker->x + row * width;
    if (weights->embedding_f32) {
        memcpy(x, weights->embedding_f32 + begin, width * sizeof(*x));
        return;
    }
    float scale = weights->embedding->scale[token];
    for (size_t k = 0; k < width; k++)
        x[k] = (float)weights->embedding->s8[begin + k] * scale;
}
