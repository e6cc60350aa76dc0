/* weights.c - a model's matrices in the form that a session multiplies with. */
#include "inference/weights.h"

#include <stdlib.h>

#include "base/memory.h"

/* Everything is laid out twice: without room to find how much is needed, then with it. */
struct packing {
    const struct kernels *kernels;
    enum t5_precision precision;
    uint8_t *room;
    size_t used;
};

static void *take(struct packing *packing, size_t size)
{
    void *place = packing->room ? packing->room + packing->used : NULL;
    packing->used += (size + 63) / 64 * 64;
    return place;
}

static const float *dequantise(struct packing *packing, const struct t5_matrix *matrix)
{
    if (matrix->f32)
        return matrix->f32;
    float *values = take(packing, matrix->rows * matrix->columns * sizeof(*values));
    for (size_t row = 0, i = 0; values && row < matrix->rows; row++)
        for (size_t k = 0; k < matrix->columns; k++, i++)
            values[i] = (float)matrix->s8[i] * matrix->scale[row];
    return values;
}

static struct linear pack(struct packing *packing, const struct t5_matrix *matrix)
{
    struct linear linear = {.s8 = {.columns = matrix->rows,
                                   .depth = matrix->columns,
                                   .values = matrix->s8,
                                   .scale = matrix->scale}};
    if (packing->precision == T5_F32) {
        linear.f32 = dequantise(packing, matrix);
        return linear;
    }
    void *packed = take(packing, packing->kernels->packed_size(matrix->rows, matrix->columns));
    if (packed)
        packing->kernels->pack(matrix->rows, matrix->columns, matrix->s8, packed);
    linear.s8.packed = packed;
    return linear;
}

static struct attention pack_attention(struct packing *packing, const struct t5_attention *from)
{
    return (struct attention){.norm = from->norm,
                              .query = pack(packing, &from->query),
                              .key = pack(packing, &from->key),
                              .value = pack(packing, &from->value),
                              .output = pack(packing, &from->output)};
}

static void pack_layer(struct packing *packing, const struct t5_layer *from, struct layer *layer)
{
    layer->self = pack_attention(packing, &from->self);
    if (from->cross.query.rows)
        layer->cross = pack_attention(packing, &from->cross);
    layer->feed_forward.norm = from->feed_forward.norm;
    layer->feed_forward.wi = pack(packing, &from->feed_forward.wi);
    layer->feed_forward.wo = pack(packing, &from->feed_forward.wo);
    if (from->feed_forward.linear.rows)
        layer->feed_forward.gate = pack(packing, &from->feed_forward.linear);
}

static void pack_all(struct packing *packing, const struct t5_weights *from, bool tied,
                     struct weights *weights)
{
    packing->used = 0;
    if (packing->precision == T5_F32)
        weights->embedding_f32 = dequantise(packing, &from->embedding);
    if (packing->precision == T5_F32 && tied)
        weights->output =
            (struct linear){.s8 = {.columns = from->output.rows, .depth = from->output.columns},
                            .f32 = weights->embedding_f32};
    else
        weights->output = pack(packing, &from->output);
    for (size_t i = 0; i < from->encoder.layer_count; i++)
        pack_layer(packing, &from->encoder.layers[i], &weights->encoder.layers[i]);
    for (size_t i = 0; i < from->decoder.layer_count; i++)
        pack_layer(packing, &from->decoder.layers[i], &weights->decoder.layers[i]);
}

static struct stack open_stack(const struct t5_stack *from)
{
    return (struct stack){.layers = memory_alloc(from->layer_count, sizeof(struct layer)),
                          .layer_count = from->layer_count,
                          .final_norm = from->final_norm};
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
    *weights = (struct weights){.embedding = &source->embedding,
                                .encoder = open_stack(&source->encoder),
                                .decoder = open_stack(&source->decoder)};
    struct packing packing = {.kernels = kernels, .precision = precision};
    pack_all(&packing, source, config->tied, weights);
    if (packing.used) {
        weights->room = memory_alloc_aligned(packing.used, 1);
        packing.room = weights->room;
        pack_all(&packing, source, config->tied, weights);
    }
    return true;
}

void weights_close(struct weights *weights)
{
    free(weights->room);
    free(weights->encoder.layers);
    free(weights->decoder.layers);
    *weights = (struct weights){0};
}
