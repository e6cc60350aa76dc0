/* tensors.h - every tensor of a model of given sizes: its names, its shape, and its place among
 * the weights. The model file, the import and the checks all use this one list. */
#ifndef INFERENCE_MODEL_TENSORS_H
#define INFERENCE_MODEL_TENSORS_H

#include "inference/model/model.h"

struct tensor_spec {
    char name[40];            /* name in a model file: "encoder.0.self.query" */
    char source[96];          /* name in a Hugging Face directory */
    char gguf[40];            /* name in a GGUF file */
    size_t rows, columns;     /* rows is 1 for a vector */
    size_t group_size;        /* of a matrix; see struct t5_matrix */
    bool is_bias_table;       /* a table of position biases: two dimensions, but kept in float32 */
    struct t5_matrix *matrix; /* destination of a matrix */
    const float **vector;     /* destination of float32 numbers */
};

struct tensor_list {
    struct tensor_spec *specs;
    size_t count, capacity;
};

/* Checks every size against the bounds of docs/MODEL.md; messages start with `name`. */
bool t5_config_check(const struct t5_config *config, const char *name, struct error *error);

/* Gives zeroed `weights` the layers of a checked configuration and lists all tensors, first the
 * embedding, second the output layer (only if not tied). */
void list_tensors(const struct t5_config *config, struct t5_weights *weights,
                  struct tensor_list *list);
void tensor_list_free(struct tensor_list *list);  /* frees the list only */
void t5_weights_free(struct t5_weights *weights); /* frees the layers; safe on zeroed weights */

#endif
