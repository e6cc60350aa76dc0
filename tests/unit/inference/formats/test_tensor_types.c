/* test_tensor_types.c - inference/formats/tensor_types.c: ggml's blocks give the numbers of the
 * Python package `gguf`. tests/parity/record_gguf.py writes tests/unit/data/blocks.tsv. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "inference/formats/tensor_types.h"

static const struct {
    const char *name;
    enum stored_type type;
} types[] = {
    {"F16", STORED_F16},   {"BF16", STORED_BF16}, {"Q4_0", STORED_Q4_0}, {"Q4_1", STORED_Q4_1},
    {"Q5_0", STORED_Q5_0}, {"Q5_1", STORED_Q5_1}, {"Q8_0", STORED_Q8_0}, {"Q2_K", STORED_Q2_K},
    {"Q3_K", STORED_Q3_K}, {"Q4_K", STORED_Q4_K}, {"Q5_K", STORED_Q5_K}, {"Q6_K", STORED_Q6_K},
};

static enum stored_type type_of(struct text name)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        if (text_equal(name, text_of(types[i].name)))
            return types[i].type;
    return STORED_OTHER;
}

static uint32_t read_hex(struct text digits)
{
    char copy[9] = "";
    memcpy(copy, digits.bytes, digits.size < 8 ? digits.size : 8);
    return (uint32_t)strtoul(copy, NULL, 16);
}

static struct text read_bytes(struct arena *arena, struct text digits)
{
    char *bytes = arena_alloc(arena, digits.size / 2, 1);
    for (size_t i = 0; i < digits.size / 2; i++)
        bytes[i] = (char)read_hex(text_slice(digits, i * 2, i * 2 + 2));
    return (struct text){bytes, digits.size / 2};
}

static void blocks_give_the_recorded_numbers(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error error = {0};
    struct text file, line, name, digits, number;
    size_t lines = 0;
    assert_true(file_read("tests/unit/data/blocks.tsv", (struct file_limits){1 << 20, ERROR_INPUT},
                          &arena, &file, &error));
    while (text_split(&file, '\n', &line) && line.size) {
        assert_true(text_split(&line, '\t', &name) && text_split(&line, '\t', &digits));
        struct stored_tensor tensor = {.type = type_of(name), .bytes = read_bytes(&arena, digits)};
        size_t block = stored_block_values(tensor.type), count = (line.size + 1) / 9;
        uint64_t size;
        float *values = arena_alloc(&arena, count, sizeof(*values));
        assert_true(stored_byte_size(tensor.type, count, &size));
        assert_int_equal(size, tensor.bytes.size);
        /* Reads the first block last, so that the first call starts within the tensor. */
        stored_read_values(&tensor, block, count - block, values + block);
        stored_read_values(&tensor, 0, block, values);
        for (size_t i = 0; text_split(&line, ' ', &number); i++) {
            uint32_t bits;
            memcpy(&bits, &values[i], sizeof(bits));
            if (bits != read_hex(number))
                fail_msg("%.*s: number %zu is %a (%08x), expected %.*s", TEXT_ARGUMENT(name), i,
                         (double)values[i], bits, TEXT_ARGUMENT(number));
        }
        lines++;
    }
    assert_int_equal(lines, sizeof(types) / sizeof(*types));
    arena_free(&arena);
}

static void sizes_must_be_whole_blocks_within_bounds(void **state)
{
    (void)state;
    uint64_t size;
    assert_false(stored_byte_size(STORED_Q8_0, 33, &size));
    assert_false(stored_byte_size(STORED_Q6_K, 128, &size));
    assert_false(stored_byte_size(STORED_OTHER, 1, &size));
    assert_false(stored_byte_size(STORED_F32, UINT64_MAX / 2, &size));
    assert_true(stored_byte_size(STORED_F32, 0, &size) && size == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_give_the_recorded_numbers),
        cmocka_unit_test(sizes_must_be_whole_blocks_within_bounds),
    };
    return cmocka_run_group_tests_name("tensor_types", tests, NULL, NULL);
}
