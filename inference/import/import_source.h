/* import_source.h - the source of an import: a Hugging Face directory or a GGUF file. */
#ifndef INFERENCE_IMPORT_IMPORT_SOURCE_H
#define INFERENCE_IMPORT_IMPORT_SOURCE_H

#include "inference/formats/gguf.h"
#include "inference/formats/safetensors.h"
#include "inference/model/model.h"
#include "inference/model/model_format.h"
#include "inference/model/tensors.h"

struct import_source {
    const char *path;
    const struct stored_list *tensors;
    struct t5_config config;               /* the caller sets the windows */
    const char *config_path;               /* where the sizes come from, for messages */
    const char *tokenizer;                 /* the file that tokenizer_load reads */
    const char *prompts;                   /* an INI file in the same directory, or NULL */
    const char *tables[MODEL_TABLE_COUNT]; /* files in the same directory, or NULL */
    bool is_gguf;                          /* otherwise tensors have their Hugging Face names */

    struct safetensors *safetensors; /* one of these two is open */
    struct gguf *gguf;
    struct text file; /* the mapped GGUF file */
    struct arena arena;
};

/* Opens a zeroed source and checks everything that does not depend on sizes. `path` must
 * outlive it. Call import_source_close even after a failure. */
bool import_source_open(struct import_source *source, const char *path, struct error *error);
void import_source_close(struct import_source *source);

/* One function for each kind of source: fills a zeroed source, except its path. */
bool import_directory_open(struct import_source *source, struct error *error);
bool import_gguf_open(struct import_source *source, struct error *error);

/* The stored tensor for `spec`, or NULL. */
const struct stored_tensor *import_source_find(const struct import_source *source,
                                               const struct tensor_spec *spec);

/* Whether the two contain the same numbers in the same type. */
bool stored_tensors_equal(const struct stored_tensor *a, const struct stored_tensor *b);

#endif
