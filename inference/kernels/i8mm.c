/* i8mm.c - aarch64 with the int8 matrix instructions (ARMv8.6): two rows by two columns, 8 deep. */
#if defined(__aarch64__)
#include "inference/kernels/kernels.h"

#include "inference/kernels/neon.h"

#include "inference/kernels/packed.h"
#include "inference/kernels/tile_operands.h"

/* Rearranges the sums of two rows. While they accumulate, the vector of the first row holds the
 * first two columns of both rows, and the vector of the second row holds the last two columns of
 * both. */
INLINE void separate_rows(const size_t rows, const size_t vectors, vector_integer *sum)
{
#pragma GCC unroll 32
    for (size_t i = 0; i + 1 < rows; i += 2) {
#pragma GCC unroll 32
        for (size_t j = 0; j < vectors; j++) {
            vector_integer *upper = sum + i * vectors + j, *lower = upper + vectors;
            int64x2_t first_columns = (int64x2_t)*upper, last_columns = (int64x2_t)*lower;
            *upper = (vector_integer)vzip1q_s64(first_columns, last_columns);
            *lower = (vector_integer)vzip2q_s64(first_columns, last_columns);
        }
    }
}

/* Two steps at a time; the last row of an odd number of rows is multiplied alone. */
#define ADD_PAIRS
INLINE size_t add_pairs(const size_t rows, const size_t blocks,
                        const struct tile_operands *tile_operands, vector_integer *sum)
{
    const size_t vectors = blocks * LANE_VECTORS,
                 steps = rows > 1 ? tile_operands->steps / 2 * 2 : 0;
    const uint8_t *x = tile_operands->x, *step = tile_operands->blocks + tile_operands->step_stride;
    const uint8_t *prefetch = tile_operands->prefetch;
    for (size_t k = 0; k < steps; k += 2, x += 2 * PACKED_DEPTH) {
        four_bytes left[MAX_TILE_ROWS];
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; i++) {
            const int8_t *row = (const int8_t *)x + i * tile_operands->stride;
            const int8_t *next = i + 1 < rows ? row + tile_operands->stride : row;
            left[i] = vcombine_s8(vld1_s8(row), vld1_s8(next));
        }
#pragma GCC unroll 8
        for (size_t j = 0; j < 2 * blocks; j++)
            __builtin_prefetch(step + j / 2 * tile_operands->block_stride +
                                   j % 2 * tile_operands->step_stride +
                                   tile_operands->prefetch_distance,
                               0, 2);
        for (size_t line = 0; line < 4 && rows >= COMPUTE_BOUND_ROWS; line++)
            __builtin_prefetch(prefetch + line * CACHE_LINE, 0, 2);
#pragma GCC unroll 32
        for (size_t j = 0; j < vectors; j++) {
            const uint8_t *columns =
                step + j / LANE_VECTORS * tile_operands->block_stride + j % LANE_VECTORS * 16;
            int32x4_t first = (int32x4_t)load_integers(columns);
            int32x4_t second = (int32x4_t)load_integers(columns + tile_operands->step_stride);
            int8x16_t first_columns = vreinterpretq_s8_s32(vzip1q_s32(first, second));
            int8x16_t last_columns = vreinterpretq_s8_s32(vzip2q_s32(first, second));
            __asm__ volatile(
                "" ::
                    : "memory"); /* keeps later loads after this point: registers are few */
#pragma GCC unroll 16
            for (size_t i = 0; i < rows; i++) {
                vector_integer *to = sum + i * vectors + j;
                if (i + 1 < rows || i % 2)
                    *to = (vector_integer)vmmlaq_s32((int32x4_t)*to, left[i / 2 * 2],
                                                     i % 2 ? last_columns : first_columns);
                else
                    *to = dot_four_bytes(
                        dot_four_bytes(*to, broadcast_four_bytes(x + i * tile_operands->stride),
                                       (vector_integer)first),
                        broadcast_four_bytes(x + i * tile_operands->stride + PACKED_DEPTH),
                        (vector_integer)second);
            }
        }
        step += 2 * tile_operands->step_stride;
        prefetch += 2 * tile_operands->prefetch_stride;
    }
    separate_rows(rows, vectors, sum);
    return steps;
}

#include "inference/kernels/int8_kernels.h"

const struct kernels i8mm_kernels = {.name = "i8mm", VECTOR_KERNELS};
#endif
