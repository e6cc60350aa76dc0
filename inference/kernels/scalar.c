/* scalar.c - every kernel as a plain loop: what the others have to equal. */
#include "inference/kernels/kernels.h"

#include <math.h>
#include <string.h>

enum { LANES = 16 };

static size_t packed_size(size_t columns, size_t depth)
{
    (void)columns, (void)depth;
    return 0;
}

static void pack(size_t columns, size_t depth, const int8_t *values, void *packed)
{
    (void)columns, (void)depth, (void)values, (void)packed;
}

static size_t quantized_size(size_t depth)
{
    return (depth + 63) / 64 * 64;
}

/* Nearest integer, ties to even, of |x| < 2^22: the sum's last mantissa bits are the integer. */
static int32_t round_to_integer(float x)
{
    union {
        float value;
        uint32_t bits;
    } shifted = {.value = x + 0x1.8p23f}, zero = {.value = 0x1.8p23f};
    return (int32_t)(shifted.bits - zero.bits);
}

static float larger(float a, float b)
{
    return a > b ? a : b;
}

static void quantize(size_t rows, size_t depth, const float *x, void *quantized, float *scale)
{
    for (size_t row = 0; row < rows; row++, x += depth) {
        int8_t *values = (int8_t *)quantized + row * quantized_size(depth);
        float largest = 0;
        for (size_t k = 0; k < depth; k++)
            largest = larger(fabsf(x[k]), largest);
        memset(values, 0, quantized_size(depth));
        scale[row] = 0;
        if (!(largest > 1e-30f))
            continue;
        scale[row] = largest / 127;
        float inverse = 127 / largest;
        for (size_t k = 0; k < depth; k++)
            values[k] = (int8_t)round_to_integer(x[k] * inverse);
    }
}

static int32_t dot_s8(size_t depth, const int8_t *a, const int8_t *b)
{
    int32_t sum = 0;
    for (size_t k = 0; k < depth; k++)
        sum += a[k] * b[k];
    return sum;
}

static void matmul_s8(size_t rows, const void *quantized, const float *x_scale,
                      const struct weights_s8 *weights, float *y, bool add)
{
    size_t columns = weights->columns, depth = weights->depth;
    for (size_t row = 0; row < rows; row++) {
        const int8_t *x = (const int8_t *)quantized + row * quantized_size(depth);
        for (size_t column = 0; column < columns; column++) {
            int32_t sum = dot_s8(depth, x, weights->values + column * depth);
            float product = (float)sum * x_scale[row] * weights->scale[column];
            float *target = &y[row * columns + column];
            *target = add ? *target + product : product;
        }
    }
}

static void select_s8(const void *quantized, float x_scale, const struct weights_s8 *weights,
                      const int32_t *wanted, size_t count, float *y)
{
    for (size_t i = 0; i < count; i++) {
        size_t column = (size_t)wanted[i];
        int32_t sum = dot_s8(weights->depth, quantized, weights->values + column * weights->depth);
        y[i] = (float)sum * x_scale * weights->scale[column];
    }
}

static float fold(float lanes[LANES])
{
    for (size_t width = LANES / 2; width > 0; width /= 2)
        for (size_t i = 0; i < width; i++)
            lanes[i] += lanes[i + width];
    return lanes[0];
}

static float dot(size_t depth, const float *a, const float *b)
{
    float lanes[LANES] = {0};
    for (size_t k = 0; k < depth; k++)
        lanes[k % LANES] += a[k] * b[k];
    return fold(lanes);
}

static void rms_norm(size_t rows, size_t depth, const float *x, const float *weight, float epsilon,
                     float *y)
{
    for (size_t row = 0; row < rows; row++, x += depth, y += depth) {
        float inverse = 1 / sqrtf(dot(depth, x, x) / (float)depth + epsilon);
        for (size_t k = 0; k < depth; k++)
            y[k] = x[k] * inverse * weight[k];
    }
}

/* exp(x) = 2^n * exp(r) with n the integer nearest x / ln 2. */
float kernel_exp(float x)
{
    x = larger(x, -87.0f);
    x = -larger(-x, -88.0f);
    union {
        float value;
        uint32_t bits;
    } power = {.value = x * 1.44269504f + 0x1.8p23f};
    float n = power.value - 0x1.8p23f;
    float r = x - n * 0.693359375f - n * -2.12194440e-4f;
    float p = 1.98756916e-4f;
    p = p * r + 1.39819995e-3f;
    p = p * r + 8.33345205e-3f;
    p = p * r + 4.16657962e-2f;
    p = p * r + 1.66666651e-1f;
    p = p * r + 5.00000000e-1f;
    p = p * (r * r) + r + 1.0f;
    power.bits = (power.bits << 23) + 0x3f800000;
    return p * power.value;
}

static void relu(size_t count, float *x, const float *factor)
{
    for (size_t k = 0; k < count; k++)
        x[k] = larger(x[k], 0) * (factor ? factor[k] : 1);
}

static void gelu(size_t count, float *x, const float *factor)
{
    for (size_t k = 0; k < count; k++) {
        float inner = x[k] * (x[k] * x[k]) * 0.044715f + x[k];
        float value = x[k] / (kernel_exp(inner * -1.59576912f) + 1);
        x[k] = factor ? value * factor[k] : value;
    }
}

static float largest_value(size_t count, const float *x)
{
    float value = x[0];
    for (size_t k = 1; k < count; k++)
        value = larger(x[k], value);
    return value;
}

static void softmax(size_t count, float *x, const float *bias)
{
    if (bias)
        for (size_t k = 0; k < count; k++)
            x[k] += bias[k];
    float most = largest_value(count, x);
    float lanes[LANES] = {0};
    for (size_t k = 0; k < count; k++) {
        x[k] = kernel_exp(x[k] - most);
        lanes[k % LANES] += x[k];
    }
    float inverse = 1 / fold(lanes);
    for (size_t k = 0; k < count; k++)
        x[k] *= inverse;
}

static double log_sum_exp(size_t count, const float *x)
{
    float most = largest_value(count, x);
    float lanes[LANES] = {0};
    for (size_t k = 0; k < count; k++)
        lanes[k % LANES] += kernel_exp(x[k] - most);
    return (double)most + log((double)fold(lanes));
}

static size_t largest(size_t count, const float *x)
{
    size_t index = 0;
    for (size_t k = 1; k < count; k++)
        if (x[k] > x[index])
            index = k;
    return index;
}

static void matmul_f32(size_t rows, size_t columns, size_t depth, const float *a, size_t a_stride,
                       const float *b, size_t b_stride, float *y, size_t y_stride)
{
    for (size_t row = 0; row < rows; row++) {
        for (size_t column = 0; column < columns; column++) {
            float sum = 0;
            for (size_t k = 0; k < depth; k++)
                sum += a[row * a_stride + k] * b[k * b_stride + column];
            y[row * y_stride + column] = sum;
        }
    }
}

static void add_scaled(size_t count, float factor, const float *x, float *y)
{
    for (size_t k = 0; k < count; k++)
        y[k] += factor * x[k];
}

const struct kernels scalar_kernels = {
    .name = "scalar",
    .packed_size = packed_size,
    .pack = pack,
    .quantized_size = quantized_size,
    .quantize = quantize,
    .matmul_s8 = matmul_s8,
    .select_s8 = select_s8,
    .rms_norm = rms_norm,
    .relu = relu,
    .gelu = gelu,
    .softmax = softmax,
    .log_sum_exp = log_sum_exp,
    .largest = largest,
    .dot = dot,
    .matmul_f32 = matmul_f32,
    .add_scaled = add_scaled,
};
