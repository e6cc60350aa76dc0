/* scalar.c - every kernel as a plain loop: the reference for the other tables. */
#include "inference/kernels/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "inference/kernels/packed.h"

enum { LANES = 16 };

/* Rounds |x| < 2^22 to the nearest integer, ties to even: it is in the low mantissa bits of the
 * sum. */
static int32_t round_to_integer(float x)
{
    union {
        float value;
        uint32_t bits;
    } shifted = {.value = x + 0x1.8p23f}, zero = {.value = 0x1.8p23f};
    return (int32_t)(shifted.bits - zero.bits);
}

static float max_f32(float a, float b)
{
    return a > b ? a : b;
}

/* Quantizes one row; `values` has room for quantized_row_size(depth) bytes. */
static void quantize_row(size_t depth, const float *x, int8_t *values, float *scale)
{
    float largest = 0;
    for (size_t k = 0; k < depth; k++)
        largest = max_f32(fabsf(x[k]), largest);
    memset(values, 0, quantized_row_size(depth));
    *scale = 0;
    if (!(largest > 1e-30f))
        return;
    *scale = largest / 127;
    float inverse = 127 / largest;
    for (size_t k = 0; k < depth; k++)
        values[k] = (int8_t)round_to_integer(x[k] * inverse);
}

static int8_t *quantized_row(const struct rows_s8 *x, size_t row)
{
    return (int8_t *)x->bytes + row * quantized_row_size(x->depth);
}

static void quantize(const float *x, size_t stride, const struct rows_s8 *quantized)
{
    for (size_t row = 0; row < quantized->rows; row++)
        quantize_row(quantized->depth, x + row * stride, quantized_row(quantized, row),
                     &quantized->scale[row]);
}

static int32_t dot_s8(size_t depth, const int8_t *x, const void *packed, size_t column)
{
    const int8_t *bytes = packed;
    int32_t sum = 0;
    for (size_t k = 0; k < depth; k++)
        sum += x[k] * bytes[packed_offset(depth, column, k)];
    return sum;
}

static void matmul_s8(const struct rows_s8 *x, const struct weights_s8 *weights, float *y, bool add)
{
    for (size_t row = 0; row < x->rows; row++) {
        for (size_t column = 0; column < weights->columns; column++, y++) {
            int32_t sum = dot_s8(x->depth, quantized_row(x, row), weights->packed, column);
            float product = (float)sum * x->scale[row] * weights->scale[column];
            *y = add ? *y + product : product;
        }
    }
}

static void select_s8(const struct rows_s8 *x, const struct weights_s8 *weights,
                      const int32_t *selected_columns, size_t count, float *y)
{
    for (size_t i = 0; i < count; i++) {
        int32_t sum =
            dot_s8(x->depth, quantized_row(x, 0), weights->packed, (size_t)selected_columns[i]);
        y[i] = (float)sum * x->scale[0] * weights->scale[selected_columns[i]];
    }
}

static float sum_lanes(float lanes[LANES])
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
    return sum_lanes(lanes);
}

static void rms_norm(const struct norm *norm, size_t rows, const float *x, float *y)
{
    size_t depth = norm->depth;
    for (size_t row = 0; row < rows; row++, x += depth, y += depth) {
        float inverse = 1 / sqrtf(dot(depth, x, x) / (float)depth + norm->epsilon);
        for (size_t k = 0; k < depth; k++)
            y[k] = x[k] * inverse * norm->weight[k];
    }
}

static void norm_quantize(const struct norm *norm, const float *x, const struct rows_s8 *quantized)
{
    float *normed = memory_alloc(quantized->depth, sizeof(*normed));
    for (size_t row = 0; row < quantized->rows; row++) {
        rms_norm(norm, 1, x + row * quantized->depth, normed);
        quantize_row(quantized->depth, normed, quantized_row(quantized, row),
                     &quantized->scale[row]);
    }
    free(normed);
}

/* exp(x) = 2^n * exp(r), where n is the integer nearest to x / ln 2. */
float kernel_exp(float x)
{
    x = max_f32(x, -87.0f);
    x = -max_f32(-x, -88.0f);
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

/* 2^x = 2^n * 2^f, where n is the integer nearest to x, in the low mantissa bits of the sum, and
 * |f| <= 1/2. */
float kernel_exp2(float x)
{
    x = max_f32(x, -126.0f);
    float shifted = x + 0x1.8p23f;
    float f = x - (shifted - 0x1.8p23f);
    union {
        float value;
        uint32_t bits;
    } p = {.value = 9.58285295e-3f}, n = {.value = shifted};
    p.value = p.value * f + 5.59064262e-2f;
    p.value = p.value * f + 2.40240991e-1f;
    p.value = p.value * f + 6.93124175e-1f;
    p.value = p.value * f + 1.0f;
    p.bits += n.bits << 23;
    return p.value;
}

static void relu(size_t count, float *x, const float *factor)
{
    for (size_t k = 0; k < count; k++)
        x[k] = max_f32(x[k], 0) * (factor ? factor[k] : 1);
}

static void gelu(size_t count, float *x, const float *factor)
{
    for (size_t k = 0; k < count; k++) {
        float inner = x[k] * (x[k] * x[k]) * 0.044715f + x[k];
        float value = x[k] / (kernel_exp(inner * -1.59576912f) + 1);
        x[k] = factor ? value * factor[k] : value;
    }
}

float kernel_gated_gelu(float x, float factor)
{
    float bounded = max_f32(x, -10.0f);
    float power = (bounded * bounded * -0.10294324f + -2.30220819f) * bounded;
    return x * factor / (kernel_exp2(power) + 1);
}

static void gated_gelu_s8(const struct rows_s8 *x, const struct weights_s8 *weights,
                          const struct weights_s8 *factor, float *y)
{
    size_t count = x->rows * weights->columns;
    float *gate = memory_alloc(count, sizeof(*gate));
    matmul_s8(x, weights, y, false);
    matmul_s8(x, factor, gate, false);
    for (size_t i = 0; i < count; i++)
        y[i] = kernel_gated_gelu(y[i], gate[i]);
    free(gate);
}

static float find_max(size_t count, const float *x)
{
    float value = x[0];
    for (size_t k = 1; k < count; k++)
        value = max_f32(x[k], value);
    return value;
}

static void softmax(size_t count, float *x, const float *bias)
{
    if (bias)
        for (size_t k = 0; k < count; k++)
            x[k] += bias[k];
    float max = find_max(count, x);
    float lanes[LANES] = {0};
    for (size_t k = 0; k < count; k++) {
        x[k] = kernel_exp(x[k] - max);
        lanes[k % LANES] += x[k];
    }
    float inverse = 1 / sum_lanes(lanes);
    for (size_t k = 0; k < count; k++)
        x[k] *= inverse;
}

static double log_sum_exp(size_t count, const float *x, float *max_x)
{
    float max = find_max(count, x);
    float lanes[LANES] = {0};
    *max_x = max;
    for (size_t k = 0; k < count; k++)
        lanes[k % LANES] += kernel_exp2((x[k] - max) * 1.44269504f);
    return (double)max + log((double)sum_lanes(lanes));
}

static size_t argmax(size_t count, const float *x)
{
    size_t index = 0;
    for (size_t k = 1; k < count; k++)
        if (x[k] > x[index])
            index = k;
    return index;
}

static size_t find_above(size_t count, const float *x, float bound)
{
    size_t index = 0;
    while (index < count && !(x[index] > bound))
        index++;
    return index;
}

static void matmul_f32(const struct product_f32 *product)
{
    for (size_t row = 0; row < product->rows; row++) {
        for (size_t column = 0; column < product->columns; column++) {
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
    for (size_t k = 0; k < count; k++)
        y[k] += factor * x[k];
}

static void fill_cache_keys(const struct cache_s8 *cache, const float *keys, size_t stride)
{
    size_t width = cache->head_width;
    int8_t *block = memory_alloc(PACKED_COLUMNS, quantized_row_size(width));
    int8_t *key = memory_alloc(1, quantized_row_size(width));
    for (size_t first = 0; first < cache->padded_length; first += PACKED_COLUMNS) {
        size_t count = 0;
        for (; count < PACKED_COLUMNS && first + count < cache->length; count++) {
            quantize_row(width, keys + (first + count) * stride, key,
                         &cache->key_scale[first + count]);
            memcpy(block + count * width, key, width);
        }
        for (size_t i = count; i < PACKED_COLUMNS; i++)
            cache->key_scale[first + i] = 0;
        pack_block(count, width, block,
                   (uint8_t *)cache->keys + first / PACKED_COLUMNS * packed_block_size(width));
    }
    free(key);
    free(block);
}

static void fill_cache_values(const struct cache_s8 *cache, const float *values, size_t stride)
{
    size_t width = cache->head_width;
    int8_t *value = memory_alloc(1, quantized_row_size(width)), *packed = cache->values;
    memset(packed, 0, packed_size(width, cache->padded_length));
    float largest = 0;
    for (size_t i = 0; i < cache->length; i++) {
        quantize_row(width, values + i * stride, value, &cache->value_relative_scale[i]);
        largest = max_f32(cache->value_relative_scale[i], largest);
        for (size_t channel = 0; channel < width; channel++)
            packed[interleaved_offset(width, channel, i)] = value[channel];
    }
    *cache->max_value_scale = largest / 16383;
    float inverse = largest > 0 ? 16383 / largest : 0;
    for (size_t i = 0; i < cache->padded_length; i++)
        cache->value_relative_scale[i] =
            i < cache->length ? cache->value_relative_scale[i] * inverse : 0;
    free(value);
}

static void fill_cache_s8(const struct cache_s8 *cache, const float *keys, const float *values,
                          size_t stride)
{
    fill_cache_keys(cache, keys, stride);
    fill_cache_values(cache, values, stride);
}

/* scores[padded_length], before softmax. */
static void score_keys(const struct cache_s8 *cache, const int8_t *query, float query_scale,
                       const float *bias, float *scores)
{
    for (size_t i = 0; i < cache->padded_length; i++) {
        int32_t sum = dot_s8(cache->head_width, query, cache->keys, i);
        float score = (float)sum * query_scale * cache->key_scale[i];
        if (bias)
            score += bias[i];
        scores[i] = i < cache->length ? score : -1e30f;
    }
}

/* Converts scores to weights in two planes of bytes; returns the sum of the exponentials. */
static float compute_weights(const struct cache_s8 *cache, float *scores, int8_t *high, int8_t *low)
{
    float max = find_max(cache->padded_length, scores), lanes[LANES] = {0};
    for (size_t i = 0; i < cache->padded_length; i++) {
        float e = kernel_exp2((scores[i] - max) * 1.44269504f);
        lanes[i % LANES] += e;
        int32_t weight = round_to_integer(e * cache->value_relative_scale[i]);
        high[i] = (int8_t)(weight >> 7);
        low[i] = (int8_t)(weight & 127);
    }
    return sum_lanes(lanes);
}

static int32_t sum_values(const struct cache_s8 *cache, const int8_t *plane, size_t channel)
{
    const int8_t *values = cache->values;
    int32_t sum = 0;
    for (size_t i = 0; i < cache->padded_length; i++)
        sum += plane[i] * values[interleaved_offset(cache->head_width, channel, i)];
    return sum;
}

static void attend_s8(const struct cache_s8 *cache, const struct attention_queries *queries,
                      void *scratch)
{
    size_t width = cache->head_width, padded_length = cache->padded_length;
    int8_t *quantized_query = scratch, *high = quantized_query + quantized_row_size(width),
           *low = high + padded_length;
    float *scores = (float *)(low + padded_length), scale;
    for (size_t i = 0; i < queries->count; i++) {
        float *context = queries->context + i * queries->stride;
        quantize_row(width, queries->query + i * queries->stride, quantized_query, &scale);
        score_keys(cache, quantized_query, scale, queries->bias ? queries->bias - i : NULL, scores);
        float factor = *cache->max_value_scale / compute_weights(cache, scores, high, low);
        for (size_t channel = 0; channel < width; channel++) {
            float sum = (float)sum_values(cache, high, channel) * 128 +
                        (float)sum_values(cache, low, channel);
            context[channel] = sum * factor;
        }
    }
}

static float from_bf16(uint16_t value)
{
    union {
        uint32_t bits;
        float value;
    } wide = {.bits = (uint32_t)value << 16};
    return wide.value;
}

static void to_bf16(size_t count, const float *x, uint16_t *y)
{
    for (size_t k = 0; k < count; k++) {
        union {
            float value;
            uint32_t bits;
        } wide = {.value = x[k]};
        y[k] = (uint16_t)((wide.bits + 0x7fff + (wide.bits >> 16 & 1)) >> 16);
    }
}

static void attend_path(const struct path_bf16 *path, const float *query, const float *bias,
                        float *scores, float *context)
{
    for (size_t i = 0; i < path->length; i++) {
        const uint16_t *key = path->keys + path->nodes[i] * path->stride;
        float lanes[LANES] = {0};
        for (size_t k = 0; k < path->head_width; k++)
            lanes[k % LANES] += query[k] * from_bf16(key[k]);
        scores[i] = sum_lanes(lanes);
    }
    softmax(path->length, scores, bias);
    memset(context, 0, path->head_width * sizeof(*context));
    for (size_t i = 0; i < path->length; i++)
        for (size_t k = 0; k < path->head_width; k++)
            context[k] += scores[i] * from_bf16(path->values[path->nodes[i] * path->stride + k]);
}

const struct kernels scalar_kernels = {
    .name = "scalar",
    .quantize = quantize,
    .norm_quantize = norm_quantize,
    .matmul_s8 = matmul_s8,
    .gated_gelu_s8 = gated_gelu_s8,
    .select_s8 = select_s8,
    .fill_cache_s8 = fill_cache_s8,
    .attend_s8 = attend_s8,
    .attend_path = attend_path,
    .to_bf16 = to_bf16,
    .rms_norm = rms_norm,
    .relu = relu,
    .gelu = gelu,
    .softmax = softmax,
    .log_sum_exp = log_sum_exp,
    .argmax = argmax,
    .find_above = find_above,
    .dot = dot,
    .matmul_f32 = matmul_f32,
    .add_scaled = add_scaled,
};
