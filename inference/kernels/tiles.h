/* tiles.h - exact products of bytes in register tiles, and the conversion of their sums. See
 * int8_kernels.h for the definitions it needs. */
#ifndef MAX_TILE_SUMS
#error "define what int8_kernels.h lists, and include that"
#endif

#include "inference/kernels/packed.h"
#include "inference/kernels/tile_operands.h"

INLINE vector to_floats(vector_integer x)
{
    return __builtin_convertvector(x, vector);
}

/* What to do with a tile's sums: keep them as integers; or scale them and write them to y, add them
 * to y, or multiply them by the gelu of the scaled sums that another tile kept. */
enum tile_action { KEEP_SUMS, WRITE_Y, ADD_TO_Y, GATE_Y };

struct tile_output {
    enum tile_action tile_action;
    int32_t *sums; /* rows of sums are sums_stride apart, rows of y y_stride */
    size_t sums_stride;
    const float *x_scale, *scale; /* of the tile's rows and columns */
    const float *gate_scale;      /* of the columns that `sums` belong to */
    float *y;
    size_t y_stride;
};

/* `rows`, `vectors` and `tile_action` are compile-time constants in every call. */
INLINE void store_tile(const size_t rows, const size_t vectors, const enum tile_action tile_action,
                       const vector_integer *sum, const struct tile_output *tile_output)
{
#pragma GCC unroll 32
    for (size_t j = 0; j < vectors; j++) {
        vector scale = load(tile_output->scale + j * VECTOR_WIDTH), gate_scale = {0};
        if (tile_action == GATE_Y)
            gate_scale = load(tile_output->gate_scale + j * VECTOR_WIDTH);
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; i++) {
            float x_scale = tile_output->x_scale[i],
                  *y = tile_output->y + i * tile_output->y_stride + j * VECTOR_WIDTH;
            vector value = to_floats(sum[i * vectors + j]) * x_scale * scale;
            if (tile_action == GATE_Y) {
                const int32_t *gate =
                    tile_output->sums + i * tile_output->sums_stride + j * VECTOR_WIDTH;
                value = gated_gelu(to_floats(load_integers(gate)) * x_scale * gate_scale, value);
            }
            store(y, tile_action == ADD_TO_Y ? load(y) + value : value);
        }
    }
}

/* `rows` rows by `blocks` blocks, both compile-time constants in every call. */
INLINE void tile_s8(const size_t rows, const size_t blocks,
                    const struct tile_operands *tile_operands,
                    const struct tile_output *tile_output)
{
    const size_t vectors = blocks * LANE_VECTORS, block_stride = tile_operands->block_stride;
    const uint8_t *x = tile_operands->x, *step = tile_operands->blocks,
                  *prefetch = tile_operands->prefetch;
    vector_integer sum[MAX_TILE_SUMS * LANE_VECTORS];
#pragma GCC unroll 8
    for (size_t j = 0; rows >= COMPUTE_BOUND_ROWS && j < blocks; j++)
        __builtin_prefetch(step + j * block_stride + tile_operands->prefetch_distance, 0, 2);
#pragma GCC unroll 32
    for (size_t j = 0; j < vectors; j++) {
        vector_integer correction = {0};
        if (BYTE_OFFSET)
            correction = load_integers(step + j / LANE_VECTORS * block_stride +
                                       j % LANE_VECTORS * VECTOR_WIDTH * 4);
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; i++)
            sum[i * vectors + j] = correction;
    }
    size_t k = 0;
#ifdef ADD_PAIRS
    k = add_pairs(rows, blocks, tile_operands, sum);
    x += k * PACKED_DEPTH;
    step += k * tile_operands->step_stride;
    prefetch += k * tile_operands->prefetch_stride;
#endif
    for (; k < tile_operands->steps; k++, x += PACKED_DEPTH) {
        vector_integer right[MAX_TILE_SUMS * LANE_VECTORS];
        step += tile_operands->step_stride;
#pragma GCC unroll 32
        for (size_t j = 0; j < vectors; j++)
            right[j] = load_integers(step + j / LANE_VECTORS * block_stride +
                                     j % LANE_VECTORS * VECTOR_WIDTH * 4);
#pragma GCC unroll 8
        for (size_t j = 0; j < blocks; j++)
            __builtin_prefetch(step + j * block_stride + tile_operands->prefetch_distance, 0, 2);
        if (rows >= COMPUTE_BOUND_ROWS) {
            __builtin_prefetch(prefetch, 0, 2);
            __builtin_prefetch(prefetch + CACHE_LINE, 0, 2);
            prefetch += tile_operands->prefetch_stride;
        }
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; i++) {
            four_bytes left = broadcast_four_bytes(x + i * tile_operands->stride);
#pragma GCC unroll 32
            for (size_t j = 0; j < vectors; j++)
                sum[i * vectors + j] = dot_four_bytes(sum[i * vectors + j], left, right[j]);
        }
    }
    if (tile_output->tile_action == WRITE_Y) {
        store_tile(rows, vectors, WRITE_Y, sum, tile_output);
    } else if (tile_output->tile_action == ADD_TO_Y) {
        store_tile(rows, vectors, ADD_TO_Y, sum, tile_output);
    } else if (tile_output->tile_action == GATE_Y) {
        store_tile(rows, vectors, GATE_Y, sum, tile_output);
    } else {
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 32
            for (size_t j = 0; j < vectors; j++)
                *(integers_unaligned *)(tile_output->sums + i * tile_output->sums_stride +
                                        j * VECTOR_WIDTH) = sum[i * vectors + j];
    }
}

/* Blocks per tile for this number of rows: few rows take many blocks, many rows take few. */
INLINE size_t max_tile_blocks(size_t rows)
{
    for (size_t tile_blocks = 8; tile_blocks > 1; tile_blocks /= 2)
        if (rows * tile_blocks <= (tile_blocks == 8 ? MAX_TILE_SUMS / 3 * 2 : MAX_TILE_SUMS))
            return tile_blocks;
    return 1;
}

/* Rows per tile when `rows` rows are split into tiles of about equal size. */
INLINE size_t tile_rows(size_t rows)
{
    size_t tiles = (rows + MAX_TILE_ROWS - 1) / MAX_TILE_ROWS;
    return (rows + tiles - 1) / tiles;
}

/* tile_s8 for sizes known only at run time: at most MAX_TILE_ROWS rows and 8, 4, 2 or 1 blocks. */
static void compute_tile(size_t rows, size_t blocks, const struct tile_operands *tile_operands,
                         const struct tile_output *tile_output)
{
#define TILES(count)                                                                               \
    case count:                                                                                    \
        if (count * 8 <= MAX_TILE_SUMS && blocks == 8)                                             \
            tile_s8(count, count * 8 <= MAX_TILE_SUMS ? 8 : 1, tile_operands, tile_output);        \
        else if (count * 4 <= MAX_TILE_SUMS && blocks == 4)                                        \
            tile_s8(count, count * 4 <= MAX_TILE_SUMS ? 4 : 1, tile_operands, tile_output);        \
        else if (count * 2 <= MAX_TILE_SUMS && blocks == 2)                                        \
            tile_s8(count, count * 2 <= MAX_TILE_SUMS ? 2 : 1, tile_operands, tile_output);        \
        else                                                                                       \
            tile_s8(count, 1, tile_operands, tile_output);                                         \
        break;
    switch (rows) {
        TILES(1)
        TILES(2)
        TILES(3)
        TILES(4)
#if MAX_TILE_ROWS > 4
        TILES(5)
        TILES(6)
#endif
#if MAX_TILE_ROWS > 6
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

/* Number of blocks of the next tile: the tile's maximum, or the largest power of two that is
 * left. */
INLINE size_t next_tile_blocks(size_t rows, size_t blocks)
{
    size_t tile_blocks = max_tile_blocks(rows);
    while (tile_blocks > blocks)
        tile_blocks /= 2;
    return tile_blocks;
}

/* sums [rows][blocks * 16] = all products; rows of sums are sums_stride apart. Attention's blocks
 * are short, so a few at once give the best memory access. */
static void products_s8(size_t rows, size_t blocks, struct tile_operands tile_operands,
                        int32_t *sums, size_t sums_stride)
{
    const uint8_t *x = tile_operands.x;
    size_t max_rows = tile_rows(rows);
    for (size_t block = 0, tile_blocks; block < blocks; block += tile_blocks) {
        tile_blocks = next_tile_blocks(max_rows, blocks - block < 4 ? blocks - block : 4);
        for (size_t row = 0; row < rows; row += max_rows) {
            tile_operands.x = x + row * tile_operands.stride;
            struct tile_output tile_output = {.sums =
                                                  sums + row * sums_stride + block * PACKED_COLUMNS,
                                              .sums_stride = sums_stride};
            compute_tile(rows - row < max_rows ? rows - row : max_rows, tile_blocks, &tile_operands,
                         &tile_output);
        }
        tile_operands.blocks += tile_blocks * tile_operands.block_stride;
    }
}
