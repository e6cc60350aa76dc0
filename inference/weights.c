/* weights.c - a model's matrices in the form that a session multiplies with. */
#include "inference/weights.h"

#include <stdlib.h>

#include "base/memory.h"

struct packing {
    struct weights *weights;
    const struct kernels *kernels;
    enum t5_precision precision;
};

static void *own(struct weights *weights, void *block)
{
    weights->owned = memory_grow(weights->owned, &weights->owned_capacity, weights->owned_count + 1,
                                 sizeof(*weights->owned));
    weights->owned[weights->owned_count++] = block;
    return block;
}

static const float *dequantise(struct weights *weights, const struct t5_matrix *matrix)
{
    if (matrix->f32)
        return matrix->f32;
    size_t count = matrix->rows * matrix->columns;
    float *values = own(weights, memory_alloc_aligned(count, sizeof(float)));
    for (size_t row = 0, i = 0; row < matrix->rows; row++)
        for (size_t k = 0; k < matrix->columns; k++, i++)
            values[i] = (float)matrix->s8[i] * matrix->scale[row];
    return values;
}

static struct linear pack(const struct packing *packing, const struct t5_matrix *matrix)
{
    const struct kernels *kernels = packing->kernels;
    struct linear linear = {.s8 = {.columns = matrix->rows,
                                   .depth = matrix->columns,
                                   .values = matrix->s8,
                                   .scale = matrix->scale}};
    if (packing->precision == T5_F32) {
        linear.f32 = dequantise(packing->weights, matrix);
    } else {
        size_t size = kernels->packed_size(matrix->rows, matrix->columns);
        if (size) {
            void *packed = own(packing->weights, memory_alloc_aligned(size, 1));
            kernels->pack(matrix->rows, matrix->columns, matrix->s8, packed);
            linear.s8.packed = packed;
        }
    }
    return linear;
}

static struct attention pack_attention(const struct packing *packing,
                                       const struct t5_attention *from)
{
    return (struct attention){.norm = from->norm,
                              .query = pack(packing, &from->query),
                              .key = pack(packing, &from->key),
                              .value = pack(packing, &from->value),
                              .output = pack(packing, &from->output)};
}

static struct stack pack_stack(const struct packing *packing, const struct t5_stack *from)
{
    struct stack stack = {.layers = memory_alloc(from->layer_count, sizeof(*stack.layers)),
                          .layer_count = from->layer_count,
                          .final_norm = from->final_norm};
    for (size_t i = 0; i < from->layer_count; i++) {
        const struct t5_layer *source = &from->layers[i];
        struct layer *layer = &stack.layers[i];
        layer->self = pack_attention(packing, &source->self);
        if (source->cross.query.rows)
            layer->cross = pack_attention(packing, &source->cross);
        layer->feed_forward.norm = source->feed_forward.norm;
        layer->feed_forward.wi = pack(packing, &source->feed_forward.wi);
        layer->feed_forward.wo = pack(packing, &source->feed_forward.wo);
        if (source->feed_forward.linear.rows)
            layer->feed_forward.gate = pack(packing, &source->feed_forward.linear);
    }
    return stack;
}

bool weights_open(struct weights *weights, const struct t5_model *model,
                  const struct kernels *kernels, enum t5_precision precision, struct error *error)
{
    const struct t5_config *config = t5_model_config(model);
    const struct t5_weights *source = t5_model_weights(model);
    size_t inner = (size_t)config->heads * config->head_width;
    if (config->model_width > KERNEL_MOST_DEPTH || config->hidden_width > KERNEL_MOST_DEPTH ||
        inner > KERNEL_MOST_DEPTH)
        return error_set(error, ERROR_MODEL, "the model is wider than the %d that sums allow",
                         KERNEL_MOST_DEPTH);
    struct packing packing = {weights, kernels, precision};
    *weights = (struct weights){.embedding = &source->embedding};
    if (precision == T5_F32)
        weights->embedding_f32 = dequantise(weights, &source->embedding);
    if (precision == T5_F32 && config->tied)
        weights->output =
            (struct linear){.s8 = {.columns = source->output.rows, .depth = source->output.columns},
                            .f32 = weights->embedding_f32};
    else
        weights->output = pack(&packing, &source->output);
    weights->encoder = pack_stack(&packing, &source->encoder);
    weights->decoder = pack_stack(&packing, &source->decoder);
    return true;
}

void weights_close(struct weights *weights)
{
    for (size_t i = 0; i < weights->owned_count; i++)
        free(weights->owned[i]);
    free(weights->owned);
    free(weights->encoder.layers);
    free(weights->decoder.layers);
    *weights = (struct weights){0};
}
