/* safetensors.h - the tensors of a Hugging Face directory, mapped from one file or several. */
#ifndef INFERENCE_FORMATS_SAFETENSORS_H
#define INFERENCE_FORMATS_SAFETENSORS_H

#include "base/error.h"
#include "inference/formats/tensor_types.h"

struct safetensors;

/* Opens DIRECTORY/model.safetensors, or the shards that model.safetensors.index.json lists. */
bool safetensors_open(struct safetensors **tensors, const char *directory, struct error *error);
void safetensors_close(struct safetensors *tensors); /* may be NULL */

/* Reads one file's bytes, which must outlive `tensors`; messages start with `name`. */
bool safetensors_read(struct safetensors **tensors, struct text bytes, const char *name,
                      struct error *error);

/* Reads F32, F16 and BF16; other types are STORED_OTHER. Valid until closed. */
const struct stored_list *safetensors_tensors(const struct safetensors *tensors);

#endif
