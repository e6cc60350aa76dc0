/* tile_operands.h - the operands of a tile. int8_kernels.h includes it; a table with its own
 * add_pairs includes it earlier. */
#ifndef INFERENCE_KERNELS_TILE_OPERANDS_H
#define INFERENCE_KERNELS_TILE_OPERANDS_H
#ifndef MAX_TILE_SUMS
#error "define what int8_kernels.h lists first"
#endif

typedef int32_t integers_unaligned
    __attribute__((vector_size(VECTOR_WIDTH * 4), aligned(sizeof(int32_t)), may_alias));

INLINE vector_integer load_integers(const void *from)
{
    return *(const integers_unaligned *)from;
}

/* From this number of rows on, a tile is limited by products, not by loading weights. */
enum { COMPUTE_BOUND_ROWS = MAX_TILE_ROWS / 2 + 1, CACHE_LINE = 64 };

/* The operands of a tile: rows of bytes, `stride` apart, and blocks of 16 columns, each with its
 * offset corrections and then its steps. Memory is prefetched prefetch_distance bytes before it is
 * read. */
struct tile_operands {
    size_t steps, stride;
    size_t block_stride, step_stride; /* distance between blocks, and between steps */
    size_t prefetch_distance;
    const uint8_t *x, *blocks;
    const uint8_t *prefetch; /* memory that tiles of many rows prefetch, two cache lines per step */
    size_t prefetch_stride;
};

#endif
