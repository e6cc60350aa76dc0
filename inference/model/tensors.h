/* tensors.h - every tensor that a model of given sizes has: its names, its shape, and where it
 * belongs among the weights. The model file, the import and the checks all go by this one list. */
#ifndef INFERENCE_MODEL_TENSORS_H
#define INFERENCE_MODEL_TENSORS_H

#include "inference/model/model.h"

struct tensor_spec {
    char name[40];            /* in a model file: "encoder.0.self.query" */
    char source[96];          /* in a Hugging Face directory */
    char gguf[40];            /* in a GGUF file */
    size_t rows, columns;     /* a vector has rows 1 */
    size_t group_size;        /* of a matrix: see struct t5_matrix */
    bool is_bias_table;       /* of position biases: two dimensions, but kept in float32 */
    struct t5_matrix *matrix; /* where it belongs: a matrix that is multiplied by, */
    const float **vector;     /* or float32 numbers */
};

struct tensor_list {
    struct tensor_spec *specs;
    size_t count, capacity;
};

/* Checks every size against the bounds of docs/MODEL.md; `name` begins messages. */
bool t5_config_check(const struct t5_config *config, const char *name, struct error *error);

/* Gives zeroed `weights` the layers of a checked configuration and lists all tensors, the embedding
 * first and the output layer (only when not tied) second. */
void list_tensors(const struct t5_config *config, struct t5_weights *weights,
                  struct tensor_list *list);
void tensor_list_free(struct tensor_list *list);  /* the list only */
void t5_weights_free(struct t5_weights *weights); /* the layers; safe on zeroed weights */

#endif
