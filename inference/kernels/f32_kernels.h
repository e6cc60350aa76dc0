/* f32_kernels.h - the float kernels over vectors, compiled once for each instruction set.
 *
 * The including file defines `vector` and `vector_integer`, GCC vectors of WIDTH floats and
 * integers; `vector_larger`, which is a > b ? a : b by lane; `widen`, which loads WIDTH unsigned
 * 16-bit numbers; and TILE_ROWS and TILE_VECTORS, the register tile of matmul_f32. The order of
 * every sum is that of scalar.c, so the bits are too. */
#ifndef WIDTH
#error "define vector, WIDTH, vector_larger, TILE_ROWS and TILE_VECTORS first"
#endif

#include <math.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum { LANES = 16, PARTS = LANES / WIDTH };

typedef float vector_unaligned
    __attribute__((vector_size(WIDTH * 4), aligned(sizeof(float)), may_alias));

/* Sixteen sums side by side, whatever the width of a vector. */
struct lanes {
    vector part[PARTS];
};

INLINE vector load(const float *from)
{
    return *(const vector_unaligned *)from;
}

INLINE void store(float *to, vector value)
{
    *(vector_unaligned *)to = value;
}

INLINE vector all(float value)
{
    return value - (vector){0};
}

INLINE float larger(float a, float b)
{
    return a > b ? a : b;
}

/* Sixteen lanes by halves: 16 to 8, 4, 2, 1. */
INLINE float fold_lanes(struct lanes sums)
{
#if WIDTH == 16
    vector v = sums.part[0];
    v += __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
    v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
#elif WIDTH == 8
    vector v = sums.part[0] + sums.part[1];
    v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3);
    v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5);
#else
    vector v = (sums.part[0] + sums.part[2]) + (sums.part[1] + sums.part[3]);
    v += __builtin_shufflevector(v, v, 2, 3, 0, 1);
#endif
    return v[0] + v[1];
}

/* The largest of a vector's lanes and `least`. */
INLINE float largest_lane(vector x, float least)
{
#if WIDTH == 16
    x = vector_larger(
        x, __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    x = vector_larger(
        x, __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
    x = vector_larger(
        x, __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
#elif WIDTH == 8
    x = vector_larger(x, __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3));
    x = vector_larger(x, __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5));
#else
    x = vector_larger(x, __builtin_shufflevector(x, x, 2, 3, 0, 1));
#endif
    return larger(larger(x[0], x[1]), least);
}

/* Adds what is left behind the last whole group of lanes, then folds by halves. */
INLINE float fold(struct lanes sums, size_t rest, const float *products)
{
    if (rest) {
        float lanes[LANES];
        memcpy(lanes, &sums, sizeof(lanes));
        for (size_t i = 0; i < rest; i++)
            lanes[i] += products[i];
        memcpy(&sums, lanes, sizeof(lanes));
    }
    return fold_lanes(sums);
}

static float dot(size_t depth, const float *a, const float *b)
{
    struct lanes sums = {0};
    size_t k = 0;
    for (; k + LANES <= depth; k += LANES)
        for (size_t part = 0; part < PARTS; part++)
            sums.part[part] += load(a + k + part * WIDTH) * load(b + k + part * WIDTH);
    float rest[LANES];
    for (size_t i = 0; k + i < depth; i++)
        rest[i] = a[k + i] * b[k + i];
    return fold(sums, depth - k, rest);
}

static void rms_norm(size_t rows, size_t depth, const float *x, const float *weight, float epsilon,
                     float *y)
{
    for (size_t row = 0; row < rows; row++, x += depth, y += depth) {
        float inverse = 1 / sqrtf(dot(depth, x, x) / (float)depth + epsilon);
        size_t k = 0;
        for (; k + WIDTH <= depth; k += WIDTH)
            store(y + k, load(x + k) * inverse * load(weight + k));
        for (; k < depth; k++)
            y[k] = x[k] * inverse * weight[k];
    }
}

/* kernel_exp of scalar.c, by lane. */
INLINE vector exponential(vector x)
{
    x = vector_larger(x, all(-87.0f));
    x = -vector_larger(-x, all(-88.0f));
    vector shifted = x * 1.44269504f + 0x1.8p23f;
    vector n = shifted - 0x1.8p23f;
    vector r = x - n * 0.693359375f - n * -2.12194440e-4f;
    vector p = all(1.98756916e-4f);
    p = p * r + 1.39819995e-3f;
    p = p * r + 8.33345205e-3f;
    p = p * r + 4.16657962e-2f;
    p = p * r + 1.66666651e-1f;
    p = p * r + 5.00000000e-1f;
    p = p * (r * r) + r + 1.0f;
    return p * (vector)(((vector_integer)shifted << 23) + 0x3f800000);
}

/* kernel_exp2 of scalar.c, by lane. */
INLINE vector exponential2(vector x)
{
    x = vector_larger(x, all(-126.0f));
    vector shifted = x + 0x1.8p23f;
    vector f = x - (shifted - 0x1.8p23f);
    vector p = f * 9.58285295e-3f + 5.59064262e-2f;
    p = p * f + 2.40240991e-1f;
    p = p * f + 6.93124175e-1f;
    p = p * f + 1.0f;
    return (vector)((vector_integer)p + ((vector_integer)shifted << 23));
}

/* exp(x - most) of fewer than LANES values. */
INLINE void exponential_rest(size_t count, const float *x, float most, float rest[LANES])
{
    memset(rest, 0, LANES * sizeof(*rest));
    memcpy(rest, x, count * sizeof(*x));
    for (size_t part = 0; part < LANES; part += WIDTH)
        store(rest + part, exponential(load(rest + part) - most));
}

static void relu(size_t count, float *x, const float *factor)
{
    size_t k = 0;
    for (; k + WIDTH <= count; k += WIDTH) {
        vector value = vector_larger(load(x + k), all(0));
        store(x + k, factor ? value * load(factor + k) : value);
    }
    for (; k < count; k++)
        x[k] = larger(x[k], 0) * (factor ? factor[k] : 1);
}

INLINE vector gelu_vector(vector x)
{
    vector inner = x * (x * x) * 0.044715f + x;
    return x / (exponential(inner * -1.59576912f) + 1.0f);
}

/* kernel_gated of scalar.c, by lane. */
INLINE vector gated(vector x, vector factor)
{
    vector bounded = vector_larger(x, all(-10.0f));
    vector power = (bounded * bounded * -0.10294324f + -2.30220819f) * bounded;
    return x * factor / (exponential2(power) + 1.0f);
}

static void gelu(size_t count, float *x, const float *factor)
{
    size_t k = 0;
    for (; k + WIDTH <= count; k += WIDTH) {
        vector value = gelu_vector(load(x + k));
        store(x + k, factor ? value * load(factor + k) : value);
    }
    for (; k < count; k++) {
        float inner = x[k] * (x[k] * x[k]) * 0.044715f + x[k];
        float value = x[k] / (kernel_exp(inner * -1.59576912f) + 1);
        x[k] = factor ? value * factor[k] : value;
    }
}

static float largest_value(size_t count, const float *x)
{
    vector most = all(x[0]);
    size_t k = 0;
    for (; k + WIDTH <= count; k += WIDTH)
        most = vector_larger(load(x + k), most);
    float value = largest_lane(most, x[0]);
    for (; k < count; k++)
        value = larger(x[k], value);
    return value;
}

static void softmax(size_t count, float *x, const float *bias)
{
    size_t k = 0;
    if (bias) {
        for (; k + WIDTH <= count; k += WIDTH)
            store(x + k, load(x + k) + load(bias + k));
        for (; k < count; k++)
            x[k] += bias[k];
    }
    float most = largest_value(count, x), rest[LANES];
    struct lanes sums = {0};
    for (k = 0; k + LANES <= count; k += LANES) {
        for (size_t part = 0; part < PARTS; part++) {
            vector value = exponential(load(x + k + part * WIDTH) - most);
            store(x + k + part * WIDTH, value);
            sums.part[part] += value;
        }
    }
    exponential_rest(count - k, x + k, most, rest);
    memcpy(x + k, rest, (count - k) * sizeof(*x));
    float inverse = 1 / fold(sums, count - k, rest);
    for (k = 0; k + WIDTH <= count; k += WIDTH)
        store(x + k, load(x + k) * inverse);
    for (; k < count; k++)
        x[k] *= inverse;
}

static double log_sum_exp(size_t count, const float *x, float *largest_x)
{
    float most = largest_value(count, x), rest[LANES];
    struct lanes sums = {0};
    size_t k = 0;
    *largest_x = most;
    for (; k + LANES <= count; k += LANES)
        for (size_t part = 0; part < PARTS; part++)
            sums.part[part] += exponential2((load(x + k + part * WIDTH) - most) * 1.44269504f);
    for (size_t i = 0; k + i < count; i++)
        rest[i] = kernel_exp2((x[k + i] - most) * 1.44269504f);
    return (double)most + log((double)fold(sums, count - k, rest));
}

static size_t largest(size_t count, const float *x)
{
    float most = largest_value(count, x);
    for (size_t k = 0; k < count; k++)
        if (x[k] == most)
            return k;
    return 0;
}

static size_t above(size_t count, const float *x, float bound)
{
    size_t k = 0;
    for (; k + 4 * WIDTH <= count; k += 4 * WIDTH) {
        vector most = all(bound);
        for (size_t part = 0; part < 4; part++)
            most = vector_larger(load(x + k + part * WIDTH), most);
        if (largest_lane(most, bound) > bound)
            break;
    }
    while (k < count && !(x[k] > bound))
        k++;
    return k;
}

/* One register tile; `rows` and `vectors` are constants where it is called. */
INLINE void tile_f32(const size_t rows, const size_t vectors, size_t depth, const float *a,
                     size_t a_stride, const float *b, size_t b_stride, float *y, size_t y_stride)
{
    vector sum[TILE_ROWS * TILE_VECTORS];
#pragma GCC unroll 16
    for (size_t i = 0; i < rows * vectors; i++)
        sum[i] = (vector){0};
    for (size_t k = 0; k < depth; k++, b += b_stride) {
        vector right[TILE_ROWS * TILE_VECTORS];
#pragma GCC unroll 16
        for (size_t j = 0; j < vectors; j++)
            right[j] = load(b + j * WIDTH);
#pragma GCC unroll 8
        for (size_t i = 0; i < rows; i++) {
            vector left = all(a[i * a_stride + k]);
#pragma GCC unroll 16
            for (size_t j = 0; j < vectors; j++)
                sum[i * vectors + j] += left * right[j];
        }
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 16
        for (size_t j = 0; j < vectors; j++)
            store(y + i * y_stride + j * WIDTH, sum[i * vectors + j]);
}

/* Whole tiles of columns, then of what is left narrower ones; returns the columns done. */
INLINE size_t columns_f32(const size_t tile_rows, const size_t vectors, size_t rows, size_t column,
                          size_t columns, size_t depth, const float *a, size_t a_stride,
                          const float *b, size_t b_stride, float *y, size_t y_stride)
{
    for (; column + vectors * WIDTH <= columns; column += vectors * WIDTH) {
        size_t row = 0;
        for (; row + tile_rows <= rows; row += tile_rows)
            tile_f32(tile_rows, vectors, depth, a + row * a_stride, a_stride, b + column, b_stride,
                     y + row * y_stride + column, y_stride);
        for (; row < rows; row++)
            tile_f32(1, vectors, depth, a + row * a_stride, a_stride, b + column, b_stride,
                     y + row * y_stride + column, y_stride);
    }
    return column;
}

static void matmul_f32(size_t rows, size_t columns, size_t depth, const float *a, size_t a_stride,
                       const float *b, size_t b_stride, float *y, size_t y_stride)
{
    /* Every shape keeps TILE_ROWS * TILE_VECTORS sums under way, which hides their latency. */
    const size_t most = TILE_ROWS * TILE_VECTORS;
    size_t column = 0;
    if (rows == 1)
        column = columns_f32(1, most, rows, column, columns, depth, a, a_stride, b, b_stride, y,
                             y_stride);
    column = columns_f32(TILE_ROWS, TILE_VECTORS, rows, column, columns, depth, a, a_stride, b,
                         b_stride, y, y_stride);
    column = columns_f32(most / 2, 2, rows, column, columns, depth, a, a_stride, b, b_stride, y,
                         y_stride);
    column = columns_f32(most / 2, 1, rows, column, columns, depth, a, a_stride, b, b_stride, y,
                         y_stride);
    for (; column < columns; column++) {
        for (size_t row = 0; row < rows; row++) {
            float sum = 0;
            for (size_t k = 0; k < depth; k++)
                sum += a[row * a_stride + k] * b[k * b_stride + column];
            y[row * y_stride + column] = sum;
        }
    }
}

static void add_scaled(size_t count, float factor, const float *x, float *y)
{
    size_t k = 0;
    for (; k + WIDTH <= count; k += WIDTH)
        store(y + k, load(y + k) + load(x + k) * factor);
    for (; k < count; k++)
        y[k] += factor * x[k];
}

/* largest |x| of a row, as `quantize` needs it. */
INLINE float largest_magnitude(size_t count, const float *x)
{
    vector most = {0};
    size_t k = 0;
    for (; k + WIDTH <= count; k += WIDTH) {
        vector value = load(x + k);
        most = vector_larger(vector_larger(value, -value), most);
    }
    float magnitude = largest_lane(most, 0);
    for (; k < count; k++)
        magnitude = larger(fabsf(x[k]), magnitude);
    return magnitude;
}

/* Nearest integers, ties to even, of |x| < 2^22, in the low 22 bits of a lane. */
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
