/* tensor_types.c - converts the bytes of stored tensors to numbers. ggml's types store a block
 * of numbers as small integers with a scale, or with a scale and a minimum. K types have blocks
 * of 256, whose parts of 16 or 32 numbers have small scales of their own. */
#include "inference/formats/tensor_types.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { SMALL_BLOCK = 32, LARGE_BLOCK = 256 };

void stored_list_add(struct stored_list *list, struct stored_tensor tensor)
{
    list->tensors =
        memory_grow(list->tensors, &list->capacity, list->count + 1, sizeof(*list->tensors));
    tensor.name = arena_copy_text(&list->names, tensor.name);
    tensor.type_name = arena_copy_text(&list->names, tensor.type_name);
    list->tensors[list->count++] = tensor;
}

const struct stored_tensor *stored_list_find(const struct stored_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (text_equal(list->tensors[i].name, text_of(name)))
            return &list->tensors[i];
    return NULL;
}

void stored_list_free(struct stored_list *list)
{
    arena_free(&list->names);
    free(list->tensors);
    *list = (struct stored_list){0};
}

static float from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static uint16_t read_16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

/* IEEE half precision, including subnormal numbers, infinities and NaN. */
static float read_half(const uint8_t *bytes)
{
    uint16_t bits = read_16(bytes);
    uint32_t sign = (uint32_t)(bits & 0x8000) << 16;
    uint32_t exponent = bits >> 10 & 0x1F, fraction = bits & 0x3FF;
    if (exponent == 0) {
        float value = (float)fraction * 0x1p-24f;
        return sign ? -value : value;
    }
    if (exponent == 31)
        return from_bits(sign | 0x7F800000 | fraction << 13);
    return from_bits(sign | (exponent + 112) << 23 | fraction << 13);
}

static void read_f32(const uint8_t *bytes, float *values)
{
    memcpy(values, bytes, sizeof(*values));
}

static void read_f16(const uint8_t *bytes, float *values)
{
    *values = read_half(bytes);
}

static void read_bf16(const uint8_t *bytes, float *values)
{
    *values = from_bits((uint32_t)read_16(bytes) << 16);
}

/* ---- Blocks of 32. Number i has its low four bits in byte i % 16, its fifth bit in `high`.
 * ---- */

static int four_bits(const uint8_t *low, size_t i)
{
    return low[i % 16] >> (i < 16 ? 0 : 4) & 15;
}

static int five_bits(const uint8_t *low, const uint8_t *high, size_t i)
{
    return four_bits(low, i) | (high[i / 8] >> i % 8 & 1) << 4;
}

static void read_q4_0(const uint8_t *block, float *values)
{
    float scale = read_half(block);
    for (size_t i = 0; i < SMALL_BLOCK; i++)
        values[i] = scale * (float)(four_bits(block + 2, i) - 8);
}

static void read_q4_1(const uint8_t *block, float *values)
{
    float scale = read_half(block), minimum = read_half(block + 2);
    for (size_t i = 0; i < SMALL_BLOCK; i++)
        values[i] = scale * (float)four_bits(block + 4, i) + minimum;
}

static void read_q5_0(const uint8_t *block, float *values)
{
    float scale = read_half(block);
    for (size_t i = 0; i < SMALL_BLOCK; i++)
        values[i] = scale * (float)(five_bits(block + 6, block + 2, i) - 16);
}

static void read_q5_1(const uint8_t *block, float *values)
{
    float scale = read_half(block), minimum = read_half(block + 2);
    for (size_t i = 0; i < SMALL_BLOCK; i++)
        values[i] = scale * (float)five_bits(block + 8, block + 4, i) + minimum;
}

static void read_q8_0(const uint8_t *block, float *values)
{
    float scale = read_half(block);
    for (size_t i = 0; i < SMALL_BLOCK; i++)
        values[i] = scale * (float)(int8_t)block[2 + i];
}

/* ---- Blocks of 256. Bits of number i are in planes, so that 32 neighbours share a shift. ---- */

static int one_bit_of_plane(const uint8_t *plane, size_t i)
{
    return plane[i % 32] >> i / 32 & 1;
}

static int two_bits_of_plane(const uint8_t *plane, size_t i)
{
    return plane[i / 128 * 32 + i % 32] >> i % 128 / 32 * 2 & 3;
}

static int four_bits_of_plane(const uint8_t *plane, size_t i)
{
    return plane[i / 64 * 32 + i % 32] >> i % 64 / 32 * 4 & 15;
}

static void read_q2_k(const uint8_t *block, float *values)
{
    const uint8_t *parts = block, *plane = block + 16;
    float scale = read_half(block + 80), minimum = read_half(block + 82);
    for (size_t i = 0; i < LARGE_BLOCK; i++) {
        uint8_t part = parts[i / 16];
        values[i] = scale * (float)(part & 15) * (float)two_bits_of_plane(plane, i) -
                    minimum * (float)(part >> 4);
    }
}

/* Sixteen scales of six bits: the four low bits in a nibble of bytes 0 to 7, the two high bits
 * in bytes 8 to 11. */
static int scale_q3_k(const uint8_t *scales, size_t part)
{
    int low = scales[part % 8] >> part / 8 * 4 & 15;
    int high = scales[8 + part % 4] >> part / 4 * 2 & 3;
    return (low | high << 4) - 32;
}

static void read_q3_k(const uint8_t *block, float *values)
{
    const uint8_t *high = block, *low = block + 32, *scales = block + 96;
    float scale = read_half(block + 108);
    for (size_t i = 0; i < LARGE_BLOCK; i++) {
        int number = two_bits_of_plane(low, i) - (one_bit_of_plane(high, i) ? 0 : 4);
        values[i] = scale * (float)scale_q3_k(scales, i / 16) * (float)number;
    }
}

/* Eight scales and eight minima of six bits. The first four of each are entirely in bytes 0 to
 * 7, whose top bits complete the other four, stored in bytes 8 to 11. */
static void apply_scale_q4_k(const uint8_t *packed, size_t part, float *scale, float *minimum)
{
    const uint8_t *first = packed, *second = packed + 4, *third = packed + 8;
    size_t k = part % 4;
    int scale_bits = part < 4 ? first[k] & 63 : (third[k] & 15) | (first[k] >> 6) << 4;
    int minimum_bits = part < 4 ? second[k] & 63 : third[k] >> 4 | (second[k] >> 6) << 4;
    *scale *= (float)scale_bits;
    *minimum *= (float)minimum_bits;
}

static void read_q4_k(const uint8_t *block, float *values)
{
    for (size_t part = 0; part < LARGE_BLOCK / 32; part++) {
        float scale = read_half(block), minimum = read_half(block + 2);
        apply_scale_q4_k(block + 4, part, &scale, &minimum);
        for (size_t i = part * 32; i < part * 32 + 32; i++)
            values[i] = scale * (float)four_bits_of_plane(block + 16, i) - minimum;
    }
}

static void read_q5_k(const uint8_t *block, float *values)
{
    const uint8_t *high = block + 16, *low = block + 48;
    for (size_t part = 0; part < LARGE_BLOCK / 32; part++) {
        float scale = read_half(block), minimum = read_half(block + 2);
        apply_scale_q4_k(block + 4, part, &scale, &minimum);
        for (size_t i = part * 32; i < part * 32 + 32; i++)
            values[i] =
                scale * (float)(four_bits_of_plane(low, i) | one_bit_of_plane(high, i) << 4) -
                minimum;
    }
}

static void read_q6_k(const uint8_t *block, float *values)
{
    const uint8_t *low = block, *high = block + 128, *scales = block + 192;
    float scale = read_half(block + 208);
    for (size_t i = 0; i < LARGE_BLOCK; i++) {
        int low_bits = low[i / 128 * 64 + i % 64] >> i % 128 / 64 * 4 & 15;
        int number = (low_bits | two_bits_of_plane(high, i) << 4) - 32;
        values[i] = scale * (float)(int8_t)scales[i / 16] * (float)number;
    }
}

/* For each stored type: numbers and bytes per block, and the function that reads one. */
static const struct block_format {
    size_t values_per_block, bytes;
    void (*read)(const uint8_t *block, float *values);
} block_formats[] = {
    [STORED_OTHER] = {0, 0, NULL},
    [STORED_F32] = {1, 4, read_f32},
    [STORED_F16] = {1, 2, read_f16},
    [STORED_BF16] = {1, 2, read_bf16},
    [STORED_Q4_0] = {SMALL_BLOCK, 18, read_q4_0},
    [STORED_Q4_1] = {SMALL_BLOCK, 20, read_q4_1},
    [STORED_Q5_0] = {SMALL_BLOCK, 22, read_q5_0},
    [STORED_Q5_1] = {SMALL_BLOCK, 24, read_q5_1},
    [STORED_Q8_0] = {SMALL_BLOCK, 34, read_q8_0},
    [STORED_Q2_K] = {LARGE_BLOCK, 84, read_q2_k},
    [STORED_Q3_K] = {LARGE_BLOCK, 110, read_q3_k},
    [STORED_Q4_K] = {LARGE_BLOCK, 144, read_q4_k},
    [STORED_Q5_K] = {LARGE_BLOCK, 176, read_q5_k},
    [STORED_Q6_K] = {LARGE_BLOCK, 210, read_q6_k},
};

size_t stored_block_values(enum stored_type type)
{
    return block_formats[type].values_per_block;
}

bool stored_byte_size(enum stored_type type, uint64_t count, uint64_t *size)
{
    const struct block_format *block_format = &block_formats[type];
    return block_format->values_per_block && count % block_format->values_per_block == 0 &&
           !__builtin_mul_overflow(count / block_format->values_per_block, block_format->bytes,
                                   size);
}

void stored_read_values(const struct stored_tensor *tensor, size_t first, size_t count,
                        float *values)
{
    const struct block_format *block_format = &block_formats[tensor->type];
    const uint8_t *bytes = (const uint8_t *)tensor->bytes.bytes;
    bytes += first / block_format->values_per_block * block_format->bytes;
    for (size_t i = 0; i < count; i += block_format->values_per_block, bytes += block_format->bytes)
        block_format->read(bytes, values + i);
}
