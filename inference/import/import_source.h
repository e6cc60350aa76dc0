/* import_source.h - what a model is imported from: a Hugging Face directory, or a GGUF file. */
#ifndef INFERENCE_IMPORT_IMPORT_SOURCE_H
#define INFERENCE_IMPORT_IMPORT_SOURCE_H

#include "inference/formats/gguf.h"
#include "inference/formats/safetensors.h"
#include "inference/model/model.h"
#include "inference/model/tensors.h"

struct import_source {
    const char *path;
    const struct stored_list *tensors;
    struct t5_config config; /* the windows are left to the caller */
    const char *config_path; /* where the sizes are from, for messages */
    const char *tokenizer;   /* the file that tokenizer_load reads */
    const char *prompts;     /* an INI file that lies beside the weights, or NULL */
    const char *ngrams;      /* the table of them beside the weights, or NULL */
    bool is_gguf;            /* else tensors go by their Hugging Face names */

    struct safetensors *safetensors; /* one of these two is open */
    struct gguf *gguf;
    struct text file; /* mapped: the GGUF file */
    struct arena arena;
};

/* Opens a zeroed source and checks what is no matter of sizes. `path` must outlive it.
 * import_source_close undoes it, failed or not. */
bool import_source_open(struct import_source *source, const char *path, struct error *error);
void import_source_close(struct import_source *source);

/* The two kinds that there are: each fills a zeroed source but for its path. */
bool import_directory_open(struct import_source *source, struct error *error);
bool import_gguf_open(struct import_source *source, struct error *error);

/* The stored tensor that belongs into the slot, or NULL. */
const struct stored_tensor *import_source_find(const struct import_source *source,
                                               const struct tensor_spec *spec);

/* Whether the two hold the same numbers in the same type. */
bool stored_tensors_equal(const struct stored_tensor *a, const struct stored_tensor *b);

#endif
