/* weights.c - a model's matrices as a session multiplies them: int8 as stored in the file,
 * float32 from the file or converted from int8. */
#include "inference/model/weights.h"

#include <stdlib.h>

#include "base/memory.h"
#include "inference/kernels/packed.h"

/* Memory for float32 values that the file does not have. The layout is computed twice: first
 * without memory, to find the size, then with it. */
struct dequantize_buffer {
    enum t5_precision precision;
    float *buffer;
    size_t used;
};

static const float *dequantize(struct dequantize_buffer *buffer, const struct t5_matrix *matrix)
{
    if (matrix->f32)
        return matrix->f32;
    float *values = buffer->buffer ? buffer->buffer + buffer->used : NULL;
    buffer->used += matrix->rows * matrix->columns;
    int8_t *row = memory_alloc(matrix->columns, sizeof(*row));
    for (size_t i = 0; values && i < matrix->rows; i++) {
        unpack_grouped_column(&(struct grouped_matrix){matrix->rows, matrix->columns,
                                                       matrix->group_size, matrix->packed},
                              i, row);
        for (size_t k = 0; k < matrix->columns; k++)
            values[i * matrix->columns + k] = (float)row[k] * matrix->scale[i];
    }
    free(row);
    return values;
}

static struct linear prepare_linear(struct dequantize_buffer *buffer,
                                    const struct t5_matrix *matrix)
{
    struct linear linear = {.s8 = {.columns = matrix->rows,
                                   .depth = matrix->columns,
                                   .packed = matrix->packed,
                                   .scale = matrix->scale},
                            .group_size = matrix->group_size};
    if (buffer->precision == T5_F32)
        linear.f32 = dequantize(buffer, matrix);
    return linear;
}

static struct attention prepare_attention(struct dequantize_buffer *buffer,
                                          const struct t5_attention *stored)
{
    return (struct attention){.norm = stored->norm,
                              .query = prepare_linear(buffer, &stored->query),
                              .key = prepare_linear(buffer, &stored->key),
                              .value = prepare_linear(buffer, &stored->value),
                              .output = prepare_linear(buffer, &stored->output)};
}

static void prepare_layer(struct dequantize_buffer *buffer, const struct t5_layer *stored,
                          struct layer *layer)
{
    layer->self = prepare_attention(buffer, &stored->self);
    if (stored->cross.query.rows)
        layer->cross = prepare_attention(buffer, &stored->cross);
    layer->feed_forward.norm = stored->feed_forward.norm;
    layer->feed_forward.wi = prepare_linear(buffer, &stored->feed_forward.wi);
    layer->feed_forward.wo = prepare_linear(buffer, &stored->feed_forward.wo);
    if (stored->feed_forward.linear.rows)
        layer->feed_forward.up_projection = prepare_linear(buffer, &stored->feed_forward.linear);
}

static void prepare_weights(struct dequantize_buffer *buffer, const struct t5_weights *stored,
                            bool has_tied_embeddings, struct weights *weights)
{
    buffer->used = 0;
    if (buffer->precision == T5_F32)
        weights->embedding_f32 = dequantize(buffer, &stored->embedding);
    if (buffer->precision == T5_F32 && has_tied_embeddings)
        weights->output =
            (struct linear){.s8 = {.columns = stored->output.rows, .depth = stored->output.columns},
                            .f32 = weights->embedding_f32};
    else
        weights->output = prepare_linear(buffer, &stored->output);
    for (size_t i = 0; i < stored->encoder.layer_count; i++)
        prepare_layer(buffer, &stored->encoder.layers[i], &weights->encoder.layers[i]);
    for (size_t i = 0; i < stored->decoder.layer_count; i++)
        prepare_layer(buffer, &stored->decoder.layers[i], &weights->decoder.layers[i]);
}

static struct stack prepare_stack(const struct t5_stack *stored)
{
    return (struct stack){.layers = memory_alloc(stored->layer_count, sizeof(struct layer)),
                          .layer_count = stored->layer_count,
                          .final_norm = stored->final_norm};
}

bool weights_open(struct weights *weights, const struct t5_model *model,
                  enum t5_precision precision, struct error *error)
{
    const struct t5_config *config = t5_model_config(model);
    const struct t5_weights *source = t5_model_weights(model);
    size_t inner_width = (size_t)config->heads * config->head_width;
    if (config->model_width > KERNEL_MAX_DEPTH || config->feed_forward_width > KERNEL_MAX_DEPTH ||
        inner_width > KERNEL_MAX_DEPTH)
        return error_set(error, ERROR_MODEL, "the model is wider than the %d that sums allow",
                         KERNEL_MAX_DEPTH);
    *weights = (struct weights){.embedding = &source->embedding,
                                .encoder = prepare_stack(&source->encoder),
                                .decoder = prepare_stack(&source->decoder)};
    struct dequantize_buffer buffer = {.precision = precision};
    prepare_weights(&buffer, source, config->has_tied_embeddings, weights);
    if (buffer.used) {
        weights->buffer = buffer.buffer = memory_alloc_aligned(buffer.used, sizeof(float));
        prepare_weights(&buffer, source, config->has_tied_embeddings, weights);
    }
    return true;
}

void weights_close(struct weights *weights)
{
    free(weights->buffer);
    free(weights->encoder.layers);
    free(weights->decoder.layers);
    *weights = (struct weights){0};
}
