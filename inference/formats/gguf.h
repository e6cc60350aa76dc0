/* gguf.h - GGUF, the container format of llama.cpp: named settings and tensors. Source: ggml's
 * docs/gguf.md. */
#ifndef INFERENCE_FORMATS_GGUF_H
#define INFERENCE_FORMATS_GGUF_H

#include "base/error.h"
#include "inference/formats/tensor_types.h"

struct gguf;

/* Whether the bytes start with GGUF's magic number. */
bool gguf_has_magic(struct text bytes);

/* Reads a file's bytes, which must outlive `gguf`; messages start with `name`. */
bool gguf_read(struct gguf **gguf, struct text bytes, const char *name, struct error *error);
void gguf_close(struct gguf *gguf); /* may be NULL */

/* Shapes have the outermost dimension first, as in the other formats. */
const struct stored_list *gguf_tensors(const struct gguf *gguf);

/* The settings. Each function returns false and leaves *value unchanged if there is no setting
 * of that name and type. Booleans are integers; texts borrow from the file. */
bool gguf_get_text(const struct gguf *gguf, const char *key, struct text *value);
bool gguf_get_integer(const struct gguf *gguf, const char *key, int64_t *value);
bool gguf_get_real(const struct gguf *gguf, const char *key, double *value);

/* The elements of a list, which are consecutive. */
struct gguf_list {
    uint32_t type;
    uint64_t count; /* elements left */
    struct text bytes;
};

bool gguf_list(const struct gguf *gguf, const char *key, struct gguf_list *list);

/* Takes the next element off the front; false at the end and for elements of another type. */
bool gguf_next_text(struct gguf_list *list, struct text *value);
bool gguf_next_integer(struct gguf_list *list, int64_t *value);
bool gguf_next_real(struct gguf_list *list, double *value);

#endif
