/* fuzz_safetensors.c - any bytes as a safetensors file: every number of every tensor is read. */
#include "inference/formats/safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct error error = {0};
    struct safetensors *tensors;
    if (!safetensors_read(&tensors, (struct text){(const char *)bytes, size}, "fuzz", &error))
        return 0;
    const struct stored_list *list = safetensors_tensors(tensors);
    for (size_t i = 0; i < list->count; i++) {
        const struct stored_tensor *tensor = &list->tensors[i];
        size_t width = tensor->type == STORED_F32 ? 4 : 2;
        for (size_t k = 0; tensor->type != STORED_OTHER && k < tensor->bytes.size / width; k++) {
            float value;
            stored_read_values(tensor, k, 1, &value);
        }
    }
    safetensors_close(tensors);
    return 0;
}
