/* test_gguf.c - inference/formats/gguf.c, inference/import/gguf_model.c and
 * inference/tokenizer/tokenizer_gguf.c: a GGUF file gives the model from which it was converted,
 * and every fault of a file is reported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "inference/formats/gguf.h"
#include "inference/model/model.h"
#include "tests/support/tiny_model.h"

static const char recorded[] = "tests/fuzz/corpus/gguf/tiny_q8_0";

static void a_converted_model_is_the_same_model(void **state)
{
    (void)state;
    static const char *const names[] = {"F32", "F16", "BF16"};
    for (size_t i = 0; i < 3; i++)
        for (int v11 = 0; v11 < 2; v11++) {
            struct arena arena = {0};
            struct error error = {0};
            struct t5_model *from_directory, *from_gguf;
            struct tiny_model tiny = {
                .is_gated = v11, .untied = v11, .type = names[i], .gguf = true};
            char *directory = tiny_model_create(&tiny);
            const char *path = arena_format(&arena, "%s/model.gguf", directory).bytes;
            assert_true(t5_model_open(&from_directory, directory, T5_F32, &error));
            if (!t5_model_open(&from_gguf, path, T5_F32, &error))
                fail_msg("%s", error.message);
            assert_true(text_equal(t5_model_id(from_directory), t5_model_id(from_gguf)));
            t5_model_close(from_directory);
            t5_model_close(from_gguf);
            tiny_model_remove(directory);
            arena_free(&arena);
        }
}

static void settings_and_tensors_are_read(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error error = {0};
    struct text bytes, text;
    struct gguf *gguf;
    int64_t integer;
    double real;
    struct gguf_list list;
    assert_true(
        file_read(recorded, (struct file_limits){1 << 20, ERROR_MODEL}, &arena, &bytes, &error));
    assert_true(gguf_has_magic(bytes));
    assert_true(gguf_read(&gguf, bytes, recorded, &error));
    assert_true(gguf_get_text(gguf, "general.architecture", &text));
    assert_true(text_equal(text, TEXT("t5")));
    assert_true(gguf_get_integer(gguf, "t5.attention.key_length", &integer) && integer == 16);
    assert_true(gguf_get_integer(gguf, "tokenizer.ggml.add_space_prefix", &integer) &&
                integer == 1);
    assert_true(gguf_get_real(gguf, "t5.attention.layer_norm_rms_epsilon", &real));
    assert_true((float)real == 1e-6f);
    assert_false(gguf_get_integer(gguf, "general.architecture", &integer));
    assert_false(gguf_get_integer(gguf, "t5.attention.layer_norm_rms_epsilon", &integer));
    assert_false(gguf_get_text(gguf, "no.such.key", &text));
    assert_true(gguf_list(gguf, "tokenizer.ggml.tokens", &list));
    assert_int_equal(list.count, 40);
    assert_true(gguf_next_text(&list, &text) && text_equal(text, TEXT("<pad>")));
    const struct stored_tensor *tensor =
        stored_list_find(gguf_tensors(gguf), "dec.blk.0.cross_attn_o.weight");
    assert_int_equal(tensor->type, STORED_Q8_0);
    assert_int_equal(tensor->rank, 2);
    assert_int_equal(tensor->bytes.size, 32 * 34);
    assert_int_equal(stored_list_find(gguf_tensors(gguf), "enc.blk.0.attn_rel_b.weight")->shape[0],
                     8);
    gguf_close(gguf);
    arena_free(&arena);
}

static void a_recorded_file_opens_as_model_and_tokenizer(void **state)
{
    (void)state;
    struct error error = {0};
    struct t5_model *model;
    int32_t ids[8];
    assert_true(t5_model_open(&model, recorded, T5_F32, &error));
    const struct t5_config *config = t5_model_config(model);
    assert_true(config->is_gated && config->has_tied_embeddings);
    assert_int_equal(config->vocabulary_size, 40);
    assert_int_equal(config->decoder_layers, 1);
    assert_int_equal(config->relative_max_distance, 128);
    assert_int_equal(t5_tokenize(model, TEXT("ab  c"), ids, 8), 5);
    assert_int_equal(ids[1], 4); /* "a", after the space */
    t5_model_close(model);
    struct t5_tokenizer *tokenizer;
    assert_true(t5_tokenizer_open(&tokenizer, recorded, &error));
    assert_int_equal(t5_tokenizer_end_id(tokenizer), 1);
    assert_int_equal(t5_tokenizer_encode(tokenizer, TEXT("ab  c"), ids, NULL, 8), 5);
    t5_tokenizer_close(tokenizer);
}

/* Opens the recorded file as a model, with the first `from` replaced by `to`; expects an error. */
static void expect_fault(const char *from, const char *to, const char *message)
{
    struct arena arena = {0};
    struct error error = {0};
    struct text bytes;
    struct t5_model *model;
    assert_true(
        file_read(recorded, (struct file_limits){1 << 20, ERROR_MODEL}, &arena, &bytes, &error));
    size_t at = text_find(bytes, text_of(from), 0);
    assert_true(at < bytes.size);
    memcpy((char *)(uintptr_t)bytes.bytes + at, to, strlen(to));
    char path[] = "/tmp/winnow-test-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "wb");
    fwrite(bytes.bytes, 1, bytes.size, file);
    fclose(file);
    assert_false(t5_model_open(&model, path, T5_F32, &error));
    assert_int_equal(error.kind, ERROR_MODEL);
    if (!strstr(error.message, message))
        fail_msg("'%s' instead of '%s': %s", to, from, error.message);
    remove(path);
    arena_free(&arena);
}

static void missing_parts_and_unknown_versions_are_reported(void **state)
{
    (void)state;
    expect_fault("GGUF\x03", "GGUF\x01", "GGUF of version 1");
    expect_fault("GGUF\x03", "GGUF\x09", "GGUF of version 9");
    expect_fault("t5.block_count", "t5.block_cOunt", "t5.block_count is missing");
    expect_fault("enc.output_norm", "enc.output_nOrm", "no tensor 'enc.output_norm.weight'");
    expect_fault("tokenizer.ggml.tokens", "tokenizer.ggml.tOkens",
                 "expected tokenizer.ggml.tokens");
    expect_fault("token_embd", "token_embD", "no tensor 'token_embd.weight'");
}

static void a_truncated_file_is_rejected(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error error = {0};
    struct text bytes;
    assert_true(
        file_read(recorded, (struct file_limits){1 << 20, ERROR_MODEL}, &arena, &bytes, &error));
    for (size_t size = 0; size < bytes.size; size += size < 4096 ? 3 : 61) {
        struct gguf *gguf;
        error = (struct error){0};
        assert_false(gguf_read(&gguf, text_slice(bytes, 0, size), "cut", &error));
        assert_null(gguf);
        assert_non_null(strstr(error.message, "cut: damaged GGUF file"));
    }
    arena_free(&arena);
}

/* The header: 4 bytes of magic, 4 of version, and two counts. */
static void counts_beyond_the_file_are_rejected(void **state)
{
    (void)state;
    static const struct text files[] = {
        {"GGUF\x03\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\0", 24},
        {"GGUF\x03\0\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 24},
        /* one setting "a": a list of 2^63 bytes; of 2^61 texts; of lists */
        {"GGUF\x03\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0a\x09\0\0\0\0\0\0\0"
         "\0\0\0\0\0\0\0\x80",
         49},
        {"GGUF\x03\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0a\x09\0\0\0\x08\0\0\0"
         "\0\0\0\0\0\0\0\x20",
         49},
        {"GGUF\x03\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0a\x09\0\0\0\x09\0\0\0"
         "\1\0\0\0\0\0\0\0",
         49},
        {"GGUF\0\0\0\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24},
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        struct error error = {0};
        struct gguf *gguf;
        assert_false(gguf_read(&gguf, files[i], "test", &error));
        assert_int_equal(error.kind, ERROR_MODEL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_converted_model_is_the_same_model),
        cmocka_unit_test(settings_and_tensors_are_read),
        cmocka_unit_test(a_recorded_file_opens_as_model_and_tokenizer),
        cmocka_unit_test(missing_parts_and_unknown_versions_are_reported),
        cmocka_unit_test(a_truncated_file_is_rejected),
        cmocka_unit_test(counts_beyond_the_file_are_rejected),
    };
    return cmocka_run_group_tests_name("gguf", tests, NULL, NULL);
}
