/* tiny_model.h - creates a Hugging Face directory with a model of a few kilobytes, for tests. */
#ifndef TESTS_SUPPORT_TINY_MODEL_H
#define TESTS_SUPPORT_TINY_MODEL_H

#include <stdbool.h>

struct tiny_model {
    bool is_gated;              /* the feed-forward layer of v1.1, else of v1.0 */
    bool untied;                /* with its own output layer, unscaled */
    const char *type;           /* "F32", "F16" or "BF16"; NULL: F32 */
    const char *omitted_tensor; /* a tensor that is not written; NULL: none */
    const char *transposed;     /* a tensor whose shape is written in the wrong order; NULL: none */
    bool sharded;               /* two files and an index */
    bool gguf;                  /* also writes the same model as model.gguf */
};

/* Writes config.json, the weights (always the same numbers) and spiece.model into a new directory
 * in /tmp. Returns its name, which the caller frees with tiny_model_remove. */
char *tiny_model_create(const struct tiny_model *tiny);
void tiny_model_remove(char *directory);

#endif
