/* test_model_file.c - inference/model/model_file.c and inference/import/import.c: an opened file
 * has the imported model, and every fault of a file is reported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "inference/kernels/packed.h"
#include "inference/model/model.h"
#include "inference/model/model_format.h"
#include "tests/support/tiny_model.h"

static const struct tiny_model v10 = {0}, v11 = {.is_gated = true, .untied = true};

/* Imports a directory and returns the bytes of the model file, in `arena`. */
static struct text import_bytes(struct arena *arena, char *directory, bool int8_only)
{
    struct error error = {0};
    struct text path = arena_format(arena, "%s/model.winnow", directory), bytes;
    struct t5_import import = {.source = directory, .target = path.bytes, .int8_only = int8_only};
    assert_true(t5_import(&import, &error));
    assert_true(
        file_read(path.bytes, (struct file_limits){1 << 24, ERROR_MODEL}, arena, &bytes, &error));
    return bytes;
}

/* Writes bytes to a file of the directory and opens it as a model. */
static bool open_bytes(struct t5_model **model, const char *directory, struct text bytes,
                       struct error *error)
{
    char path[256];
    struct file_writer writer;
    snprintf(path, sizeof(path), "%s/changed.winnow", directory);
    *error = (struct error){0};
    assert_true(file_writer_open(&writer, path, error));
    fwrite(bytes.bytes, 1, bytes.size, writer.stream);
    assert_true(file_writer_commit(&writer, error));
    return t5_model_open(model, path, T5_F32, error);
}

static void check_matrix(const struct t5_matrix *matrix, bool has_f32)
{
    assert_int_equal((uintptr_t)matrix->packed % 64, 0);
    assert_int_equal(matrix->f32 != NULL, has_f32);
    int8_t *row = memory_alloc(matrix->columns, sizeof(*row));
    for (size_t i = 0; has_f32 && i < matrix->rows; i++) {
        float largest = 0;
        unpack_grouped_column(&(struct grouped_matrix){matrix->rows, matrix->columns,
                                                       matrix->group_size, matrix->packed},
                              i, row);
        for (size_t k = 0; k < matrix->columns; k++) {
            float value = matrix->f32[i * matrix->columns + k];
            float restored = row[k] * matrix->scale[i];
            assert_true(fabsf(value - restored) <= matrix->scale[i] * 0.5001f);
            largest = fmaxf(largest, fabsf(value));
        }
        assert_true(matrix->scale[i] == largest / 127.0f);
    }
    free(row);
}

static void weights_are_aligned_scaled_and_shared(void **state)
{
    (void)state;
    for (int round = 0; round < 4; round++) {
        bool is_gated = round & 1, int8_only = round & 2;
        struct arena arena = {0};
        struct error error = {0};
        struct t5_model *model;
        char *directory = tiny_model_create(is_gated ? &v11 : &v10);
        assert_true(
            open_bytes(&model, directory, import_bytes(&arena, directory, int8_only), &error));
        const struct t5_config *config = t5_model_config(model);
        const struct t5_weights *weights = t5_model_weights(model);
        assert_int_equal(config->is_gated, is_gated);
        assert_int_equal(config->has_tied_embeddings, !is_gated);
        assert_true(fabsf(config->output_scale - (is_gated ? 1.0f : 1 / sqrtf(24.0f))) < 1e-6f);
        assert_int_equal(weights->encoder.layer_count, 2);
        assert_int_equal(weights->decoder.layer_count, 1);
        assert_ptr_equal(weights->encoder.layers[0].cross.query.packed, NULL);
        check_matrix(&weights->embedding, !int8_only);
        check_matrix(&weights->output, !int8_only);
        assert_int_equal(weights->output.packed == weights->embedding.packed, !is_gated);
        check_matrix(&weights->decoder.layers[0].cross.output, !int8_only);
        check_matrix(&weights->encoder.layers[1].feed_forward.wo, !int8_only);
        assert_int_equal(weights->encoder.layers[1].feed_forward.linear.packed != NULL, is_gated);
        assert_true(weights->decoder.final_norm[23] == 1.0f);
        assert_true(t5_tokenize(model, TEXT("The kettle boils fast."), NULL, 0) > 4);
        t5_model_close(model);
        tiny_model_remove(directory);
        arena_free(&arena);
    }
}

static void opening_a_directory_equals_importing_it(void **state)
{
    (void)state;
    static const char *const types[] = {"F32", "F16", "BF16"};
    for (size_t i = 0; i < 3; i++)
        for (int round = 0; round < 4; round++) {
            struct arena arena = {0};
            struct error error = {0};
            struct t5_model *from_directory, *from_file;
            bool sharded = round & 1, int8_only = round & 2;
            struct tiny_model tiny = {.is_gated = true, .type = types[i], .sharded = sharded};
            char *directory = tiny_model_create(&tiny);
            assert_true(
                t5_model_open(&from_directory, directory, int8_only ? T5_INT8 : T5_F32, &error));
            assert_true(open_bytes(&from_file, directory,
                                   import_bytes(&arena, directory, int8_only), &error));
            assert_true(text_equal(t5_model_id(from_directory), t5_model_id(from_file)));
            t5_model_close(from_directory);
            t5_model_close(from_file);
            tiny_model_remove(directory);
            arena_free(&arena);
        }
}

static void extra_sections_are_kept_by_import_and_prune(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error error = {0};
    struct t5_model *model, *pruned;
    char *directory = tiny_model_create(&v10);
    assert_true(t5_model_open(&model, directory, T5_INT8, &error));
    assert_int_equal(t5_model_section(model, "ngrams").size, 0);
    t5_model_close(model);
    FILE *file = fopen(arena_format(&arena, "%s/ngrams.s8", directory).bytes, "w");
    fputs("weights of n-grams.", file); /* 20 bytes */
    fclose(file);
    assert_true(t5_model_open(&model, directory, T5_INT8, &error));
    struct t5_layer_mask last = {.encoder = {[1] = true}};
    assert_true(t5_model_prune(&pruned, model, &last, &error));
    const char *path = arena_format(&arena, "%s/pruned.winnow", directory).bytes;
    assert_true(t5_model_save(pruned, path, &error));
    t5_model_close(pruned);
    t5_model_close(model);
    assert_true(t5_model_open(&model, path, T5_INT8, &error));
    assert_true(text_equal(t5_model_section(model, "ngrams"), TEXT("weights of n-grams.")));
    assert_int_equal(t5_model_section(model, "encoder.norm").size, 0);
    t5_model_close(model);

    struct text bytes = import_bytes(&arena, directory, true);
    struct model_header *header = (struct model_header *)(uintptr_t)bytes.bytes;
    struct model_section *section = (struct model_section *)(header + 1), *sections = section;
    while (strcmp(section->name, "ngrams") != 0)
        section++;
    section->kind = SECTION_F32;
    section->rows = 5;
    header->header_checksum = model_header_checksum(header, sections);
    assert_false(open_bytes(&model, directory, bytes, &error));
    assert_non_null(strstr(error.message, "ngrams"));
    tiny_model_remove(directory);
    arena_free(&arena);
}

static void prompts_are_imported(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error error = {0};
    struct t5_model *model;
    char *directory = tiny_model_create(&v11);
    assert_true(t5_model_open(&model, directory, T5_F32, &error));
    assert_true(text_equal(t5_model_prompt(model, "sentiment.neutral"), TEXT("neutral")));
    t5_model_close(model);
    const char *path = arena_format(&arena, "%s/prompts.ini", directory).bytes;
    FILE *file = fopen(path, "w");
    fputs("[window]\ninput = 48\n[sentiment]\ninput = {text}\ndecoder = <sentiment>\n"
          "own_key = kept\n",
          file);
    fclose(file);
    assert_true(t5_model_open(&model, directory, T5_F32, &error));
    assert_int_equal(t5_model_config(model)->recommended_input_tokens, 48);
    assert_int_equal(t5_model_config(model)->recommended_output_tokens, 64);
    assert_true(text_equal(t5_model_prompt(model, "sentiment.decoder"), TEXT("<sentiment>")));
    assert_true(text_equal(t5_model_prompt(model, "sentiment.own_key"), TEXT("kept")));
    assert_int_equal(t5_model_prompt(model, "sentiment.own").size, 0);
    t5_model_close(model);
    tiny_model_remove(directory);
    arena_free(&arena);
}

static void wrong_and_missing_tensors_are_reported_with_the_expected_shape(void **state)
{
    (void)state;
    static const struct {
        struct tiny_model tiny;
        const char *message;
    } examples[] = {
        {{.omitted_tensor = "encoder.block.1.layer.1.DenseReluDense.wi.weight"},
         "no tensor 'encoder.block.1.layer.1.DenseReluDense.wi.weight'; expected shape [40, 24]"},
        {{.omitted_tensor = "decoder.final_layer_norm.weight"},
         "no tensor 'decoder.final_layer_norm.weight'; expected shape [24]"},
        {{.transposed = "decoder.block.0.layer.1.EncDecAttention.o.weight"},
         "has shape [18, 24], expected [24, 18]"},
        {{.omitted_tensor = "shared.weight"},
         "no tensor 'shared.weight'; expected shape [660, 24]"},
    };
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct error error = {0};
        struct t5_model *model;
        char *directory = tiny_model_create(&examples[i].tiny);
        assert_false(t5_model_open(&model, directory, T5_F32, &error));
        assert_int_equal(error.kind, ERROR_MODEL);
        if (!strstr(error.message, examples[i].message))
            fail_msg("%s", error.message);
        tiny_model_remove(directory);
    }
}

static void a_changed_byte_is_detected(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error error;
    struct t5_model *model;
    char *directory = tiny_model_create(&v10);
    struct text good = import_bytes(&arena, directory, true);
    const struct model_header *header = (const struct model_header *)good.bytes;
    for (size_t i = 0; i < good.size; i += i < header->header_size ? 7 : 1499) {
        struct text bad = arena_copy_text(&arena, good);
        ((char *)(uintptr_t)bad.bytes)[i] ^= 0x10;
        bool opened = open_bytes(&model, directory, bad, &error);
        if (i < header->header_size)
            assert_false(opened);
        if (opened)
            t5_model_close(model);
        char path[256];
        snprintf(path, sizeof(path), "%s/changed.winnow", directory);
        error = (struct error){0};
        bool is_rejected = !t5_model_verify(path, &error);
        assert_true(is_rejected);
        assert_int_equal(error.kind, ERROR_MODEL);
    }
    tiny_model_remove(directory);
    arena_free(&arena);
}

static void a_truncated_file_is_rejected(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error error;
    struct t5_model *model;
    char *directory = tiny_model_create(&v10);
    struct text good = import_bytes(&arena, directory, true);
    for (size_t size = 0; size < good.size; size += size < 300 ? 13 : 4999) {
        assert_false(open_bytes(&model, directory, text_slice(good, 0, size), &error));
        assert_int_equal(error.kind, ERROR_MODEL);
    }
    tiny_model_remove(directory);
    arena_free(&arena);
}

/* The checksum is correct, but a field of a section is wrong. A larger offset (fault 2) can be
 * valid. */
static void a_section_with_a_wrong_field_is_rejected(void **state)
{
    (void)state;
    struct arena arena = {0};
    char *directory = tiny_model_create(&v10);
    struct text good = import_bytes(&arena, directory, true);
    for (size_t fault = 0; fault < 8; fault++)
        for (size_t i = 0; i < 60; i++) {
            struct text bad = arena_copy_text(&arena, good);
            struct model_header *header = (struct model_header *)(uintptr_t)bad.bytes;
            struct model_section *sections = (struct model_section *)(header + 1);
            if (i >= header->section_count)
                break;
            struct model_section *section = &sections[i];
            uint64_t *const fields[] = {&section->rows, &section->columns, &section->offset,
                                        &section->size};
            if (fault < 4)
                *fields[fault] += MODEL_ALIGNMENT;
            else if (fault == 4)
                section->offset = UINT64_MAX / 64 * 64;
            else if (fault == 5)
                section->rows = section->columns = UINT64_C(1) << 32;
            else if (fault == 6)
                section->kind = 99;
            else
                section->name[0] = 'X';
            header->header_checksum = model_header_checksum(header, sections);
            struct error error;
            struct t5_model *model;
            bool opened = open_bytes(&model, directory, bad, &error);
            if (opened)
                t5_model_close(model);
            else
                assert_int_equal(error.kind, ERROR_MODEL);
            if (fault != 2 && opened)
                fail_msg("fault %zu in section %zu (%s) is accepted", fault, i, section->name);
        }
    tiny_model_remove(directory);
    arena_free(&arena);
}

static void other_files_are_rejected_with_a_message(void **state)
{
    (void)state;
    static const struct {
        const char *path, *message;
    } examples[] = {
        {"tests/unit/data/tokenizer/spiece.model", "not a Winnow model file"},
        {"tests/unit/data/tokenizer", "neither model.safetensors nor"},
        {"does/not/exist", "No such file"},
    };
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct error error = {0};
        struct t5_model *model;
        assert_false(t5_model_open(&model, examples[i].path, T5_F32, &error));
        assert_int_equal(error.kind, ERROR_MODEL);
        assert_non_null(strstr(error.message, examples[i].message));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_are_aligned_scaled_and_shared),
        cmocka_unit_test(opening_a_directory_equals_importing_it),
        cmocka_unit_test(extra_sections_are_kept_by_import_and_prune),
        cmocka_unit_test(prompts_are_imported),
        cmocka_unit_test(wrong_and_missing_tensors_are_reported_with_the_expected_shape),
        cmocka_unit_test(a_changed_byte_is_detected),
        cmocka_unit_test(a_truncated_file_is_rejected),
        cmocka_unit_test(a_section_with_a_wrong_field_is_rejected),
        cmocka_unit_test(other_files_are_rejected_with_a_message),
    };
    return cmocka_run_group_tests_name("model_file", tests, NULL, NULL);
}
