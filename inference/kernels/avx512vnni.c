/* avx512vnni.c - AVX-512 with VNNI: 64 byte products an instruction, summed exactly in int32.
 *
 * The instruction multiplies unsigned by signed bytes: activations are stored with 128 added, and
 * the sum of a column starts at -128 times the sum of its weights. */
#if defined(__x86_64__)
#include "inference/kernels/kernels.h"

#include <immintrin.h>

typedef float vector __attribute__((vector_size(64)));
#define WIDTH 16
#define TILE_ROWS 4
#define TILE_VECTORS 4

static inline vector vector_larger(vector a, vector b)
{
    return (vector)_mm512_max_ps((__m512)a, (__m512)b);
}

#include "inference/kernels/floats.h"

/* Packed: blocks of 64 columns; in a block first the 64 starts (int32), then for every 4 values of
 * depth 64 columns x 4 bytes. Columns and depth are filled up with zeros. */
enum { BLOCK = 64, STEP = 4, VECTORS = BLOCK / 16, ROWS = 6 };

static size_t steps_of(size_t depth)
{
    return (depth + STEP - 1) / STEP;
}

static size_t block_size(size_t depth)
{
    return BLOCK * sizeof(int32_t) + steps_of(depth) * BLOCK * STEP;
}

static size_t packed_size(size_t columns, size_t depth)
{
    return (columns + BLOCK - 1) / BLOCK * block_size(depth);
}

/* 16 columns x 16 steps of 4 bytes: from column after column to step after step. */
INLINE void transpose_steps(__m512i v[16])
{
    __m512i pairs[16], quads[16];
#pragma GCC unroll 16
    for (size_t i = 0; i < 16; i += 2) {
        pairs[i] = _mm512_unpacklo_epi32(v[i], v[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi32(v[i], v[i + 1]);
    }
#pragma GCC unroll 4
    for (size_t i = 0; i < 16; i += 4) {
        quads[i] = _mm512_unpacklo_epi64(pairs[i], pairs[i + 2]);
        quads[i + 1] = _mm512_unpackhi_epi64(pairs[i], pairs[i + 2]);
        quads[i + 2] = _mm512_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
        quads[i + 3] = _mm512_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
    }
    /* Quarter q of quads[4 * g + i] holds step 4 * q + i of the columns from 4 * g on. */
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; i++) {
        __m512i even_low = _mm512_shuffle_i32x4(quads[i], quads[4 + i], 0x88);
        __m512i odd_low = _mm512_shuffle_i32x4(quads[i], quads[4 + i], 0xdd);
        __m512i even_high = _mm512_shuffle_i32x4(quads[8 + i], quads[12 + i], 0x88);
        __m512i odd_high = _mm512_shuffle_i32x4(quads[8 + i], quads[12 + i], 0xdd);
        v[i] = _mm512_shuffle_i32x4(even_low, even_high, 0x88);
        v[4 + i] = _mm512_shuffle_i32x4(odd_low, odd_high, 0x88);
        v[8 + i] = _mm512_shuffle_i32x4(even_low, even_high, 0xdd);
        v[12 + i] = _mm512_shuffle_i32x4(odd_low, odd_high, 0xdd);
    }
}

/* `count` columns of a block, at most 16, which are number `first` and up of it. */
static void pack_columns(size_t count, size_t depth, const int8_t *values, int32_t *start,
                         int8_t *steps, size_t first)
{
    __m512i sums = _mm512_setzero_si512();
    for (size_t k = 0; k < depth; k += 64) {
        size_t rest = depth - k < 64 ? depth - k : 64;
        __mmask64 mask = rest < 64 ? ((__mmask64)1 << rest) - 1 : ~(__mmask64)0;
        __m512i v[16];
#pragma GCC unroll 16
        for (size_t i = 0; i < 16; i++)
            v[i] = i < count ? _mm512_maskz_loadu_epi8(mask, values + i * depth + k)
                             : _mm512_setzero_si512();
        transpose_steps(v);
        int8_t *target = steps + k * BLOCK + first * STEP;
        size_t step_count = (rest + STEP - 1) / STEP;
#pragma GCC unroll 16
        for (size_t i = 0; i < 16; i++) {
            if (i >= step_count)
                break;
            _mm512_store_si512(target + i * BLOCK * STEP, v[i]);
            sums = _mm512_dpbusd_epi32(sums, _mm512_set1_epi8((char)128), v[i]);
        }
    }
    _mm512_store_si512(start + first, _mm512_sub_epi32(_mm512_setzero_si512(), sums));
}

static void pack(size_t columns, size_t depth, const int8_t *values, void *packed)
{
    for (size_t first = 0; first < columns; first += BLOCK) {
        int32_t *start = (int32_t *)((uint8_t *)packed + first / BLOCK * block_size(depth));
        int8_t *steps = (int8_t *)(start + BLOCK);
        for (size_t part = 0; part < BLOCK; part += 16) {
            size_t begin = first + part < columns ? first + part : columns;
            size_t count = columns - begin < 16 ? columns - begin : 16;
            pack_columns(count, depth, values + begin * depth, start, steps, part);
        }
    }
}

static size_t quantized_size(size_t depth)
{
    return (depth + 63) / 64 * 64;
}

static void quantize(size_t rows, size_t depth, const float *x, void *quantized, float *scale)
{
    for (size_t row = 0; row < rows; row++, x += depth) {
        uint8_t *values = (uint8_t *)quantized + row * quantized_size(depth);
        float magnitude = largest_magnitude(depth, x);
        if (!(magnitude > 1e-30f)) {
            scale[row] = 0;
            memset(values, 128, quantized_size(depth));
            continue;
        }
        scale[row] = magnitude / 127;
        float inverse = 127 / magnitude;
        size_t k = 0;
        for (; k + WIDTH <= depth; k += WIDTH) {
            vector_integer integers = round_to_integers(load(x + k) * inverse) + 128;
            _mm_storeu_si128((__m128i *)(values + k), _mm512_cvtepi32_epi8((__m512i)integers));
        }
        for (; k < depth; k++)
            values[k] = (uint8_t)(round_to_integer(x[k] * inverse) + 128);
        memset(values + depth, 128, quantized_size(depth) - depth);
    }
}

/* `rows` rows by one block of columns; `rows` is a constant where it is called. */
INLINE void tile_s8(const size_t rows, size_t depth, const uint8_t *x, const float *x_scale,
                    const void *block, const float *w_scale, size_t columns, float *y,
                    size_t y_stride, bool add)
{
    const size_t stride = quantized_size(depth), steps = steps_of(depth);
    const __m512i *weights = block;
    __m512i sum[ROWS][VECTORS];
#pragma GCC unroll 8
    for (size_t j = 0; j < VECTORS; j++) {
        __m512i start = *weights++;
#pragma GCC unroll 8
        for (size_t i = 0; i < rows; i++)
            sum[i][j] = start;
    }
    for (size_t step = 0; step < steps; step++, weights += VECTORS) {
#pragma GCC unroll 8
        for (size_t i = 0; i < rows; i++) {
            int32_t four;
            memcpy(&four, x + i * stride + step * STEP, sizeof(four));
            __m512i left = _mm512_set1_epi32(four);
#pragma GCC unroll 8
            for (size_t j = 0; j < VECTORS; j++)
                sum[i][j] = _mm512_dpbusd_epi32(sum[i][j], left, weights[j]);
        }
    }
#pragma GCC unroll 8
    for (size_t j = 0; j < VECTORS; j++) {
        if (columns <= j * 16)
            return;
        size_t rest = columns - j * 16;
        __mmask16 mask = rest < 16 ? (__mmask16)((1u << rest) - 1) : 0xffff;
        __m512 scale = _mm512_maskz_loadu_ps(mask, w_scale + j * 16);
#pragma GCC unroll 8
        for (size_t i = 0; i < rows; i++) {
            float *target = y + i * y_stride + j * 16;
            __m512 value = _mm512_cvtepi32_ps(sum[i][j]);
            value = _mm512_mul_ps(_mm512_mul_ps(value, _mm512_set1_ps(x_scale[i])), scale);
            if (add)
                value = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, target), value);
            _mm512_mask_storeu_ps(target, mask, value);
        }
    }
}

static void matmul_s8(size_t rows, const void *quantized, const float *x_scale,
                      const struct weights_s8 *weights, float *y, bool add)
{
    size_t depth = weights->depth, all_columns = weights->columns;
    size_t stride = quantized_size(depth);
    for (size_t first = 0; first < all_columns; first += BLOCK) {
        const void *block = (const uint8_t *)weights->packed + first / BLOCK * block_size(depth);
        const float *scale = weights->scale + first;
        size_t columns = all_columns - first < BLOCK ? all_columns - first : BLOCK;
        for (size_t row = 0; row < rows; row += ROWS) {
            const uint8_t *x = (const uint8_t *)quantized + row * stride;
            float *target = y + row * all_columns + first;
#define TILE(count)                                                                                \
    tile_s8(count, depth, x, x_scale + row, block, scale, columns, target, all_columns, add)
            switch (rows - row) {
            case 1:
                TILE(1);
                break;
            case 2:
                TILE(2);
                break;
            case 3:
                TILE(3);
                break;
            case 4:
                TILE(4);
                break;
            case 5:
                TILE(5);
                break;
            default:
                TILE(6);
            }
#undef TILE
        }
    }
}

static void select_s8(const void *quantized, float x_scale, const struct weights_s8 *weights,
                      const int32_t *wanted, size_t count, float *y)
{
    size_t depth = weights->depth;
    const __m512i *x = quantized;
    for (size_t i = 0; i < count; i++) {
        size_t column = (size_t)wanted[i];
        const int8_t *w = weights->values + column * depth;
        __m512i sum = _mm512_setzero_si512(), total = _mm512_setzero_si512();
        for (size_t k = 0; k < depth; k += 64) {
            __mmask64 mask = depth - k < 64 ? ((__mmask64)1 << (depth - k)) - 1 : ~(__mmask64)0;
            __m512i right = _mm512_maskz_loadu_epi8(mask, w + k);
            sum = _mm512_dpbusd_epi32(sum, x[k / 64], right);
            total = _mm512_dpbusd_epi32(total, _mm512_set1_epi8((char)128), right);
        }
        int32_t exact = _mm512_reduce_add_epi32(_mm512_sub_epi32(sum, total));
        y[i] = (float)exact * x_scale * weights->scale[column];
    }
}

const struct kernels avx512vnni_kernels = {
    .name = "avx512vnni",
    .packed_size = packed_size,
    .pack = pack,
    .quantized_size = quantized_size,
    .quantize = quantize,
    .matmul_s8 = matmul_s8,
    .select_s8 = select_s8,
    .rms_norm = rms_norm,
    .relu = relu,
    .gelu = gelu,
    .softmax = softmax,
    .log_sum_exp = log_sum_exp,
    .largest = largest,
    .dot = dot,
    .matmul_f32 = matmul_f32,
    .add_scaled = add_scaled,
};
#endif
