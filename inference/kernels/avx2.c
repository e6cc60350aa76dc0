/* avx2.c - AVX2: bytes widened to 16 bits before they are multiplied, so that no sum saturates. */
#if defined(__x86_64__)
#include "inference/kernels/kernels.h"

#include <immintrin.h>

typedef float vector __attribute__((vector_size(32)));
#define WIDTH 8
#define TILE_ROWS 4
#define TILE_VECTORS 2

static inline vector vector_larger(vector a, vector b)
{
    return (vector)_mm256_max_ps((__m256)a, (__m256)b);
}

#include "inference/kernels/floats.h"

/* Packed: blocks of 16 columns; in a block, for every 2 values of depth, 16 columns x 2 bytes.
 * Columns and depth are filled up with zeros. Quantised activations are 16 bits each. */
enum { BLOCK = 16, STEP = 2, VECTORS = BLOCK / WIDTH, ROWS = 4 };

static size_t steps_of(size_t depth)
{
    return (depth + STEP - 1) / STEP;
}

static size_t block_size(size_t depth)
{
    return steps_of(depth) * BLOCK * STEP;
}

static size_t packed_size(size_t columns, size_t depth)
{
    return (columns + BLOCK - 1) / BLOCK * block_size(depth);
}

static void pack(size_t columns, size_t depth, const int8_t *values, void *packed)
{
    for (size_t first = 0; first < columns; first += BLOCK) {
        int8_t *block = (int8_t *)packed + first / BLOCK * block_size(depth);
        memset(block, 0, block_size(depth));
        for (size_t i = 0; i < BLOCK && first + i < columns; i++) {
            const int8_t *column = values + (first + i) * depth;
            for (size_t k = 0; k < depth; k++)
                block[(k / STEP * BLOCK + i) * STEP + k % STEP] = column[k];
        }
    }
}

/* Values of one quantised row, filled up with zeros to whole steps. */
static size_t quantized_stride(size_t depth)
{
    return (depth + 31) / 32 * 32;
}

static size_t quantized_size(size_t depth)
{
    return quantized_stride(depth) * sizeof(int16_t);
}

static void quantize(size_t rows, size_t depth, const float *x, void *quantized, float *scale)
{
    for (size_t row = 0; row < rows; row++, x += depth) {
        int16_t *values = (int16_t *)quantized + row * quantized_stride(depth);
        float magnitude = largest_magnitude(depth, x);
        if (!(magnitude > 1e-30f)) {
            scale[row] = 0;
            memset(values, 0, quantized_size(depth));
            continue;
        }
        scale[row] = magnitude / 127;
        float inverse = 127 / magnitude;
        size_t k = 0;
        for (; k + LANES <= depth; k += LANES) {
            __m256i low = (__m256i)round_to_integers(load(x + k) * inverse);
            __m256i high = (__m256i)round_to_integers(load(x + k + WIDTH) * inverse);
            /* The pack works by halves of a register: bring the quarters into order. */
            __m256i both = _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xd8);
            _mm256_storeu_si256((__m256i *)(values + k), both);
        }
        for (; k < depth; k++)
            values[k] = (int16_t)round_to_integer(x[k] * inverse);
        memset(values + depth, 0, (quantized_stride(depth) - depth) * sizeof(int16_t));
    }
}

INLINE void tile_s8(const size_t rows, size_t depth, const int16_t *x, const int8_t *block,
                    int32_t sums[ROWS][BLOCK])
{
    const size_t stride = quantized_stride(depth), steps = steps_of(depth);
    __m256i sum[ROWS][VECTORS];
#pragma GCC unroll 8
    for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 8
        for (size_t j = 0; j < VECTORS; j++)
            sum[i][j] = _mm256_setzero_si256();
    for (size_t step = 0; step < steps; step++, block += BLOCK * STEP) {
        __m256i right[VECTORS];
#pragma GCC unroll 8
        for (size_t j = 0; j < VECTORS; j++)
            right[j] = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)block + j));
#pragma GCC unroll 8
        for (size_t i = 0; i < rows; i++) {
            int32_t two;
            memcpy(&two, x + i * stride + step * STEP, sizeof(two));
            __m256i left = _mm256_set1_epi32(two);
#pragma GCC unroll 8
            for (size_t j = 0; j < VECTORS; j++)
                sum[i][j] = _mm256_add_epi32(sum[i][j], _mm256_madd_epi16(left, right[j]));
        }
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 8
        for (size_t j = 0; j < VECTORS; j++)
            _mm256_storeu_si256((__m256i *)(sums[i] + j * WIDTH), sum[i][j]);
}

static void matmul_s8(size_t rows, const void *quantized, const float *x_scale,
                      const struct weights_s8 *weights, float *y, bool add)
{
    size_t depth = weights->depth, columns = weights->columns;
    for (size_t first = 0; first < columns; first += BLOCK) {
        const int8_t *block = (const int8_t *)weights->packed + first / BLOCK * block_size(depth);
        size_t width = columns - first < BLOCK ? columns - first : BLOCK;
        for (size_t row = 0; row < rows;) {
            const int16_t *x = (const int16_t *)quantized + row * quantized_stride(depth);
            int32_t sums[ROWS][BLOCK];
            size_t done = rows - row < ROWS ? 1 : ROWS;
            if (done == ROWS)
                tile_s8(ROWS, depth, x, block, sums);
            else
                tile_s8(1, depth, x, block, sums);
            for (size_t i = 0; i < done; i++, row++) {
                float *target = y + row * columns + first;
                for (size_t j = 0; j < width; j++) {
                    float product = (float)sums[i][j] * x_scale[row] * weights->scale[first + j];
                    target[j] = add ? target[j] + product : product;
                }
            }
        }
    }
}

static void select_s8(const void *quantized, float x_scale, const struct weights_s8 *weights,
                      const int32_t *wanted, size_t count, float *y)
{
    size_t depth = weights->depth;
    const int16_t *x = quantized;
    for (size_t i = 0; i < count; i++) {
        size_t column = (size_t)wanted[i];
        const int8_t *w = weights->values + column * depth;
        __m256i sums = _mm256_setzero_si256();
        size_t k = 0;
        for (; k + 16 <= depth; k += 16) {
            __m256i right = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(w + k)));
            __m256i left = _mm256_loadu_si256((const __m256i *)(x + k));
            sums = _mm256_add_epi32(sums, _mm256_madd_epi16(left, right));
        }
        int32_t parts[8], sum = 0;
        memcpy(parts, &sums, sizeof(parts));
        for (size_t j = 0; j < 8; j++)
            sum += parts[j];
        for (; k < depth; k++)
            sum += x[k] * w[k];
        y[i] = (float)sum * x_scale * weights->scale[column];
    }
}

const struct kernels avx2_kernels = {
    .name = "avx2",
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
