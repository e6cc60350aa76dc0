/* weights.c - a model's matrices as a session multiplies with them: int8 as it lies in the file,
 * float32 from the file or made from int8. */
#include "inference/model/weights.h"

#include <stdlib.h>

#include "base/memory.h"
#include "inference/kernels/packed.h"

/* Room for float32 that the file has not. Everything is laid out twice: without room to find how
 * much is needed, then with it. */
struct dequantising {
    enum t5_precision precision;
    float *room;
    size_t used;
};

static const float *dequantise(struct dequantising *room, const struct t5_matrix *matrix)
{
    if (matrix->f32)
        return matrix->f32;
    float *values = room->room ? room->room + room->used : NULL;
    room->used += matrix->rows * matrix->columns;
    int8_t *row = memory_alloc(matrix->columns, sizeof(*row));
    for (size_t i = 0; values && i < matrix->rows; i++) {
        grouped_column(matrix->rows, matrix->columns, matrix->group, matrix->packed, i, row);
        for (size_t k = 0; k < matrix->columns; k++)
            values[i * matrix->columns + k] = (float)row[k] * matrix->scale[i];
    }
    free(row);
    return values;
}

static struct linear open_linear(struct dequantising *room, const struct t5_matrix *matrix)
{
    struct linear linear = {.s8 = {.columns = matrix->rows,
                                   .depth = matrix->columns,
                                   .packed = matrix->packed,
                                   .scale = matrix->scale},
                            .group = matrix->group};
    if (room->precision == T5_F32)
        linear.f32 = dequantise(room, matrix);
    return linear;
}

static struct attention open_attention(struct dequantising *room, const struct t5_attention *from)
{
    return (struct attention){.norm = from->norm,
                              .query = open_linear(room, &from->query),
                              .key = open_linear(room, &from->key),
                              .value = open_linear(room, &from->value),
                              .output = open_linear(room, &from->output)};
}

static void open_layer(struct dequantising *room, const struct t5_layer *from, struct layer *layer)
{
    layer->self = open_attention(room, &from->self);
    if (from->cross.query.rows)
        layer->cross = open_attention(room, &from->cross);
    layer->feed_forward.norm = from->feed_forward.norm;
    layer->feed_forward.wi = open_linear(room, &from->feed_forward.wi);
    layer->feed_forward.wo = open_linear(room, &from->feed_forward.wo);
    if (from->feed_forward.linear.rows)
        layer->feed_forward.gate = open_linear(room, &from->feed_forward.linear);
}

static void open_all(struct dequantising *room, const struct t5_weights *from, bool tied,
                     struct weights *weights)
{
    room->used = 0;
    if (room->precision == T5_F32)
        weights->embedding_f32 = dequantise(room, &from->embedding);
    if (room->precision == T5_F32 && tied)
        weights->output =
            (struct linear){.s8 = {.columns = from->output.rows, .depth = from->output.columns},
                            .f32 = weights->embedding_f32};
    else
        weights->output = open_linear(room, &from->output);
    for (size_t i = 0; i < from->encoder.layer_count; i++)
        open_layer(room, &from->encoder.layers[i], &weights->encoder.layers[i]);
    for (size_t i = 0; i < from->decoder.layer_count; i++)
        open_layer(room, &from->decoder.layers[i], &weights->decoder.layers[i]);
}

static struct stack open_stack(const struct t5_stack *from)
{
    return (struct stack){.layers = memory_alloc(from->layer_count, sizeof(struct layer)),
                          .layer_count = from->layer_count,
                          .final_norm = from->final_norm};
}

bool weights_open(struct weights *weights, const struct t5_model *model,
                  enum t5_precision precision, struct error *error)
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
    struct dequantising room = {.precision = precision};
    open_all(&room, source, config->tied, weights);
    if (room.used) {
        weights->room = room.room = memory_alloc_aligned(room.used, sizeof(float));
        open_all(&room, source, config->tied, weights);
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
