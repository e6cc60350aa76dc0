/* linear.c - linear layers over rows of activations, in int8 or float32. */
#include "inference/engine/session.h"

#include <string.h>

#include "inference/kernels/packed.h"

static bool is_int8(const struct worker *worker)
{
    return worker->session->limits.precision == T5_INT8;
}

/* The group of the quantized rows that starts at value `first`. Groups are stored one after
 * another. */
static struct rows_s8 quantized_group(const struct rows_s8 *quantized_rows, size_t first,
                                      size_t group_size)
{
    return (struct rows_s8){
        .rows = quantized_rows->rows,
        .depth =
            quantized_rows->depth - first < group_size ? quantized_rows->depth - first : group_size,
        .bytes = quantized_rows->bytes +
                 quantized_rows->rows * (first / group_size) * quantized_row_size(group_size),
        .scale = quantized_rows->scale + quantized_rows->rows * (first / group_size),
        .prefetch = quantized_rows->prefetch};
}

void linear_prepare(struct worker *worker, const struct linear_input *linear_input,
                    size_t group_size)
{
    worker->quantized.rows = linear_input->rows;
    worker->quantized.depth = linear_input->depth;
    for (size_t first = 0; is_int8(worker) && first < linear_input->depth; first += group_size) {
        struct rows_s8 part = quantized_group(&worker->quantized, first, group_size);
        worker->session->kernels->quantize(linear_input->x + first, linear_input->depth, &part);
    }
}

void linear_prepare_norm(struct worker *worker, struct linear_input *linear_input,
                         const float *norm, const float *x)
{
    const struct t5_config *config = worker->session->config;
    const struct kernels *kernels = worker->session->kernels;
    linear_input->depth = config->model_width;
    linear_input->x = worker->normalized;
    worker->quantized.rows = linear_input->rows;
    worker->quantized.depth = linear_input->depth;
    struct norm layer_norm = {config->model_width, norm, config->norm_epsilon};
    if (is_int8(worker))
        kernels->norm_quantize(&layer_norm, x, &worker->quantized);
    else
        kernels->rms_norm(&layer_norm, linear_input->rows, x, worker->normalized);
}

/* Multiplies group by group and adds up the results. */
static void multiply_s8(struct worker *worker, const struct linear *linear, float *y, bool add)
{
    for (size_t first = 0; first < linear->s8.depth; first += linear->group_size) {
        struct rows_s8 part = quantized_group(&worker->quantized, first, linear->group_size);
        struct weights_s8 weights = linear->s8;
        weights.depth = part.depth;
        weights.packed = (const uint8_t *)linear->s8.packed +
                         grouped_offset(linear->s8.columns, first, linear->group_size);
        worker->session->kernels->matmul_s8(&part, &weights, y, add || first);
    }
}

void linear_apply(struct worker *worker, const struct linear_input *linear_input,
                  const struct linear *linear, float *y, bool add)
{
    if (is_int8(worker)) {
        multiply_s8(worker, linear, y, add);
        return;
    }
    size_t columns = linear->s8.columns, depth = linear_input->depth;
    const float *x = linear_input->x;
    for (size_t row = 0, group = 0; row < linear_input->rows; group++) {
        size_t rows = linear_input->group_rows ? linear_input->group_rows[group] : 1;
        sgemm(&(struct linear_f32){.rows = rows,
                                   .columns = columns,
                                   .depth = depth,
                                   .x = x + row * depth,
                                   .w = linear->f32,
                                   .y = y + row * columns,
                                   .add = add});
        row += rows;
    }
}

/* worker->hidden = activation(wi(input)), times the up projection of the input in gated models. */
static void apply_activation(struct worker *worker, const struct feed_forward *layer,
                             const struct linear_input *linear_input)
{
    const struct t5_session *session = worker->session;
    const struct kernels *kernels = session->kernels;
    size_t count = linear_input->rows * session->config->feed_forward_width;
    bool gelu = session->config->activation == T5_ACTIVATION_GELU_NEW;
    const float *factor = NULL;
    if (is_int8(worker) && gelu && layer->up_projection.s8.columns) {
        kernels->gated_gelu_s8(&worker->quantized, &layer->wi.s8, &layer->up_projection.s8,
                               worker->hidden);
        return;
    }
    linear_apply(worker, linear_input, &layer->wi, worker->hidden, false);
    if (layer->up_projection.s8.columns) {
        linear_apply(worker, linear_input, &layer->up_projection, worker->up_projection, false);
        factor = worker->up_projection;
    }
    if (gelu)
        kernels->gelu(count, worker->hidden, factor);
    else
        kernels->relu(count, worker->hidden, factor);
}

void feed_forward_apply(struct worker *worker, const struct feed_forward *layer,
                        struct linear_input shape, float *x)
{
    linear_prepare_norm(worker, &shape, layer->norm, x);
    apply_activation(worker, layer, &shape);
    shape.depth = worker->session->config->feed_forward_width;
    shape.x = worker->hidden;
    linear_prepare(worker, &shape, layer->wo.group_size);
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
    unpack_column(width, weights->embedding->packed, (size_t)token, values);
    for (size_t k = 0; k < width; k++)
        x[k] = (float)values[k] * scale;
}
