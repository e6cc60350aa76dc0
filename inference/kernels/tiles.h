/* tiles.h - exact products of bytes in register tiles, over what dots.h was told of the instruction
 * set, and what becomes of their sums. */
#ifndef SUMS
#error "define what dots.h says, and include that"
#endif

#include "inference/kernels/packed.h"
#include "inference/kernels/tile_operands.h"

INLINE vector to_floats(vector_integer x)
{
    return __builtin_convertvector(x, vector);
}

/* What becomes of a tile's sums: they stay sums; or, times their scales, become y, are added to it,
 * or are multiplied by the gelu of what stayed in `sums` of another tile. */
enum result { SUMS_STAY, BECOME_Y, ADD_TO_Y, GATE_Y };

struct finish {
    enum result result;
    int32_t *sums; /* rows of it and of y are a stride apart */
    size_t sums_stride;
    const float *x_scale, *scale; /* of the tile's rows and columns */
    const float *gate_scale;      /* of the columns that `sums` belong to */
    float *y;
    size_t y_stride;
};

/* `rows`, `vectors` and `result` are constant where it is called. */
INLINE void finish_tile(const size_t rows, const size_t vectors, const enum result result,
                        const vector_integer *sum, const struct finish *finish)
{
#pragma GCC unroll 32
    for (size_t j = 0; j < vectors; j++) {
        vector scale = load(finish->scale + j * WIDTH), gate_scale = {0};
        if (result == GATE_Y)
            gate_scale = load(finish->gate_scale + j * WIDTH);
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; i++) {
            float x_scale = finish->x_scale[i], *y = finish->y + i * finish->y_stride + j * WIDTH;
            vector value = to_floats(sum[i * vectors + j]) * x_scale * scale;
            if (result == GATE_Y) {
                const int32_t *gate = finish->sums + i * finish->sums_stride + j * WIDTH;
                value = gated(to_floats(load_integers(gate)) * x_scale * gate_scale, value);
            }
            store(y, result == ADD_TO_Y ? load(y) + value : value);
        }
    }
}

/* `rows` rows by `blocks` blocks, both constant where it is called. */
INLINE void tile_s8(const size_t rows, const size_t blocks, const struct factors *factors,
                    const struct finish *finish)
{
    const size_t vectors = blocks * PARTS, block_stride = factors->block_stride;
    const uint8_t *x = factors->x, *step = factors->blocks, *soon = factors->soon;
    vector_integer sum[SUMS * PARTS];
#pragma GCC unroll 8
    for (size_t j = 0; rows >= MANY_ROWS && j < blocks; j++)
        __builtin_prefetch(step + j * block_stride + factors->ahead, 0, 2);
#pragma GCC unroll 32
    for (size_t j = 0; j < vectors; j++) {
        vector_integer start = {0};
        if (OFFSET)
            start = load_integers(step + j / PARTS * block_stride + j % PARTS * WIDTH * 4);
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; i++)
            sum[i * vectors + j] = start;
    }
    size_t k = 0;
#ifdef ADD_PAIRS
    k = add_pairs(rows, blocks, factors, sum);
    x += k * PACKED_DEPTH;
    step += k * factors->step_stride;
    soon += k * factors->soon_stride;
#endif
    for (; k < factors->steps; k++, x += PACKED_DEPTH) {
        vector_integer right[SUMS * PARTS];
        step += factors->step_stride;
#pragma GCC unroll 32
        for (size_t j = 0; j < vectors; j++)
            right[j] = load_integers(step + j / PARTS * block_stride + j % PARTS * WIDTH * 4);
#pragma GCC unroll 8
        for (size_t j = 0; j < blocks; j++)
            __builtin_prefetch(step + j * block_stride + factors->ahead, 0, 2);
        if (rows >= MANY_ROWS) {
            __builtin_prefetch(soon, 0, 2);
            __builtin_prefetch(soon + SOON_LINE, 0, 2);
            soon += factors->soon_stride;
        }
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; i++) {
            four left = spread4(x + i * factors->stride);
#pragma GCC unroll 32
            for (size_t j = 0; j < vectors; j++)
                sum[i * vectors + j] = dot4(sum[i * vectors + j], left, right[j]);
        }
    }
    if (finish->result == BECOME_Y) {
        finish_tile(rows, vectors, BECOME_Y, sum, finish);
    } else if (finish->result == ADD_TO_Y) {
        finish_tile(rows, vectors, ADD_TO_Y, sum, finish);
    } else if (finish->result == GATE_Y) {
        finish_tile(rows, vectors, GATE_Y, sum, finish);
    } else {
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 32
            for (size_t j = 0; j < vectors; j++)
                *(integers_unaligned *)(finish->sums + i * finish->sums_stride + j * WIDTH) =
                    sum[i * vectors + j];
    }
}

/* Blocks that a tile of so many rows takes together: one row streams through many, many rows stay
 * with few. */
INLINE size_t group_of(size_t rows)
{
    for (size_t group = 8; group > 1; group /= 2)
        if (rows * group <= (group == 8 ? SUMS / 3 * 2 : SUMS))
            return group;
    return 1;
}

/* Rows of a tile when `rows` are cut into tiles of about equal size. */
INLINE size_t tile_rows(size_t rows)
{
    size_t tiles = (rows + ROWS - 1) / ROWS;
    return (rows + tiles - 1) / tiles;
}

/* tile_s8 for sizes known only now: at most ROWS rows, 8, 4, 2 or 1 blocks. */
static void tile(size_t rows, size_t blocks, const struct factors *factors,
                 const struct finish *finish)
{
#define TILES(count)                                                                               \
    case count:                                                                                    \
        if (count * 8 <= SUMS && blocks == 8)                                                      \
            tile_s8(count, count * 8 <= SUMS ? 8 : 1, factors, finish);                            \
        else if (count * 4 <= SUMS && blocks == 4)                                                 \
            tile_s8(count, count * 4 <= SUMS ? 4 : 1, factors, finish);                            \
        else if (count * 2 <= SUMS && blocks == 2)                                                 \
            tile_s8(count, count * 2 <= SUMS ? 2 : 1, factors, finish);                            \
        else                                                                                       \
            tile_s8(count, 1, factors, finish);                                                    \
        break;
    switch (rows) {
        TILES(1)
        TILES(2)
        TILES(3)
        TILES(4)
#if ROWS > 4
        TILES(5)
        TILES(6)
#endif
#if ROWS > 6
        TILES(7)
        TILES(8)
        TILES(9)
        TILES(10)
        TILES(11)
        TILES(12)
#endif
    }
#undef TILES
}

/* The next group of blocks: as many as a tile takes, or what powers of two are left. */
INLINE size_t next_group(size_t rows, size_t blocks)
{
    size_t group = group_of(rows);
    while (group > blocks)
        group /= 2;
    return group;
}

/* sums [rows][blocks * 16] of all products; rows of sums `sums_stride` apart. Blocks are short
 * here: a few of them at once are what memory wants. */
static void products_s8(size_t rows, size_t blocks, struct factors factors, int32_t *sums,
                        size_t sums_stride)
{
    const uint8_t *x = factors.x;
    size_t most = tile_rows(rows);
    for (size_t block = 0, group; block < blocks; block += group) {
        group = next_group(most, blocks - block < 4 ? blocks - block : 4);
        for (size_t row = 0; row < rows; row += most) {
            factors.x = x + row * factors.stride;
            struct finish finish = {.sums = sums + row * sums_stride + block * PACKED_COLUMNS,
                                    .sums_stride = sums_stride};
            tile(rows - row < most ? rows - row : most, group, &factors, &finish);
        }
        factors.blocks += group * factors.block_stride;
    }
}
