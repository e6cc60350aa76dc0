/* weights.h - a model's matrices as a session multiplies them. */
#ifndef INFERENCE_MODEL_WEIGHTS_H
#define INFERENCE_MODEL_WEIGHTS_H

#include "inference/kernels/kernels.h"
#include "inference/model/model.h"

/* A matrix of outputs x inputs: `s8` if the precision is T5_INT8, otherwise `f32`. */
struct linear {
    struct weights_s8 s8; /* its columns and depth are set for both precisions */
    size_t group_size;    /* of s8: inputs that are quantized and packed together */
    const float *f32;     /* [columns][depth] */
};

struct attention {
    const float *norm;
    struct linear query, key, value, output;
};

struct feed_forward {
    const float *norm;
    struct linear wi, up_projection,
        wo; /* up_projection: has no columns if the model is not gated */
};

struct layer {
    struct attention self, cross; /* cross: decoder only */
    struct feed_forward feed_forward;
};

struct stack {
    struct layer *layers;
    size_t layer_count;
    const float *final_norm;
};

struct weights {
    const struct t5_matrix *embedding; /* borrowed from the model */
    const float *embedding_f32;        /* T5_F32 only */
    struct linear output;
    struct stack encoder, decoder;

    float *buffer; /* owned: float32 converted from int8 */
};

/* Uses int8 where the model has it. Float32 values are those of the file, or int8 values times
 * their scales if the file has none. `model` must outlive the weights. */
bool weights_open(struct weights *weights, const struct t5_model *model,
                  enum t5_precision precision, struct error *error);
void weights_close(struct weights *weights); /* safe on a zeroed one */

#endif
