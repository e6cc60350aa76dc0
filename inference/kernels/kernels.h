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
enum { KERNEL_MOST_DEPTH = 65536 };

/* Weight [column][k] is about values[column * depth + k] * scale[column]; values are in
 * [-127, 127]. */
struct weights_s8 {
    size_t columns, depth;
    const int8_t *values; /* borrowed */
    const float *scale;   /* borrowed */
    const void *packed;   /* what `pack` of the table wrote; borrowed, aligned to 64 bytes */
};

struct kernels {
    const char *name; /* "scalar", "avx2", "avx512vnni" */

    /* ---- int8 ---- */

    /* Bytes that `pack` writes for a matrix; 0: the table reads `values` as they lie. */
    size_t (*packed_size)(size_t columns, size_t depth);
    void (*pack)(size_t columns, size_t depth, const int8_t *values, void *packed);

    /* Bytes of one quantised row, a multiple of 64. */
    size_t (*quantized_size)(size_t depth);

    /* Row by row: largest = max |x|, scale = largest / 127, value = x * (127 / largest) rounded to
     * nearest even. A row without a value beyond 1e-30 is all zero, with scale 0. How the values
     * are stored is the table's own; `quantized` is aligned to 64 bytes. */
    void (*quantize)(size_t rows, size_t depth, const float *x, void *quantized, float *scale);

    /* y[row][column] = (sum * x_scale[row]) * weights->scale[column], where sum is the exact
     * integer product; added to what y holds when `add`. */
    void (*matmul_s8)(size_t rows, const void *quantized, const float *x_scale,
                      const struct weights_s8 *weights, float *y, bool add);

    /* y[i] = the product of one row with column wanted[i] alone; the bits of matmul_s8. */
    void (*select_s8)(const void *quantized, float x_scale, const struct weights_s8 *weights,
                      const int32_t *wanted, size_t count, float *y);

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

    /* log of the sum of exp(x), the sum in lanes, count at least 1. */
    double (*log_sum_exp)(size_t count, const float *x);

    /* The first index of the largest value; 0 when nothing compares. */
    size_t (*largest)(size_t count, const float *x);

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
extern const struct kernels avx2_kernels;
extern const struct kernels avx512vnni_kernels;
#endif

/* The tables that this CPU and its operating system can run, slowest first, NULL behind the last.
 * `tables` has room for KERNEL_TABLES + 1. */
enum { KERNEL_TABLES = 3 };
void kernels_list(const struct kernels **tables);

/* The fastest table that can run here, or the one called `name`. NULL and ERROR_USAGE, which lists
 * what can run here, when there is none of that name. */
const struct kernels *kernels_select(const char *name, struct error *error);

/* exp as every table computes it: within 2 units of the last place for -87 <= x <= 88, clamped
 * outside. */
float kernel_exp(float x);

/* Float32 reference products (OpenBLAS, one thread), y = x * transpose(w), added to y when `add`:
 * x [rows][depth], w [columns][depth]. The bits of a row depend on `rows` and on its place: call it
 * with the rows of one input alone. */
void sgemm(size_t rows, size_t columns, size_t depth, const float *x, const float *w, float *y,
           bool add);

#endif
