/* tile_operands.h - what a tile multiplies; included by dots.h, or before it by a table that has a
 * way of its own to do so. */
#ifndef INFERENCE_KERNELS_TILE_OPERANDS_H
#define INFERENCE_KERNELS_TILE_OPERANDS_H
#ifndef MAX_TILE_SUMS
#error "define what dots.h says first"
#endif

typedef int32_t integers_unaligned
    __attribute__((vector_size(VECTOR_WIDTH * 4), aligned(sizeof(int32_t)), may_alias));

INLINE vector_integer load_integers(const void *from)
{
    return *(const integers_unaligned *)from;
}

/* Rows of a tile that make it wait for products rather than for weights. */
enum { COMPUTE_BOUND_ROWS = MAX_TILE_ROWS / 2 + 1, CACHE_LINE = 64 };

/* What a tile multiplies: rows of bytes, `stride` apart, and blocks of 16 columns, each with its
 * starts and then its steps. Memory is asked for `ahead` bytes before it is read. */
struct tile_operands {
    size_t steps, stride;
    size_t block_stride, step_stride; /* from a block to the next, from a step to the next */
    size_t prefetch_distance;
    const uint8_t *x, *blocks;
    const uint8_t *prefetch; /* asked for by tiles of many rows, two lines at each step */
    size_t prefetch_stride;
};

#endif
