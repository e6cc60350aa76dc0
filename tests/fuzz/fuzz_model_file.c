/* fuzz_model_file.c - any bytes as a model file. The header's checksum is corrected first, so
 * that later checks are reached. A model that opens is used: weights, tokenizer, prompts, a
 * session. Its numbers may have any value. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inference/kernels/packed.h"
#include "inference/model/model_format.h"

/* Reads the first and the last numbers of a few tensors. */
static float touch(const struct t5_model *model)
{
    const struct t5_config *config = t5_model_config(model);
    const struct t5_matrix *matrices[] = {&t5_model_weights(model)->embedding,
                                          &t5_model_weights(model)->output,
                                          &t5_model_weights(model)->decoder.layers[0].cross.key};
    float sum = 0;
    for (size_t i = 0; i < sizeof(matrices) / sizeof(*matrices); i++) {
        const struct t5_matrix *matrix = matrices[i];
        const int8_t *packed = matrix->packed;
        sum += packed[0] * matrix->scale[0] +
               packed[grouped_size(matrix->rows, matrix->columns, matrix->group_size) - 1] *
                   matrix->scale[matrix->rows - 1];
        if (matrix->f32)
            sum += matrix->f32[matrix->rows * matrix->columns - 1];
    }
    return sum + t5_model_weights(model)->decoder.final_norm[config->model_width - 1];
}

/* Encodes, scores and generates; the only promise is that each call returns. */
static void run(const struct t5_model *model, struct arena *arena)
{
    struct t5_limits limits = {
        .batch = 1, .input_tokens = 32, .output_tokens = 8, .threads = 1, .beam = 2};
    struct t5_session *session;
    struct text input = TEXT("the kettle");
    struct t5_target target = {.text = TEXT("a")};
    struct t5_output output;
    float score;
    if (!t5_session_open(&session, model, &limits, NULL))
        return;
    if (t5_encode(session, &input, 1, NULL)) {
        t5_score(session, &target, 1, &score, NULL);
        t5_generate(session, &(struct t5_decoding){.max_tokens = 4}, arena, &output, NULL);
        t5_generate(session, &(struct t5_decoding){.max_tokens = 4, .beam = 2, .length_penalty = 1},
                    arena, &output, NULL);
    }
    t5_session_close(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *copy = malloc(size + 1);
    if (!copy)
        abort();
    memcpy(copy, bytes, size);
    struct model_header *header = (struct model_header *)(void *)copy;
    if (size >= sizeof(*header) &&
        header->section_count <= (size - sizeof(*header)) / sizeof(struct model_section)) {
        memcpy(header->magic, MODEL_MAGIC, sizeof(header->magic));
        header->header_size =
            (uint32_t)(sizeof(*header) + header->section_count * sizeof(struct model_section));
        header->file_size = size;
        header->header_checksum =
            model_header_checksum(header, (const struct model_section *)(header + 1));
    }
    char path[64];
    int descriptor = memfd_create("fuzz", 0);
    if (write(descriptor, copy, size) != (ssize_t)size)
        abort();
    free(copy);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
    struct error error = {0};
    struct t5_model *model;
    if (t5_model_open(&model, path, T5_F32, &error)) {
        struct arena arena = {0};
        int32_t ids[100];
        volatile float sum = touch(model);
        (void)sum;
        size_t count =
            t5_tokenize(model, TEXT("The kettle  boils <topics> \xC2\xBD\xFF"), ids, 100);
        tokenizer_decode(t5_model_tokenizer(model), ids, count < 100 ? count : 100, &arena);
        t5_model_prompt(model, "sentiment.input");
        t5_model_describe(model, &arena);
        run(model, &arena);
        t5_model_close(model);
        arena_free(&arena);
    }
    close(descriptor);
    return 0;
}
