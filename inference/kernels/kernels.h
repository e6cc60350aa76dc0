/* kernels.h - the inner loops, one table per instruction set.
 *
 * Row-major everywhere. Activations are [rows][depth], weights [columns][depth]: both run along
 * depth. Every table gives the bits that scalar.c gives: int8 sums are exact in int32, and float
 * steps have one stated order, without fused multiply-add. A result never depends on the other rows
 * of a call, nor on a row's place in it. */
#ifndef INFERENCE_KERNELS_KERNELS_H
#define INFERENCE_KERNELS_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The largest depth whose int32 sums cannot overflow, offsets of 128 included:
 * 255 * 127 * 65536 < 2^31. */
enum { KERNEL_MAX_DEPTH = 65536 };

/* Weight [column][k] is about value * scale[column]; values are in [-127, 127], laid out as
 * packed.h says. */
struct weights_s8 {
    size_t columns, depth;
    const void *packed; /* borrowed, aligned to 64 bytes */
    const float *scale; /* borrowed */
};

/* Memory that will be read when the products at hand are made, in that order. Those of many rows
 * wait for the processor alone: meanwhile they ask for it, and take from the list what they asked
 * for. */
struct memory_range {
    const uint8_t *bytes;
    size_t size;
};
struct prefetch_list {
    struct memory_range *parts;
    size_t count;
};

/* Rows of activations, quantised one by one: x is about value * scale[row]. How the bytes stand for
 * values is the table's own. Aligned to 64 bytes, quantized_row_size(depth) apart. */
struct rows_s8 {
    size_t rows, depth;
    uint8_t *bytes; /* borrowed, as is scale */
    float *scale;
    struct prefetch_list *prefetch; /* borrowed; NULL: nothing */
};

/* Bytes of one quantised row. */
static inline size_t quantized_row_size(size_t depth)
{
    return (depth + 63) / 64 * 64;
}

/* Keys and values of one attention head in int8, for `length` positions. Each position has a scale
 * for its key and one for its value. Keys are packed with positions as columns; values with the
 * channels of the head as columns, interleaved, filled up to `room` positions. */
struct cache_s8 {
    size_t length, head_width;
    size_t padded_length; /* length rounded up to 16: of scores, scales and a bias */
    void *keys, *values;
    float *key_scale; /* [room] */
    float
        *value_relative_scale; /* [room] scale of a value as a share of the largest, times 16383 */
    float *max_value_scale;    /* the largest scale divided by 16383: one number */
};

/* Bytes for a cache, a multiple of 64, and the cache in them; `bytes` is aligned to 64. */
size_t cache_s8_size(size_t length, size_t head_width);
struct cache_s8 cache_s8_view(void *bytes, size_t length, size_t head_width);

/* Keys and values of one head in bfloat16, numbers of a position side by side, positions `stride`
 * numbers apart; those that a query sees are nodes[0..length), in this order. */
struct path_bf16 {
    size_t length, head_width, stride;
    const uint32_t *nodes; /* borrowed, as are the numbers */
    const uint16_t *keys, *values;
};

/* Widest head of attend_s8. */
enum { KERNEL_MAX_HEAD_WIDTH = 4096 };

/* Queries that attend_s8 takes at a time, and bytes of room it needs to work in, aligned to 64. */
enum { KERNEL_QUERY_TILE = 12 };
size_t attention_s8_scratch_size(size_t length, size_t head_width);

struct kernels {
    const char *name; /* "scalar", "avx2", "avxvnni", "avx512vnni", "neon", "i8mm" */

    /* ---- int8 ---- */

    /* Row by row: largest = max |x|, scale = largest / 127, value = x * (127 / largest) rounded to
     * nearest even. A row without a value beyond 1e-30 is all zero, with scale 0. Rows of x are
     * `stride` floats apart. */
    void (*quantize)(const float *x, size_t stride, const struct rows_s8 *quantized);

    /* The same of rms_norm(x), x [rows][depth]. */
    void (*norm_quantize)(const float *x, const float *weight, float epsilon,
                          const struct rows_s8 *quantized);

    /* y[row][column] = (sum * x.scale[row]) * weights.scale[column], where sum is the exact
     * integer product; added to what y holds when `add`. Rows of y are weights.columns apart. */
    void (*matmul_s8)(const struct rows_s8 *x, const struct weights_s8 *weights, float *y,
                      bool add);

    /* y = gelu(x * transpose(weights)) * (x * transpose(factor)) as kernel_gated_gelu has it, the
     * factor's shape being that of the weights: the gated feed-forward layer up to its last
     * product. */
    void (*gated_gelu_s8)(const struct rows_s8 *x, const struct weights_s8 *weights,
                          const struct weights_s8 *factor, float *y);

    /* y[i] = the product of row `row` with column wanted[i] alone; the bits of matmul_s8. */
    void (*select_s8)(const struct rows_s8 *x, size_t row, const struct weights_s8 *weights,
                      const int32_t *selected_columns, size_t count, float *y);

    /* Fills a cache from keys and values [length] rows, `stride` floats apart. */
    void (*cache_s8)(const struct cache_s8 *cache, const float *keys, const float *values,
                     size_t stride);

    /* context = softmax(query * transpose(keys) + bias) * values, for rows of query and context
     * `stride` floats apart. Queries are quantised as activations are. A score is (sum * query's
     * scale) * key_scale + bias; `bias` may be NULL, else it is that of the first query, readable
     * for `room` positions, and moves one step back for each further query. Weights
     * e = 2^((score - largest) / ln 2), see kernel_exp2, become 14 bits, round(e *
     * value_relative_scale[position]), in two planes of 7, whose sums are exact and joined in
     * float; the sum of all e is in lanes, over `room`, with positions beyond the length at -1e30.
     * `work` has attention_s8_scratch_size bytes; context may be query. */
    void (*attend_s8)(const struct cache_s8 *cache, size_t queries, const float *query,
                      const float *bias, size_t stride, void *scratch, float *context);

    /* One query over the positions of a path: scores are dot products as `dot` has them, softmax as
     * below, and context the sum over positions in their order. `scores` has room for them. */
    void (*attend_path)(const struct path_bf16 *path, const float *query, const float *bias,
                        float *scores, float *context);

    /* y = x as bfloat16, rounded to nearest even. */
    void (*to_bf16)(size_t count, const float *x, uint16_t *y);

    /* ---- float32. A "sum in lanes" adds x[k] to lane k % 16 in order of k, then folds the lanes
     * by halves: 16 to 8, 4, 2, 1. ---- */

    /* y = x * (1 / sqrt(mean of squares + epsilon)) * weight, squares summed in lanes. y may be
     * x. */
    void (*rms_norm)(size_t rows, size_t depth, const float *x, const float *weight, float epsilon,
                     float *y);

    /* x = activation(x), times `factor` where it is not NULL. gelu is the tanh form, which is
     * x / (1 + exp(-2 * sqrt(2 / pi) * (x + 0.044715 x^3))). */
    void (*relu)(size_t count, float *x, const float *factor);
    void (*gelu)(size_t count, float *x, const float *factor);

    /* x = exp(x + bias - largest) / their sum in lanes; `bias` may be NULL; count at least 1. */
    void (*softmax)(size_t count, float *x, const float *bias);

    /* log of the sum of exp(x), by kernel_exp2, the sum in lanes, count at least 1; *largest is the
     * largest x. */
    double (*log_sum_exp)(size_t count, const float *x, float *largest);

    /* The first index of the largest value; 0 when nothing compares. */
    size_t (*largest)(size_t count, const float *x);

    /* The first index of a value larger than `bound`; `count` when there is none. */
    size_t (*find_above)(size_t count, const float *x, float bound);

    /* Sum in lanes of a[k] * b[k]. */
    float (*dot)(size_t depth, const float *a, const float *b);

    /* y[row][column] = sum over k, in its order, of a[row][k] * b[k][column]; b is
     * [depth][columns], not transposed. A stride is the distance of two rows, in floats. */
    void (*matmul_f32)(size_t rows, size_t columns, size_t depth, const float *a, size_t a_stride,
                       const float *b, size_t b_stride, float *y, size_t y_stride);

    /* y[k] += factor * x[k] */
    void (*add_scaled)(size_t count, float factor, const float *x, float *y);
};

/* Slow, obvious, and always there: the others are tested against it. */
extern const struct kernels scalar_kernels;
#if defined(__x86_64__)
extern const struct kernels avx2_kernels, avxvnni_kernels, avx512vnni_kernels;
#elif defined(__aarch64__)
extern const struct kernels neon_kernels, i8mm_kernels;
#endif

/* The tables that this CPU and its operating system can run, slowest first, NULL behind the last.
 * `tables` has room for KERNEL_MAX_TABLES + 1. */
enum { KERNEL_MAX_TABLES = 4 };
void kernels_list(const struct kernels **tables);

/* The fastest table that can run here, or the one called `name`. NULL and ERROR_USAGE, which lists
 * what can run here, when there is none of that name. */
const struct kernels *kernels_select(const char *name, struct error *error);

/* exp as every table computes it: within 2 units of the last place for -87 <= x <= 88, clamped
 * outside. */
float kernel_exp(float x);

/* 2^x for -126 < x < 127 where exponentials end up in a sum or in int8, within 4e-6 of the value;
 * smaller x count as -126. */
float kernel_exp2(float x);

/* gelu(x) * factor as gated_gelu_s8 computes it: with kernel_exp2, in which an x below -10, where
 * gelu is nearly zero, counts as -10. */
float kernel_gated_gelu(float x, float factor);

/* Float32 reference products (OpenBLAS, one thread), y = x * transpose(w), added to y when `add`:
 * x [rows][depth], w [columns][depth]. The bits of a row depend on `rows` and on its place: call it
 * with the rows of one input alone. */
void sgemm(size_t rows, size_t columns, size_t depth, const float *x, const float *w, float *y,
           bool add);

#endif
