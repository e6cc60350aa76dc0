/* fuzz_gguf.c - any bytes as a GGUF file: every tensor that is read gives its numbers, and the file
 * is opened as a model. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inference/formats/gguf.h"
#include "inference/t5.h"

/* The first and the last block of each tensor. */
static void read_values(const struct stored_list *list)
{
    float values[256];
    for (size_t i = 0; i < list->count; i++) {
        const struct stored_tensor *tensor = &list->tensors[i];
        size_t block = stored_block_values(tensor->type), count = 1;
        for (size_t k = 0; k < tensor->rank; k++)
            count *= (size_t)tensor->shape[k];
        if (tensor->type == STORED_OTHER || count == 0)
            continue;
        stored_read_values(tensor, 0, block, values);
        stored_read_values(tensor, count - block, block, values);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct error error = {0};
    struct gguf *gguf;
    if (!gguf_read(&gguf, (struct text){(const char *)bytes, size}, "fuzz", &error))
        return 0;
    read_values(gguf_tensors(gguf));
    gguf_close(gguf);
    char path[64];
    int descriptor = memfd_create("fuzz", 0);
    if (write(descriptor, bytes, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
    struct t5_model *model;
    if (t5_model_open(&model, path, T5_F32, &error)) {
        int32_t ids[64];
        t5_tokenize(model, TEXT("The kettle  boils \xC2\xBD\xFF"), ids, 64);
        t5_model_close(model);
    }
    close(descriptor);
    return 0;
}
