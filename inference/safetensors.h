/* safetensors.h - the tensors of a Hugging Face directory: mapped, one file or several. */
#ifndef INFERENCE_SAFETENSORS_H
#define INFERENCE_SAFETENSORS_H

#include "base/error.h"
#include "base/text.h"

enum safetensor_type { SAFETENSOR_F32, SAFETENSOR_F16, SAFETENSOR_BF16, SAFETENSOR_OTHER };

struct safetensor {
    struct text name;
    enum safetensor_type type;
    struct text type_name;
    size_t rank; /* dimensions; beyond 8 is a fault */
    uint64_t shape[8];
    struct text bytes; /* row-major, little-endian; of the size that type and shape ask for */
};

struct safetensors;

/* Opens DIRECTORY/model.safetensors, or the shards that model.safetensors.index.json names. */
bool safetensors_open(struct safetensors **tensors, const char *directory, struct error *error);
void safetensors_close(struct safetensors *tensors); /* NULL is fine */

/* Reads one file's bytes, which must outlive `tensors`; `name` begins messages. */
bool safetensors_read(struct safetensors **tensors, struct text bytes, const char *name,
                      struct error *error);

/* NULL when there is none; valid until closed. */
const struct safetensor *safetensors_find(const struct safetensors *tensors, const char *name);
size_t safetensors_count(const struct safetensors *tensors);
const struct safetensor *safetensors_at(const struct safetensors *tensors, size_t index);

/* Elements [first, first + count) as float32; not for SAFETENSOR_OTHER. */
void safetensor_values(const struct safetensor *tensor, size_t first, size_t count, float *values);

#endif
