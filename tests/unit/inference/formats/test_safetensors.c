/* test_safetensors.c - inference/formats/safetensors.c: valid and damaged files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "inference/formats/safetensors.h"

/* A safetensors file with this header and data, in `arena`. */
static struct text file_of(struct arena *arena, const char *header, struct text data)
{
    uint64_t size = strlen(header);
    struct text file = arena_format(arena, "12345678%s%*s", header, (int)data.size, "");
    char *bytes = (char *)(uintptr_t)file.bytes;
    memcpy(bytes, &size, sizeof(size));
    if (data.size)
        memcpy(bytes + 8 + size, data.bytes, data.size);
    return file;
}

static void values_of_every_type_are_read(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error error = {0};
    struct safetensors *tensors;
    /* 1, -2 as float32; 1, the smallest subnormal, -infinity as float16; 1, -3 as bfloat16 */
    struct text data = TEXT("\0\0\x80\x3F\0\0\0\xC0"
                            "\0\x3C\x01\0\0\xFC"
                            "\x80\x3F\x40\xC0");
    struct text file =
        file_of(&arena,
                "{\"__metadata__\": {\"a\": \"b\"},"
                "\"a\": {\"dtype\": \"F32\", \"shape\": [1, 2], \"data_offsets\": [0, 8]},"
                "\"h\": {\"dtype\": \"F16\", \"shape\": [3], \"data_offsets\": [8, 14]},"
                "\"b\": {\"dtype\": \"BF16\", \"shape\": [2], \"data_offsets\": [14, 18]},"
                "\"i\": {\"dtype\": \"I64\", \"shape\": [], \"data_offsets\": [0, 8]}}",
                data);
    assert_true(safetensors_read(&tensors, file, "test", &error));
    assert_int_equal(safetensors_tensors(tensors)->count, 4);
    float values[3];
    const struct stored_tensor *a = stored_list_find(safetensors_tensors(tensors), "a");
    assert_int_equal(a->rank, 2);
    assert_int_equal(a->shape[1], 2);
    stored_read_values(a, 0, 2, values);
    assert_true(values[0] == 1 && values[1] == -2);
    stored_read_values(a, 1, 1, values);
    assert_true(values[0] == -2);
    stored_read_values(stored_list_find(safetensors_tensors(tensors), "h"), 0, 3, values);
    assert_true(values[0] == 1 && values[1] == 0x1p-24f && values[2] == -1.0f / 0.0f);
    stored_read_values(stored_list_find(safetensors_tensors(tensors), "b"), 0, 2, values);
    assert_true(values[0] == 1 && values[1] == -3);
    assert_int_equal(stored_list_find(safetensors_tensors(tensors), "i")->type, STORED_OTHER);
    assert_null(stored_list_find(safetensors_tensors(tensors), "none"));
    safetensors_close(tensors);
    arena_free(&arena);
}

static void every_bound_is_checked(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "",
        "[]",
        "{",
        "{\"a\": 1}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 9]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [3], \"data_offsets\": [0, 8]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [8, 0]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [-2], \"data_offsets\": [0, 8]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": 2, \"data_offsets\": [0, 8]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [-8, 0]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [4611686018427387905], \"data_offsets\": [0, 4]}}",
        ("{\"a\": {\"dtype\": \"F32\", \"shape\": [4294967296, 4294967296, 1],"
         " \"data_offsets\": [0, 0]}}"),
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [1,1,1,1,1,1,1,1,2], \"data_offsets\": [0, 8]}}",
    };
    for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
        struct arena arena = {0};
        struct error error = {0};
        struct safetensors *tensors;
        struct text file = file_of(&arena, headers[i], TEXT("01234567"));
        assert_false(safetensors_read(&tensors, file, "test", &error));
        assert_int_equal(error.kind, ERROR_MODEL);
        assert_null(tensors);
        arena_free(&arena);
    }
}

static void a_file_shorter_than_its_header_is_rejected(void **state)
{
    (void)state;
    static const struct text files[] = {{"", 0},
                                        {"1234567", 7},
                                        {"\x03\0\0\0\0\0\0\0{}", 10},
                                        {"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF{}", 10}};
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        struct error error = {0};
        struct safetensors *tensors;
        assert_false(safetensors_read(&tensors, files[i], "test", &error));
        assert_non_null(strstr(error.message, "test: damaged safetensors file"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_every_type_are_read),
        cmocka_unit_test(every_bound_is_checked),
        cmocka_unit_test(a_file_shorter_than_its_header_is_rejected),
    };
    return cmocka_run_group_tests_name("safetensors", tests, NULL, NULL);
}
