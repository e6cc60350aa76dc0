/* tensor_types.h - tensors as safetensors and GGUF files store them, and their conversion to
 * float32. */
#ifndef INFERENCE_FORMATS_TENSOR_TYPES_H
#define INFERENCE_FORMATS_TENSOR_TYPES_H

#include "base/arena.h"
#include "base/text.h"

enum stored_type {
    STORED_OTHER, /* not supported */
    STORED_F32,
    STORED_F16,
    STORED_BF16,
    STORED_Q4_0, /* ggml's blocks of 32 numbers */
    STORED_Q4_1,
    STORED_Q5_0,
    STORED_Q5_1,
    STORED_Q8_0,
    STORED_Q2_K, /* ggml's blocks of 256 numbers */
    STORED_Q3_K,
    STORED_Q4_K,
    STORED_Q5_K,
    STORED_Q6_K,
};

enum { STORED_MAX_RANK = 8 };

struct stored_tensor {
    struct text name;
    enum stored_type type;
    struct text type_name;
    size_t rank; /* number of dimensions */
    uint64_t shape[STORED_MAX_RANK];
    struct text bytes; /* row-major, little-endian; the size follows from type and shape */
};

/* The tensors of one or more files, in file order. */
struct stored_list {
    struct stored_tensor *tensors;
    size_t count, capacity;
    struct arena names; /* holds the tensors' texts */
};

/* Copies the tensor's texts; its bytes stay borrowed. */
void stored_list_add(struct stored_list *list, struct stored_tensor tensor);
const struct stored_tensor *stored_list_find(const struct stored_list *list, const char *name);
void stored_list_free(struct stored_list *list); /* safe on a zeroed one */

/* The block size: how many numbers are stored together: 1, 32 or 256; 0 for STORED_OTHER. */
size_t stored_block_values(enum stored_type type);

/* The bytes that `count` numbers take. False if they are not a whole number of blocks, if the
 * size exceeds uint64_t, and for STORED_OTHER. */
bool stored_byte_size(enum stored_type type, uint64_t count, uint64_t *size);

/* Converts numbers [first, first + count), whole blocks, to float32. Not for STORED_OTHER. */
void stored_read_values(const struct stored_tensor *tensor, size_t first, size_t count,
                        float *values);

#endif
