/* position_attention.h - attention of one query to a path of bfloat16 keys and values. Include
 * f32_kernels.h first. Every sum has the order of scalar.c. */
#ifndef VECTOR_WIDTH
#error "define what f32_kernels.h lists, and include that first"
#endif

/* Loads VECTOR_WIDTH bfloat16 numbers, which are the upper halves of floats. */
INLINE vector load_bf16(const uint16_t *from)
{
    return (vector)(load_u16_as_u32(from) << 16);
}

INLINE float from_bf16(uint16_t value)
{
    uint32_t bits = (uint32_t)value << 16;
    float wide;
    memcpy(&wide, &bits, sizeof(wide));
    return wide;
}

static void to_bf16(size_t count, const float *x, uint16_t *y)
{
    for (size_t k = 0; k < count; k++) {
        uint32_t bits;
        memcpy(&bits, x + k, sizeof(bits));
        y[k] = (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    }
}

INLINE float dot_bf16(size_t depth, const float *a, const uint16_t *b)
{
    struct lanes sums = {0};
    size_t k = 0;
    for (; k + LANES <= depth; k += LANES)
        for (size_t part = 0; part < LANE_VECTORS; part++)
            sums.part[part] +=
                load(a + k + part * VECTOR_WIDTH) * load_bf16(b + k + part * VECTOR_WIDTH);
    float rest[LANES];
    for (size_t i = 0; k + i < depth; i++)
        rest[i] = a[k + i] * from_bf16(b[k + i]);
    return sum_lanes_and_rest(sums, depth - k, rest);
}

#if VECTOR_WIDTH == 16
/* y[4 * q + r] = sum_lanes of sums[q + 4 * r], with the same additions in parallel. */
INLINE vector sum_sixteen_lanes(const vector sums[16])
{
    vector eights[8], fours[4], twos[2];
#pragma GCC unroll 8
    for (size_t i = 0; i < 8; i++) {
        vector a = sums[2 * i], b = sums[2 * i + 1];
        eights[i] =
            __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
            __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30,
                                    31);
    }
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; i++) {
        vector a = eights[2 * i], b = eights[2 * i + 1];
        fours[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25,
                                           26, 27) +
                   __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29,
                                           30, 31);
    }
#pragma GCC unroll 2
    for (size_t i = 0; i < 2; i++) {
        vector a = fours[2 * i], b = fours[2 * i + 1];
        twos[i] = __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13,
                                          28, 29) +
                  __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15,
                                          30, 31);
    }
    return __builtin_shufflevector(twos[0], twos[1], 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12,
                                   14, 28, 30) +
           __builtin_shufflevector(twos[0], twos[1], 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13,
                                   15, 29, 31);
}

/* scores[first..] = dot products of the query and up to sixteen keys of the path, as in dot_bf16.
 * Missing keys are replaced by the first one. */
INLINE void dots_bf16(const struct path_bf16 *path, size_t first, const float *query, float *scores)
{
    size_t left = path->length - first, count = left < 16 ? left : 16;
    const uint16_t *key[16];
    vector sums[16];
#pragma GCC unroll 16
    for (size_t i = 0; i < 16; i++) {
        size_t position = i % 4 * 4 + i / 4; /* the order that sum_sixteen_lanes reverses */
        key[i] = path->keys + path->nodes[first + (position < count ? position : 0)] * path->stride;
        sums[i] = (vector){0};
    }
    for (size_t k = 0; k < path->head_width; k += LANES) {
        vector part = load(query + k);
#pragma GCC unroll 16
        for (size_t i = 0; i < 16; i++)
            sums[i] += part * load_bf16(key[i] + k);
    }
    vector folded = sum_sixteen_lanes(sums);
    memcpy(scores + first, &folded, count * sizeof(*scores));
}
#endif

static void score_path(const struct path_bf16 *path, const float *query, float *scores)
{
    size_t i = 0;
#if VECTOR_WIDTH == 16
    for (; path->head_width % LANES == 0 && i < path->length; i += 16)
        dots_bf16(path, i, query, scores);
#endif
    for (; i < path->length; i++)
        scores[i] = dot_bf16(path->head_width, query, path->keys + path->nodes[i] * path->stride);
}

/* context[first..first + groups * LANES) = sum over positions; `groups` is a compile-time constant
 * in every call. */
INLINE void sum_values(const size_t groups, size_t first, const struct path_bf16 *path,
                       const float *weights, float *context)
{
    vector sums[4 * LANE_VECTORS] = {0};
    for (size_t i = 0; i < path->length; i++) {
        const uint16_t *value = path->values + path->nodes[i] * path->stride + first;
#pragma GCC unroll 16
        for (size_t part = 0; part < groups * LANE_VECTORS; part++)
            sums[part] += load_bf16(value + part * VECTOR_WIDTH) * weights[i];
    }
#pragma GCC unroll 16
    for (size_t part = 0; part < groups * LANE_VECTORS; part++)
        store(context + first + part * VECTOR_WIDTH, sums[part]);
}

static void attend_path(const struct path_bf16 *path, const float *query, const float *bias,
                        float *scores, float *context)
{
    score_path(path, query, scores);
    softmax(path->length, scores, bias);
    size_t k = 0;
    for (; k + 4 * LANES <= path->head_width; k += 4 * LANES)
        sum_values(4, k, path, scores, context);
    for (; k + LANES <= path->head_width; k += LANES)
        sum_values(1, k, path, scores, context);
    for (; k < path->head_width; k++) {
        context[k] = 0;
        for (size_t i = 0; i < path->length; i++)
            context[k] += scores[i] * from_bf16(path->values[path->nodes[i] * path->stride + k]);
    }
}
