/* gguf.h - the container that llama.cpp keeps models in: settings by name, and tensors. */
#ifndef INFERENCE_FORMATS_GGUF_H
#define INFERENCE_FORMATS_GGUF_H

#include "base/error.h"
#include "inference/formats/tensor_types.h"

struct gguf;

/* Whether a file's bytes begin as GGUF does. */
bool gguf_has_magic(struct text bytes);

/* Reads a file's bytes, which must outlive `gguf`; `name` begins messages. */
bool gguf_read(struct gguf **gguf, struct text bytes, const char *name, struct error *error);
void gguf_close(struct gguf *gguf); /* NULL is fine */

/* Shapes as the other formats write them: the outermost dimension first. */
const struct stored_list *gguf_tensors(const struct gguf *gguf);

/* The settings. Each of these is false, and *value untouched, when there is no setting of that name
 * and kind. Booleans are integers; texts borrow from the file. */
bool gguf_get_text(const struct gguf *gguf, const char *key, struct text *value);
bool gguf_get_integer(const struct gguf *gguf, const char *key, int64_t *value);
bool gguf_get_real(const struct gguf *gguf, const char *key, double *value);

/* A list's elements, one behind the other. */
struct gguf_list {
    uint32_t type;
    uint64_t count; /* left */
    struct text bytes;
};

bool gguf_list(const struct gguf *gguf, const char *key, struct gguf_list *list);

/* Take the next element off the front; false at the end, and for elements of another kind. */
bool gguf_next_text(struct gguf_list *list, struct text *value);
bool gguf_next_integer(struct gguf_list *list, int64_t *value);
bool gguf_next_real(struct gguf_list *list, double *value);

#endif
