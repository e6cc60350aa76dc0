/* i8mm.c - aarch64 with the int8 matrix instructions (ARMv8.6): two rows by two columns, 8 deep. */
#if defined(__aarch64__)
#include "inference/kernels/kernels.h"

#include "inference/kernels/neon.h"

#include "inference/kernels/packed.h"
#include "inference/kernels/tile_operands.h"

/* While they are added to, the sums of two rows and the four columns of a vector lie in the places
 * of the first and the second row by columns: the first two of both rows, the last two of both. */
INLINE void part_rows(const size_t rows, const size_t vectors, vector_integer *sum)
{
#pragma GCC unroll 32
    for (size_t i = 0; i + 1 < rows; i += 2) {
#pragma GCC unroll 32
        for (size_t j = 0; j < vectors; j++) {
            vector_integer *upper = sum + i * vectors + j, *lower = upper + vectors;
            int64x2_t near = (int64x2_t)*upper, far = (int64x2_t)*lower;
            *upper = (vector_integer)vzip1q_s64(near, far);
            *lower = (vector_integer)vzip2q_s64(near, far);
        }
    }
}

/* Two steps at a time; the last row of an odd number goes alone. */
#define ADD_PAIRS
INLINE size_t add_pairs(const size_t rows, const size_t blocks, const struct factors *factors,
                        vector_integer *sum)
{
    const size_t vectors = blocks * PARTS, steps = rows > 1 ? factors->steps / 2 * 2 : 0;
    const uint8_t *x = factors->x, *step = factors->blocks + factors->step_stride;
    const uint8_t *soon = factors->soon;
    for (size_t k = 0; k < steps; k += 2, x += 2 * PACKED_DEPTH) {
        four left[ROWS];
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; i++) {
            const int8_t *row = (const int8_t *)x + i * factors->stride;
            const int8_t *next = i + 1 < rows ? row + factors->stride : row;
            left[i] = vcombine_s8(vld1_s8(row), vld1_s8(next));
        }
#pragma GCC unroll 8
        for (size_t j = 0; j < 2 * blocks; j++)
            __builtin_prefetch(step + j / 2 * factors->block_stride + j % 2 * factors->step_stride +
                                   factors->ahead,
                               0, 2);
        for (size_t line = 0; line < 4 && rows >= MANY_ROWS; line++)
            __builtin_prefetch(soon + line * SOON_LINE, 0, 2);
#pragma GCC unroll 32
        for (size_t j = 0; j < vectors; j++) {
            const uint8_t *columns = step + j / PARTS * factors->block_stride + j % PARTS * 16;
            int32x4_t first = (int32x4_t)load_integers(columns);
            int32x4_t second = (int32x4_t)load_integers(columns + factors->step_stride);
            int8x16_t near = vreinterpretq_s8_s32(vzip1q_s32(first, second));
            int8x16_t far = vreinterpretq_s8_s32(vzip2q_s32(first, second));
            __asm__ volatile("" ::: "memory"); /* no load comes earlier: registers are few */
#pragma GCC unroll 16
            for (size_t i = 0; i < rows; i++) {
                vector_integer *to = sum + i * vectors + j;
                if (i + 1 < rows || i % 2)
                    *to = (vector_integer)vmmlaq_s32((int32x4_t)*to, left[i / 2 * 2],
                                                     i % 2 ? far : near);
                else
                    *to = dot4(dot4(*to, spread4(x + i * factors->stride), (vector_integer)first),
                               spread4(x + i * factors->stride + PACKED_DEPTH),
                               (vector_integer)second);
            }
        }
        step += 2 * factors->step_stride;
        soon += 2 * factors->soon_stride;
    }
    part_rows(rows, vectors, sum);
    return steps;
}

#include "inference/kernels/int8_kernels.h"

const struct kernels i8mm_kernels = {.name = "i8mm", VECTOR_KERNELS};
#endif
