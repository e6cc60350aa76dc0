/* tiny_model.h - a Hugging Face directory with a model of a few kilobytes, for tests. */
#ifndef TESTS_SUPPORT_TINY_MODEL_H
#define TESTS_SUPPORT_TINY_MODEL_H

#include <stdbool.h>

struct tiny_model {
    bool is_gated;              /* v1.1's feed-forward; else v1.0's */
    bool untied;                /* an output layer of its own, unscaled */
    const char *type;           /* "F32", "F16" or "BF16"; NULL: F32 */
    const char *omitted_tensor; /* a tensor that is not written; NULL: none */
    const char *transposed; /* a tensor whose shape is written the wrong way round; NULL: none */
    bool sharded;           /* two files and an index */
    bool gguf;              /* the same model also as model.gguf */
};

/* Writes config.json, the weights (the same numbers every time) and spiece.model into a new
 * directory below /tmp, whose name it returns: freed by the caller with tiny_model_remove. */
char *tiny_model_create(const struct tiny_model *tiny);
void tiny_model_remove(char *directory);

#endif
