/* row_forest.h - the decoder rows of token sequences that are given, not generated.
 *
 * The sequences of one input form a tree, so tokens that they share at their start are computed
 * once. A forest contains the trees of several inputs: enough rows for one decoder pass, or more if
 * one sequence is longer. */
#ifndef INFERENCE_ENGINE_ROW_FOREST_H
#define INFERENCE_ENGINE_ROW_FOREST_H

#include "inference/engine/session.h"

#define ROW_FOREST_NO_ROW UINT32_MAX

struct row_forest {
    struct decoder_row *rows; /* [capacity], owned; parents before their children */
    uint32_t *paths;          /* [capacity][path_size], owned; row i uses cache node i */
    size_t count, capacity;   /* at most session->nodes */
    size_t path_size;         /* tokens of the longest sequence */
    size_t first_row;         /* first row of the input that is being added */
};

struct row_forest row_forest_open(const struct t5_session *session);
void row_forest_close(struct row_forest *row_forest);

/* Removes all rows. */
void row_forest_reset(struct row_forest *row_forest);

/* Starts the tree of another input. */
void row_forest_begin_input(struct row_forest *row_forest);

/* The row of `token` after row `parent` (ROW_FOREST_NO_ROW: none) in the tree of the input begun
 * last; added if it does not exist. The forest must have room for it. */
uint32_t row_forest_get_or_add(struct row_forest *row_forest, size_t input, uint32_t parent,
                               int32_t token);

#endif
