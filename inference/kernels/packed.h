/* packed.h - the layout of int8 matrices in memory and in model files, for every instruction set.
 *
 * A matrix [columns][depth] of weights is split into blocks of 16 columns, padded with zeros. A
 * block has 16 int32 offset corrections, one per column, then 16 x 4 bytes for every 4 values of
 * depth: the four values of each column are adjacent, as dot-product instructions expect. A
 * correction is -128 times the sum of its column. Instructions that take unsigned activations get
 * them with 128 added, and their sums start at the correction; other instructions ignore it. */
#ifndef INFERENCE_KERNELS_PACKED_H
#define INFERENCE_KERNELS_PACKED_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { PACKED_COLUMNS = 16, PACKED_DEPTH = 4, PACKED_STEP_SIZE = PACKED_COLUMNS * PACKED_DEPTH };

/* The 16 int32 corrections have the size of one step. */
static_assert(PACKED_COLUMNS * sizeof(int32_t) == PACKED_STEP_SIZE,
              "corrections have the size of a step");

/* To a multiple of a cache line, in bytes. */
static inline size_t round_to_cache_lines(size_t size)
{
    return (size + 63) / 64 * 64;
}

static inline size_t packed_blocks(size_t columns)
{
    return (columns + PACKED_COLUMNS - 1) / PACKED_COLUMNS;
}

static inline size_t packed_steps(size_t depth)
{
    return (depth + PACKED_DEPTH - 1) / PACKED_DEPTH;
}

static inline size_t packed_block_size(size_t depth)
{
    return (1 + packed_steps(depth)) * PACKED_STEP_SIZE;
}

static inline size_t packed_size(size_t columns, size_t depth)
{
    return packed_blocks(columns) * packed_block_size(depth);
}

/* A grouped matrix: the values [0, group_size) of all columns as one packed matrix, then the next
 * `group_size` values, and so on; the last group may be shorter. So each group of activations can
 * have its own scale. */
static inline size_t grouped_size(size_t columns, size_t depth, size_t group_size)
{
    size_t rest = depth % group_size;
    return depth / group_size * packed_size(columns, group_size) +
           (rest ? packed_size(columns, rest) : 0);
}

/* Offset of the group that starts with value `first`. */
static inline size_t grouped_offset(size_t columns, size_t first, size_t group_size)
{
    return first / group_size * packed_size(columns, group_size);
}

/* Offset of value k of a column; k must be a multiple of PACKED_DEPTH to read several at once. */
static inline size_t packed_offset(size_t depth, size_t column, size_t k)
{
    return column / PACKED_COLUMNS * packed_block_size(depth) +
           (1 + k / PACKED_DEPTH) * PACKED_STEP_SIZE + column % PACKED_COLUMNS * PACKED_DEPTH +
           k % PACKED_DEPTH;
}

/* Offset of value [column][k] if the blocks of a matrix are interleaved step by step, so that
 * reading in order of k is sequential; attention's values have this layout. The offset corrections
 * of all blocks come first. */
static inline size_t interleaved_offset(size_t columns, size_t column, size_t k)
{
    size_t step_size = packed_blocks(columns) * PACKED_STEP_SIZE;
    return (1 + k / PACKED_DEPTH) * step_size + column * PACKED_DEPTH + k % PACKED_DEPTH;
}

/* Packs `columns` (at most 16) columns of values [columns][depth] as one block. */
void pack_block(size_t columns, size_t depth, const int8_t *values, void *block);

/* values[depth] = one column of a packed matrix. */
void unpack_column(size_t depth, const void *packed, size_t column, int8_t *values);

/* A grouped matrix. */
struct grouped_matrix {
    size_t columns, depth, group_size;
    const void *packed; /* borrowed */
};

/* values[depth] = one column of a grouped matrix. */
void unpack_grouped_column(const struct grouped_matrix *matrix, size_t column, int8_t *values);

#endif
