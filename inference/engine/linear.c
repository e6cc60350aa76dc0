/* linear.c - linear layers over rows of activations, in int8 or float32. */
#include "inference/engine/session.h"

#include <string.h>

#include "inference/kernels/packed.h"

static bool is_int8(const struct worker *worker)
{
    return worker->session->limits.precision == T5_INT8;
}

/* The part of the quantised rows that begins with number `first`: parts lie one behind the other.
 */
static struct rows_s8 quantized_part(const struct rows_s8 *all, size_t first, size_t group)
{
    return (struct rows_s8){.rows = all->rows,
                            .depth = all->depth - first < group ? all->depth - first : group,
                            .bytes =
                                all->bytes + all->rows * (first / group) * quantized_size(group),
                            .scale = all->scale + all->rows * (first / group),
                            .soon = all->soon};
}

void linear_prepare(struct worker *worker, const struct operand *operand, size_t group)
{
    worker->quantized.rows = operand->rows;
    worker->quantized.depth = operand->depth;
    for (size_t first = 0; is_int8(worker) && first < operand->depth; first += group) {
        struct rows_s8 part = quantized_part(&worker->quantized, first, group);
        worker->session->kernels->quantize(operand->x + first, operand->depth, &part);
    }
}

void linear_prepare_norm(struct worker *worker, struct operand *operand, const float *norm,
                         const float *x)
{
    const struct t5_config *config = worker->session->config;
    const struct kernels *kernels = worker->session->kernels;
    operand->depth = config->model_width;
    operand->x = worker->normed;
    worker->quantized.rows = operand->rows;
    worker->quantized.depth = operand->depth;
    if (is_int8(worker))
        kernels->norm_quantize(x, norm, config->norm_epsilon, &worker->quantized);
    else
        kernels->rms_norm(operand->rows, operand->depth, x, norm, config->norm_epsilon,
                          worker->normed);
}

/* Group by group, each added to those before. */
static void multiply_s8(struct worker *worker, const struct linear *linear, float *y, bool add)
{
    for (size_t first = 0; first < linear->s8.depth; first += linear->group) {
        struct rows_s8 part = quantized_part(&worker->quantized, first, linear->group);
        struct weights_s8 weights = linear->s8;
        weights.depth = part.depth;
        weights.packed = (const uint8_t *)linear->s8.packed +
                         grouped_place(linear->s8.columns, first, linear->group);
        worker->session->kernels->matmul_s8(&part, &weights, y, add || first);
    }
}

void linear_apply(struct worker *worker, const struct operand *operand, const struct linear *linear,
                  float *y, bool add)
{
    if (is_int8(worker)) {
        multiply_s8(worker, linear, y, add);
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

/* worker->hidden = activation(wi(operand)), times gate(operand) where the model has a gate. */
static void activate(struct worker *worker, const struct feed_forward *layer,
                     const struct operand *operand)
{
    const struct t5_session *session = worker->session;
    const struct kernels *kernels = session->kernels;
    size_t count = operand->rows * session->config->hidden_width;
    bool gelu = session->config->activation == T5_ACTIVATION_GELU_NEW;
    const float *factor = NULL;
    if (is_int8(worker) && gelu && layer->gate.s8.columns) {
        kernels->gated_s8(&worker->quantized, &layer->wi.s8, &layer->gate.s8, worker->hidden);
        return;
    }
    linear_apply(worker, operand, &layer->wi, worker->hidden, false);
    if (layer->gate.s8.columns) {
        linear_apply(worker, operand, &layer->gate, worker->gate, false);
        factor = worker->gate;
    }
    if (gelu)
        kernels->gelu(count, worker->hidden, factor);
    else
        kernels->relu(count, worker->hidden, factor);
}

void feed_forward_apply(struct worker *worker, const struct feed_forward *layer,
                        struct operand shape, float *x)
{
    linear_prepare_norm(worker, &shape, layer->norm, x);
    activate(worker, layer, &shape);
    shape.depth = worker->session->config->hidden_width;
    shape.x = worker->hidden;
    linear_prepare(worker, &shape, layer->wo.group);
    linear_apply(worker, &shape, &layer->wo, x, true);
}

void embed_token(struct worker *worker, size_t row, int32_t token)
{
    const struct weights *weights = &worker->session->weights;
    size_t width = worker->session->config->model_width;
    float *x = worker->x + row * width;
    if (weights->embedding_f32) {
        memcpy(x, weights->embedding_f32 + (size_t)token * width, width * sizeof(*x));
        return;
    }
    int8_t *values = (int8_t *)worker->quantized.bytes;
    float scale = weights->embedding->scale[token];
    packed_column(width, weights->embedding->packed, (size_t)token, values);
    for (size_t k = 0; k < width; k++)
        x[k] = (float)values[k] * scale;
}
