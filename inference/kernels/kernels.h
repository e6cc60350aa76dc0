/* kernels.h - the inner loops, one table per instruction set.
 *
 * All matrices are row-major. Activations are [rows][depth], weights [columns][depth]; both are
 * contiguous along depth. Every table gives the same bits as scalar.c: int8 sums are exact in
 * int32, and float operations have one documented order, without fused multiply-add. A result never
 * depends on the other rows of a call or on a row's position in it. */
#ifndef INFERENCE_KERNELS_KERNELS_H
#define INFERENCE_KERNELS_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

/* Maximum depth whose int32 sums cannot overflow, including offsets of 128: 255 * 127 * 65536 <
 * 2^31. */
enum { KERNEL_MAX_DEPTH = 65536 };

/* Weight [column][k] is approximately value * scale[column]; values are in [-127, 127], in the
 * layout of packed.h. */
struct weights_s8 {
    size_t columns, depth;
    const void *packed; /* borrowed, aligned to 64 bytes */
    const float *scale; /* borrowed */
};

/* Memory that will be read after the current products, in this order. Large products are
 * compute-bound: they prefetch these ranges and remove them from the list. */
struct memory_range {
    const uint8_t *bytes;
    size_t size;
};
struct prefetch_list {
    struct memory_range *parts;
    size_t count;
};

/* Rows of activations, each quantized with its own scale: x is approximately value * scale[row].
 * Each table has its own coding of values as bytes. Rows are aligned to 64 bytes and
 * quantized_row_size(depth) bytes apart. */
struct rows_s8 {
    size_t rows, depth;
    uint8_t *bytes; /* borrowed, like scale */
    float *scale;
    struct prefetch_list *prefetch; /* borrowed; NULL: nothing to prefetch */
};

/* Bytes of one quantized row. */
static inline size_t quantized_row_size(size_t depth)
{
    return (depth + 63) / 64 * 64;
}

/* Keys and values of one attention head in int8, for `length` positions. Each position has one
 * scale for its key and one for its value. Keys are packed with positions as columns. Values are
 * packed with the channels of the head as columns, interleaved, and padded to padded_length
 * positions. */
struct cache_s8 {
    size_t length, head_width;
    size_t padded_length; /* length rounded up to a multiple of 16; length of scores, scales and a
                             bias */
    void *keys, *values;
    float *key_scale;            /* [padded_length] */
    float *value_relative_scale; /* [padded_length]; scale of a value relative to the maximum, times
                                    16383 */
    float *max_value_scale;      /* one number: the maximum scale divided by 16383 */
};

/* The size of a cache in bytes, a multiple of 64, and a view of the cache in `bytes`, which is
 * aligned to 64. */
size_t cache_s8_size(size_t length, size_t head_width);
struct cache_s8 cache_s8_view(void *bytes, size_t length, size_t head_width);

/* Keys and values of one head in bfloat16; positions are `stride` numbers apart. A query attends to
 * nodes[0..length), in this order. */
struct path_bf16 {
    size_t length, head_width, stride;
    const uint32_t *nodes; /* borrowed, like keys and values */
    const uint16_t *keys, *values;
};

/* Queries of one head and the results of their attention. */
struct attention_queries {
    size_t count, stride; /* rows of query and context are `stride` floats apart */
    const float *query;
    const float *bias; /* NULL: none; of the first query, and that of each further query starts one
                          float earlier */
    float *context;    /* may be query */
};

/* Maximum head width of attend_s8. */
enum { KERNEL_MAX_HEAD_WIDTH = 4096 };

/* Queries that attend_s8 processes at a time, and the size of its scratch space in bytes; the space
 * is aligned to 64. */
enum { KERNEL_QUERY_TILE = 12 };
size_t attention_s8_scratch_size(size_t length, size_t head_width);

/* A normalization of rows; weight is [depth], borrowed. */
struct norm {
    size_t depth;
    const float *weight;
    float epsilon;
};

/* y = a * b in float32, where y is [rows][columns], a [rows][depth] and b [depth][columns], not
 * transposed. Strides are distances between rows, in floats. */
struct product_f32 {
    size_t rows, columns, depth;
    const float *a, *b;
    float *y;
    size_t a_stride, b_stride, y_stride;
};

struct kernels {
    const char *name; /* one of T5_KERNEL_CHOICES */

    /* ---- int8 ---- */

    /* For each row: scale = max |x| / 127, value = x * (127 / max |x|), rounded to nearest, ties to
     * even. If all |x| <= 1e-30, all values and the scale are 0. Rows of x are `stride` floats
     * apart. */
    void (*quantize)(const float *x, size_t stride, const struct rows_s8 *quantized);

    /* Quantizes rms_norm(x), x [rows][depth]. */
    void (*norm_quantize)(const struct norm *norm, const float *x, const struct rows_s8 *quantized);

    /* y[row][column] = (sum * x.scale[row]) * weights.scale[column], where sum is the exact integer
     * product; added to y if `add`. Rows of y are weights.columns apart. */
    void (*matmul_s8)(const struct rows_s8 *x, const struct weights_s8 *weights, float *y,
                      bool add);

    /* y = gelu(x * transpose(weights)) * (x * transpose(factor)), computed as in kernel_gated_gelu:
     * the gated feed-forward layer without its last product. Both matrices have the same shape. */
    void (*gated_gelu_s8)(const struct rows_s8 *x, const struct weights_s8 *weights,
                          const struct weights_s8 *factor, float *y);

    /* y[i] = product of the only row of x and column selected_columns[i], with the bits of
     * matmul_s8. */
    void (*select_s8)(const struct rows_s8 *x, const struct weights_s8 *weights,
                      const int32_t *selected_columns, size_t count, float *y);

    /* Fills a cache from `length` rows of keys and values, `stride` floats apart. */
    void (*fill_cache_s8)(const struct cache_s8 *cache, const float *keys, const float *values,
                          size_t stride);

    /* context = softmax(query * transpose(keys) + bias) * values. Queries are quantized like
     * activations. A score is (sum * query's scale) * key_scale + bias; a bias is readable for
     * padded_length positions. The weights e = 2^((score - maximum) / ln 2), see kernel_exp2,
     * become 14-bit integers round(e * value_relative_scale[position]) in two planes of 7 bits,
     * whose sums are exact and are combined in float. The sum of all e is a sum in lanes over
     * padded_length positions; positions after `length` have the score -1e30. `scratch` has
     * attention_s8_scratch_size bytes. */
    void (*attend_s8)(const struct cache_s8 *cache, const struct attention_queries *queries,
                      void *scratch);

    /* Attention of one query to the positions of a path: dot products as in `dot`, softmax as
     * below, and context summed over positions in order. `scores` has room for path->length
     * floats. */
    void (*attend_path)(const struct path_bf16 *path, const float *query, const float *bias,
                        float *scores, float *context);

    /* y = x as bfloat16, rounded to nearest, ties to even. */
    void (*to_bf16)(size_t count, const float *x, uint16_t *y);

    /* ---- float32. A "sum in lanes" adds x[k] to lane k % 16 in order of k, then adds the lanes by
     * halves: 16 to 8, 4, 2, 1. ---- */

    /* y = x * (1 / sqrt(mean of squares + epsilon)) * weight; squares are summed in lanes. x and y
     * are [rows][depth]; y may be x. */
    void (*rms_norm)(const struct norm *norm, size_t rows, const float *x, float *y);

    /* x = activation(x), times `factor` if not NULL. gelu is the tanh form, which equals x / (1 +
     * exp(-2 * sqrt(2 / pi) * (x + 0.044715 x^3))). */
    void (*relu)(size_t count, float *x, const float *factor);
    void (*gelu)(size_t count, float *x, const float *factor);

    /* x = exp(x + bias - maximum) / their sum in lanes; `bias` may be NULL; count >= 1. */
    void (*softmax)(size_t count, float *x, const float *bias);

    /* Logarithm of the sum of exp(x), with kernel_exp2 and a sum in lanes; count >= 1. *max_x is
     * the maximum of x. */
    double (*log_sum_exp)(size_t count, const float *x, float *max_x);

    /* The index of the first maximum; 0 if x[0] is NaN. */
    size_t (*argmax)(size_t count, const float *x);

    /* The index of the first value greater than `bound`; `count` if there is none. */
    size_t (*find_above)(size_t count, const float *x, float bound);

    /* Sum in lanes of a[k] * b[k]. */
    float (*dot)(size_t depth, const float *a, const float *b);

    /* y[row][column] = sum over k, in order, of a[row][k] * b[k][column]. */
    void (*matmul_f32)(const struct product_f32 *product);

    /* y[k] += factor * x[k] */
    void (*add_scaled)(size_t count, float factor, const float *x, float *y);
};

/* Plain and slow, available on every CPU; tests compare the other tables with it. */
extern const struct kernels scalar_kernels;
#if defined(__x86_64__)
extern const struct kernels avx2_kernels, avxvnni_kernels, avx512vnni_kernels;
#elif defined(__aarch64__)
extern const struct kernels neon_kernels, i8mm_kernels;
#endif

/* Writes the tables that this CPU and its operating system can run, slowest first, and NULL at the
 * end. `tables` has room for KERNEL_MAX_TABLES + 1. */
enum { KERNEL_MAX_TABLES = 4 };
void kernels_list(const struct kernels **tables);

/* The table called `name`, or the fastest one if that is empty or "auto". If this CPU cannot run
 * it, NULL and ERROR_USAGE with a list of the tables that it can run. */
const struct kernels *kernels_select(struct text name, struct error *error);

/* exp as computed by every table: within 2 units in the last place for -87 <= x <= 88, clamped
 * outside. */
float kernel_exp(float x);

/* 2^x for -126 < x < 127, within 4e-6 of the value, for exponentials that end up in a sum or in
 * int8; smaller x count as -126. */
float kernel_exp2(float x);

/* gelu(x) * factor as computed by gated_gelu_s8: with kernel_exp2; x below -10, where gelu is
 * nearly zero, counts as -10. */
float kernel_gated_gelu(float x, float factor);

/* y = x * transpose(w) in float32, added to y if `add`; x is [rows][depth], w [columns][depth]. */
struct linear_f32 {
    size_t rows, columns, depth;
    const float *x, *w;
    float *y;
    bool add;
};

/* The reference product (OpenBLAS, one thread). The bits of a row depend on `rows` and on its
 * position: call it with the rows of one input only. */
void sgemm(const struct linear_f32 *product);

#endif
