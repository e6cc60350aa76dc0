/* model.h - what an open model contains, for the engine: sizes, weights, tokenizer. Everything
 * here is read-only and points into the mapped file, valid until t5_model_close. See
 * docs/MODEL.md. */
#ifndef INFERENCE_MODEL_MODEL_H
#define INFERENCE_MODEL_MODEL_H

#include "inference/t5.h"
#include "inference/tokenizer/tokenizer.h"

enum t5_activation { T5_ACTIVATION_RELU, T5_ACTIVATION_GELU_NEW };

/* All sizes are at least 1 and within the bounds of t5_config_check; the products that the tensors
 * need fit size_t. Widths are those of `transformers`: model_width = d_model, head_width =
 * d_kv, feed_forward_width = d_ff. heads * head_width may differ from model_width. */
struct t5_config {
    uint32_t model_width, head_width, feed_forward_width, heads;
    uint32_t encoder_layers, decoder_layers;
    uint32_t vocabulary_size;       /* rows of the embedding; at least the tokenizer's count */
    uint32_t relative_buckets;      /* rows of the position bias tables */
    uint32_t relative_max_distance; /* relative_attention_max_distance */
    enum t5_activation activation;
    bool is_gated;            /* v1.1: activation(x * wi) * (x * linear), two matrices */
    bool has_tied_embeddings; /* the output layer is the embedding */
    float output_scale;       /* applied to the decoder's output before the output layer; 1 if
                               * untied */
    float norm_epsilon;       /* under the square root of the RMS norm */
    int32_t pad_id, end_id, start_id; /* 0 <= id < vocabulary; start_id is the decoder's first
                                       * token */
    uint32_t recommended_input_tokens,
        recommended_output_tokens; /* recommended tokens, end tokens included */
};

/* Inputs of a feed-forward output layer that share a scale; see docs/MODEL.md, "int8". */
enum { T5_QUANTIZATION_GROUP = 256 };

/* rows = outputs (or the vocabulary), columns = inputs. Weight [row][column] is approximately
 * value * scale[row]. Values are in [-127, 127] and stored as kernels/packed.h describes, where
 * a row is called a column. An all-zero row has scale 0. Every array starts at a multiple of 64
 * bytes. */
struct t5_matrix {
    size_t rows, columns;
    size_t group_size; /* columns that are quantized and packed together: all of them, except
                        * T5_QUANTIZATION_GROUP for feed_forward.wo */
    const void *packed;
    const float *scale; /* [rows] */
    const float *f32;   /* [rows][columns], or NULL if the file was made with --int8-only */
};

struct t5_attention {
    const float *norm;                  /* [model_width], applied before the matrices */
    struct t5_matrix query, key, value; /* [heads * head_width][model_width] */
    struct t5_matrix output;            /* [model_width][heads * head_width] */
};

struct t5_feed_forward {
    const float *norm;   /* [model_width], applied before the matrices */
    struct t5_matrix wi; /* [feed_forward_width][model_width]; wi_0, the activated one, if gated */
    struct t5_matrix linear; /* wi_1 of a gated model; otherwise all zero */
    struct t5_matrix wo;     /* [model_width][feed_forward_width] */
};

struct t5_layer {
    struct t5_attention self;
    struct t5_attention cross; /* decoder only; otherwise all zero */
    struct t5_feed_forward feed_forward;
};

struct t5_stack {
    struct t5_layer *layers;
    size_t layer_count;
    const float *relative_bias; /* [relative_buckets][heads], shared by the stack's layers */
    const float *final_norm;    /* [model_width] */
};

struct t5_weights {
    struct t5_matrix embedding; /* [vocabulary][model_width], shared by encoder and decoder */
    struct t5_matrix output;    /* [vocabulary][model_width]; the embedding if tied */
    struct t5_stack encoder, decoder;
};

const struct t5_config *t5_model_config(const struct t5_model *model);
const struct t5_weights *t5_model_weights(const struct t5_model *model);
const struct tokenizer *t5_model_tokenizer(const struct t5_model *model);

#endif
