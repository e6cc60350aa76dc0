/* tensor_types.h - tensors as safetensors and GGUF files store them, and their numbers as float32.
 */
#ifndef INFERENCE_FORMATS_TENSOR_TYPES_H
#define INFERENCE_FORMATS_TENSOR_TYPES_H

#include "base/arena.h"
#include "base/text.h"

enum stored_type {
    STORED_OTHER, /* not read */
    STORED_F32,
    STORED_F16,
    STORED_BF16,
    STORED_Q4_0, /* from here on: ggml's blocks of 32 numbers, */
    STORED_Q4_1,
    STORED_Q5_0,
    STORED_Q5_1,
    STORED_Q8_0,
    STORED_Q2_K, /* and of 256 */
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
    size_t rank; /* dimensions */
    uint64_t shape[STORED_MAX_RANK];
    struct text bytes; /* row-major, little-endian; of the size that type and shape ask for */
};

/* The tensors of a file or several, in their order. */
struct stored_list {
    struct stored_tensor *tensors;
    size_t count, capacity;
    struct arena names; /* holds the texts of the tensors */
};

/* Copies the tensor's texts; its bytes stay borrowed. */
void stored_list_add(struct stored_list *list, struct stored_tensor tensor);
const struct stored_tensor *stored_list_find(const struct stored_list *list, const char *name);
void stored_list_free(struct stored_list *list); /* safe on a zeroed one */

/* The numbers that are stored together: 1, 32 or 256; 0 for STORED_OTHER. */
size_t stored_block_values(enum stored_type type);

/* The bytes that `count` numbers take. False when they are no whole number of blocks, when the size
 * is beyond uint64_t, and for STORED_OTHER. */
bool stored_byte_size(enum stored_type type, uint64_t count, uint64_t *size);

/* Numbers [first, first + count) as float32, both whole blocks; not for STORED_OTHER. */
void stored_read_values(const struct stored_tensor *tensor, size_t first, size_t count,
                        float *values);

#endif
