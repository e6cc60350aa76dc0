/* packed.h - how int8 matrices lie in memory and in model files, for every instruction set.
 *
 * A matrix [columns][depth] of weights is cut into blocks of 16 columns, filled up with zeros. A
 * block holds 16 int32 `starts`, one a column, then for every 4 values of depth 16 x 4 bytes: the
 * four values of each column side by side, as dot-product instructions want them. A start is -128
 * times the sum of its column: instructions that take unsigned activations get them with 128 added,
 * and begin at the start; the others do not look at it. */
#ifndef INFERENCE_KERNELS_PACKED_H
#define INFERENCE_KERNELS_PACKED_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { PACKED_COLUMNS = 16, PACKED_DEPTH = 4, PACKED_STEP_SIZE = PACKED_COLUMNS * PACKED_DEPTH };

/* Sixteen int32 take as much room as one step. */
static_assert(PACKED_COLUMNS * sizeof(int32_t) == PACKED_STEP_SIZE, "starts are as wide as a step");

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

/* A matrix in groups: the values [0, group) of all columns as a matrix of its own, then the next
 * `group` values, and so on; the last group may be shorter. So that each group of activations can
 * have a scale of its own. */
static inline size_t grouped_size(size_t columns, size_t depth, size_t group_size)
{
    size_t rest = depth % group_size;
    return depth / group_size * packed_size(columns, group_size) +
           (rest ? packed_size(columns, rest) : 0);
}

/* Where the group that begins with value `first` lies in it. */
static inline size_t grouped_offset(size_t columns, size_t first, size_t group_size)
{
    return first / group_size * packed_size(columns, group_size);
}

/* Where value k of a column lies, k a multiple of PACKED_DEPTH for more than one of them. */
static inline size_t packed_offset(size_t depth, size_t column, size_t k)
{
    return column / PACKED_COLUMNS * packed_block_size(depth) +
           (1 + k / PACKED_DEPTH) * PACKED_STEP_SIZE + column % PACKED_COLUMNS * PACKED_DEPTH +
           k % PACKED_DEPTH;
}

/* Where value [column][k] lies when the blocks of a matrix are interleaved step by step, so that
 * reading it in the order of k is reading straight on: the form of attention's values. The starts
 * of all blocks come first. */
static inline size_t interleaved_offset(size_t columns, size_t column, size_t k)
{
    size_t step_size = packed_blocks(columns) * PACKED_STEP_SIZE;
    return (1 + k / PACKED_DEPTH) * step_size + column * PACKED_DEPTH + k % PACKED_DEPTH;
}

/* Packs `columns` (at most 16) of values [columns][depth] as one block. */
void pack_block(size_t columns, size_t depth, const int8_t *values, void *block);

/* values[depth] = one column. */
void unpack_column(size_t depth, const void *packed, size_t column, int8_t *values);

/* The same of a matrix in groups. */
void unpack_grouped_column(size_t columns, size_t depth, size_t group_size, const void *packed,
                           size_t column, int8_t *values);

#endif
