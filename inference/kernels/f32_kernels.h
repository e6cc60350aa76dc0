/* f32_kernels.h - the float kernels over vectors, compiled once per instruction set.
 *
 * The including file defines `vector` and `vector_integer`, GCC vectors of VECTOR_WIDTH floats and
 * integers; `vector_max`, which is a > b ? a : b per lane; `load_u16_as_u32`, which loads
 * VECTOR_WIDTH unsigned 16-bit numbers; and F32_TILE_ROWS and F32_TILE_VECTORS, the register tile
 * of matmul_f32. Every sum has the order of scalar.c, so the results have the same bits. */
#ifndef VECTOR_WIDTH
#error "define vector, vector_integer, VECTOR_WIDTH, vector_max, F32_TILE_ROWS and others first"
#endif

#include <math.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum { LANES = 16, LANE_VECTORS = LANES / VECTOR_WIDTH };

typedef float vector_unaligned
    __attribute__((vector_size(VECTOR_WIDTH * 4), aligned(sizeof(float)), may_alias));

/* Sixteen parallel sums, for every vector width. */
struct lanes {
    vector part[LANE_VECTORS];
};

INLINE vector load(const float *from)
{
    return *(const vector_unaligned *)from;
}

INLINE void store(float *to, vector value)
{
    *(vector_unaligned *)to = value;
}

INLINE vector broadcast(float value)
{
    return value - (vector){0};
}

INLINE float max_f32(float a, float b)
{
    return a > b ? a : b;
}

/* Adds sixteen lanes by halves: 16 to 8, 4, 2, 1. */
INLINE float sum_lanes(struct lanes sums)
{
#if VECTOR_WIDTH == 16
    vector v = sums.part[0];
    v += __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
    v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
#elif VECTOR_WIDTH == 8
    vector v = sums.part[0] + sums.part[1];
    v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3);
    v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5);
#else
    vector v = (sums.part[0] + sums.part[2]) + (sums.part[1] + sums.part[3]);
    v += __builtin_shufflevector(v, v, 2, 3, 0, 1);
#endif
    return v[0] + v[1];
}

/* The maximum of a vector's lanes and `initial`. */
INLINE float max_lane(vector x, float initial)
{
#if VECTOR_WIDTH == 16
    x = vector_max(
        x, __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    x = vector_max(
        x, __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
    x = vector_max(
        x, __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
#elif VECTOR_WIDTH == 8
    x = vector_max(x, __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3));
    x = vector_max(x, __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5));
#else
    x = vector_max(x, __builtin_shufflevector(x, x, 2, 3, 0, 1));
#endif
    return max_f32(max_f32(x[0], x[1]), initial);
}

/* Adds the `rest` products after the last whole group of lanes, then adds the lanes by halves. */
INLINE float sum_lanes_and_rest(struct lanes sums, size_t rest, const float *products)
{
    if (rest) {
        float lanes[LANES];
        memcpy(lanes, &sums, sizeof(lanes));
        for (size_t i = 0; i < rest; i++)
            lanes[i] += products[i];
        memcpy(&sums, lanes, sizeof(lanes));
    }
    return sum_lanes(sums);
}

static float dot(size_t depth, const float *a, const float *b)
{
    struct lanes sums = {0};
    size_t k = 0;
    for (; k + LANES <= depth; k += LANES)
        for (size_t part = 0; part < LANE_VECTORS; part++)
            sums.part[part] +=
                load(a + k + part * VECTOR_WIDTH) * load(b + k + part * VECTOR_WIDTH);
    float rest[LANES];
    for (size_t i = 0; k + i < depth; i++)
        rest[i] = a[k + i] * b[k + i];
    return sum_lanes_and_rest(sums, depth - k, rest);
}

static void rms_norm(const struct norm *norm, size_t rows, const float *x, float *y)
{
    const size_t depth = norm->depth;
    const float *weight = norm->weight;
    const float epsilon = norm->epsilon;
    for (size_t row = 0; row < rows; row++, x += depth, y += depth) {
        float inverse = 1 / sqrtf(dot(depth, x, x) / (float)depth + epsilon);
        size_t k = 0;
        for (; k + VECTOR_WIDTH <= depth; k += VECTOR_WIDTH)
            store(y + k, load(x + k) * inverse * load(weight + k));
        for (; k < depth; k++)
            y[k] = x[k] * inverse * weight[k];
    }
}

/* kernel_exp of scalar.c, per lane. */
INLINE vector vector_exp(vector x)
{
    x = vector_max(x, broadcast(-87.0f));
    x = -vector_max(-x, broadcast(-88.0f));
    vector shifted = x * 1.44269504f + 0x1.8p23f;
    vector n = shifted - 0x1.8p23f;
    vector r = x - n * 0.693359375f - n * -2.12194440e-4f;
    vector p = broadcast(1.98756916e-4f);
    p = p * r + 1.39819995e-3f;
    p = p * r + 8.33345205e-3f;
    p = p * r + 4.16657962e-2f;
    p = p * r + 1.66666651e-1f;
    p = p * r + 5.00000000e-1f;
    p = p * (r * r) + r + 1.0f;
    return p * (vector)(((vector_integer)shifted << 23) + 0x3f800000);
}

/* kernel_exp2 of scalar.c, per lane. */
INLINE vector vector_exp2(vector x)
{
    x = vector_max(x, broadcast(-126.0f));
    vector shifted = x + 0x1.8p23f;
    vector f = x - (shifted - 0x1.8p23f);
    vector p = f * 9.58285295e-3f + 5.59064262e-2f;
    p = p * f + 2.40240991e-1f;
    p = p * f + 6.93124175e-1f;
    p = p * f + 1.0f;
    return (vector)((vector_integer)p + ((vector_integer)shifted << 23));
}

/* rest = exp(x - max) of fewer than LANES values. */
INLINE void exp_rest(size_t count, const float *x, float max, float rest[LANES])
{
    memset(rest, 0, LANES * sizeof(*rest));
    memcpy(rest, x, count * sizeof(*x));
    for (size_t part = 0; part < LANES; part += VECTOR_WIDTH)
        store(rest + part, vector_exp(load(rest + part) - max));
}

static void relu(size_t count, float *x, const float *factor)
{
    size_t k = 0;
    for (; k + VECTOR_WIDTH <= count; k += VECTOR_WIDTH) {
        vector value = vector_max(load(x + k), broadcast(0));
        store(x + k, factor ? value * load(factor + k) : value);
    }
    for (; k < count; k++)
        x[k] = max_f32(x[k], 0) * (factor ? factor[k] : 1);
}

INLINE vector vector_gelu(vector x)
{
    vector inner = x * (x * x) * 0.044715f + x;
    return x / (vector_exp(inner * -1.59576912f) + 1.0f);
}

/* kernel_gated_gelu of scalar.c, per lane. */
INLINE vector gated_gelu(vector x, vector factor)
{
    vector bounded = vector_max(x, broadcast(-10.0f));
    vector power = (bounded * bounded * -0.10294324f + -2.30220819f) * bounded;
    return x * factor / (vector_exp2(power) + 1.0f);
}

static void gelu(size_t count, float *x, const float *factor)
{
    size_t k = 0;
    for (; k + VECTOR_WIDTH <= count; k += VECTOR_WIDTH) {
        vector value = vector_gelu(load(x + k));
        store(x + k, factor ? value * load(factor + k) : value);
    }
    for (; k < count; k++) {
        float inner = x[k] * (x[k] * x[k]) * 0.044715f + x[k];
        float value = x[k] / (kernel_exp(inner * -1.59576912f) + 1);
        x[k] = factor ? value * factor[k] : value;
    }
}

static float find_max(size_t count, const float *x)
{
    vector max = broadcast(x[0]);
    size_t k = 0;
    for (; k + VECTOR_WIDTH <= count; k += VECTOR_WIDTH)
        max = vector_max(load(x + k), max);
    float value = max_lane(max, x[0]);
    for (; k < count; k++)
        value = max_f32(x[k], value);
    return value;
}

static void softmax(size_t count, float *x, const float *bias)
{
    size_t k = 0;
    if (bias) {
        for (; k + VECTOR_WIDTH <= count; k += VECTOR_WIDTH)
            store(x + k, load(x + k) + load(bias + k));
        for (; k < count; k++)
            x[k] += bias[k];
    }
    float max = find_max(count, x), rest[LANES];
    struct lanes sums = {0};
    for (k = 0; k + LANES <= count; k += LANES) {
        for (size_t part = 0; part < LANE_VECTORS; part++) {
            vector value = vector_exp(load(x + k + part * VECTOR_WIDTH) - max);
            store(x + k + part * VECTOR_WIDTH, value);
            sums.part[part] += value;
        }
    }
    exp_rest(count - k, x + k, max, rest);
    memcpy(x + k, rest, (count - k) * sizeof(*x));
    float inverse = 1 / sum_lanes_and_rest(sums, count - k, rest);
    for (k = 0; k + VECTOR_WIDTH <= count; k += VECTOR_WIDTH)
        store(x + k, load(x + k) * inverse);
    for (; k < count; k++)
        x[k] *= inverse;
}

static double log_sum_exp(size_t count, const float *x, float *max_x)
{
    float max = find_max(count, x), rest[LANES];
    struct lanes sums = {0};
    size_t k = 0;
    *max_x = max;
    for (; k + LANES <= count; k += LANES)
        for (size_t part = 0; part < LANE_VECTORS; part++)
            sums.part[part] += vector_exp2((load(x + k + part * VECTOR_WIDTH) - max) * 1.44269504f);
    for (size_t i = 0; k + i < count; i++)
        rest[i] = kernel_exp2((x[k + i] - max) * 1.44269504f);
    return (double)max + log((double)sum_lanes_and_rest(sums, count - k, rest));
}

static size_t argmax(size_t count, const float *x)
{
    float max = find_max(count, x);
    for (size_t k = 0; k < count; k++)
        if (x[k] == max)
            return k;
    return 0;
}

static size_t find_above(size_t count, const float *x, float bound)
{
    size_t k = 0;
    for (; k + 4 * VECTOR_WIDTH <= count; k += 4 * VECTOR_WIDTH) {
        vector max = broadcast(bound);
        for (size_t part = 0; part < 4; part++)
            max = vector_max(load(x + k + part * VECTOR_WIDTH), max);
        if (max_lane(max, bound) > bound)
            break;
    }
    while (k < count && !(x[k] > bound))
        k++;
    return k;
}

/* One register tile; `rows` and `vectors` are compile-time constants in every call. */
INLINE void tile_f32(const size_t rows, const size_t vectors, const struct product_f32 *product,
                     size_t row, size_t column)
{
    const size_t depth = product->depth, a_stride = product->a_stride, b_stride = product->b_stride;
    const float *a = product->a + row * a_stride, *b = product->b + column;
    float *y = product->y + row * product->y_stride + column;
    vector sum[F32_TILE_ROWS * F32_TILE_VECTORS];
#pragma GCC unroll 16
    for (size_t i = 0; i < rows * vectors; i++)
        sum[i] = (vector){0};
    for (size_t k = 0; k < depth; k++, b += b_stride) {
        vector right[F32_TILE_ROWS * F32_TILE_VECTORS];
#pragma GCC unroll 16
        for (size_t j = 0; j < vectors; j++)
            right[j] = load(b + j * VECTOR_WIDTH);
#pragma GCC unroll 8
        for (size_t i = 0; i < rows; i++) {
            vector left = broadcast(a[i * a_stride + k]);
#pragma GCC unroll 16
            for (size_t j = 0; j < vectors; j++)
                sum[i * vectors + j] += left * right[j];
        }
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 16
        for (size_t j = 0; j < vectors; j++)
            store(y + i * product->y_stride + j * VECTOR_WIDTH, sum[i * vectors + j]);
}

/* Computes whole tiles of columns from `column` on; returns the first column that is left. */
INLINE size_t matmul_columns_f32(const size_t tile_rows, const size_t vectors,
                                 const struct product_f32 *product, size_t column)
{
    for (; column + vectors * VECTOR_WIDTH <= product->columns; column += vectors * VECTOR_WIDTH) {
        size_t row = 0;
        for (; row + tile_rows <= product->rows; row += tile_rows)
            tile_f32(tile_rows, vectors, product, row, column);
        for (; row < product->rows; row++)
            tile_f32(1, vectors, product, row, column);
    }
    return column;
}

static void matmul_f32(const struct product_f32 *product)
{
    /* Every tile shape has F32_TILE_ROWS * F32_TILE_VECTORS independent sums, which hides their
     * latency. */
    const size_t max = F32_TILE_ROWS * F32_TILE_VECTORS;
    size_t column = 0;
    if (product->rows == 1)
        column = matmul_columns_f32(1, max, product, column);
    column = matmul_columns_f32(F32_TILE_ROWS, F32_TILE_VECTORS, product, column);
    column = matmul_columns_f32(max / 2, 2, product, column);
    column = matmul_columns_f32(max / 2, 1, product, column);
    for (; column < product->columns; column++) {
        for (size_t row = 0; row < product->rows; row++) {
            float sum = 0;
            for (size_t k = 0; k < product->depth; k++)
                sum += product->a[row * product->a_stride + k] *
                       product->b[k * product->b_stride + column];
            product->y[row * product->y_stride + column] = sum;
        }
    }
}

static void add_scaled(size_t count, float factor, const float *x, float *y)
{
    size_t k = 0;
    for (; k + VECTOR_WIDTH <= count; k += VECTOR_WIDTH)
        store(y + k, load(y + k) + load(x + k) * factor);
    for (; k < count; k++)
        y[k] += factor * x[k];
}

/* Maximum of |x| in a row, for quantization. */
INLINE float max_magnitude(size_t count, const float *x)
{
    vector max = {0};
    size_t k = 0;
    for (; k + VECTOR_WIDTH <= count; k += VECTOR_WIDTH) {
        vector value = load(x + k);
        max = vector_max(vector_max(value, -value), max);
    }
    float magnitude = max_lane(max, 0);
    for (; k < count; k++)
        magnitude = max_f32(fabsf(x[k]), magnitude);
    return magnitude;
}

/* Rounds |x| < 2^22 to the nearest integer, ties to even, in the low 22 bits of a lane. */
INLINE vector_integer round_to_bits(vector x)
{
    return (vector_integer)(x + 0x1.8p23f);
}

INLINE int32_t round_to_integer(float x)
{
    float shifted = x + 0x1.8p23f;
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof(bits));
    return (int32_t)(bits - 0x4b400000u);
}
