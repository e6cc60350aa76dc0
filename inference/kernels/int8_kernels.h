/* int8_kernels.h - the int8 kernels over vectors, compiled once per instruction set.
 *
 * The including file includes f32_kernels.h first, and defines
 *   BYTE_OFFSET           added to a quantized value to make it a byte: 128 if the
 *                         instruction takes unsigned activations, else 0
 *   MAX_TILE_ROWS         rows of the largest register tile
 *   MAX_TILE_SUMS         maximum of rows times blocks of 16 columns
 *   four_bytes            four bytes of a row in the form that dot_four_bytes takes
 *   broadcast_four_bytes  makes them
 *   dot_four_bytes        sum + products of those bytes with VECTOR_WIDTH columns x 4 bytes
 *   store_bytes           stores VECTOR_WIDTH integers as bytes
 *   ADD_PAIRS             optional: add_pairs computes a tile's sums over its first steps and
 *                         returns their number; dot_four_bytes computes the rest
 * Integer sums are exact, and floats follow scalar.c step by step, so the results have the same
 * bits. */
#ifndef MAX_TILE_SUMS
#error "define BYTE_OFFSET, MAX_TILE_ROWS, MAX_TILE_SUMS, four_bytes and others first"
#endif

#include "inference/kernels/position_attention.h"
#include "inference/kernels/tiles.h"

/* ---- Quantization ---- */

/* Quantizes one row; bytes after the depth represent zeros. `offset` is a compile-time constant in
 * every call. */
INLINE void quantize_row(size_t depth, const float *x, const int offset, uint8_t *bytes,
                         float *scale)
{
    float magnitude = max_magnitude(depth, x), inverse = 0;
    *scale = 0;
    if (magnitude > 1e-30f) {
        *scale = magnitude / 127;
        inverse = 127 / magnitude;
    }
    size_t k = 0;
    for (; k + VECTOR_WIDTH <= depth; k += VECTOR_WIDTH)
        store_bytes(bytes + k, round_to_bits(load(x + k) * inverse) + offset);
    for (; k < depth; k++)
        bytes[k] = (uint8_t)(round_to_integer(x[k] * inverse) + offset);
    memset(bytes + depth, offset, quantized_row_size(depth) - depth);
}

INLINE uint8_t *quantized_row(const struct rows_s8 *x, size_t row)
{
    return x->bytes + row * quantized_row_size(x->depth);
}

static void quantize(const float *x, size_t stride, const struct rows_s8 *quantized)
{
    for (size_t row = 0; row < quantized->rows; row++)
        quantize_row(quantized->depth, x + row * stride, BYTE_OFFSET, quantized_row(quantized, row),
                     &quantized->scale[row]);
}

/* Multiplies by the norm's weight twice, which is faster than storing the products. */
static void norm_quantize(const struct norm *norm, const float *x, const struct rows_s8 *quantized)
{
    const size_t depth = quantized->depth;
    const float *weight = norm->weight;
    const float epsilon = norm->epsilon;
    for (size_t row = 0; row < quantized->rows; row++, x += depth) {
        uint8_t *bytes = quantized_row(quantized, row);
        float inverse_rms = 1 / sqrtf(dot(depth, x, x) / (float)depth + epsilon);
        vector max = {0};
        size_t whole = depth / VECTOR_WIDTH * VECTOR_WIDTH;
        for (size_t k = 0; k < whole; k += VECTOR_WIDTH) {
            vector value = load(x + k) * inverse_rms * load(weight + k);
            max = vector_max(vector_max(value, -value), max);
        }
        float magnitude = max_lane(max, 0);
        for (size_t k = whole; k < depth; k++)
            magnitude = max_f32(fabsf(x[k] * inverse_rms * weight[k]), magnitude);
        float inverse = magnitude > 1e-30f ? 127 / magnitude : 0;
        quantized->scale[row] = magnitude > 1e-30f ? magnitude / 127 : 0;
        for (size_t k = 0; k < whole; k += VECTOR_WIDTH)
            store_bytes(bytes + k,
                        round_to_bits(load(x + k) * inverse_rms * load(weight + k) * inverse) +
                            BYTE_OFFSET);
        for (size_t k = whole; k < depth; k++)
            bytes[k] =
                (uint8_t)(round_to_integer(x[k] * inverse_rms * weight[k] * inverse) + BYTE_OFFSET);
        memset(bytes + depth, BYTE_OFFSET, quantized_row_size(depth) - depth);
    }
}

/* ---- Linear layers ---- */

static struct tile_operands make_tile_operands(const struct rows_s8 *x,
                                               const struct weights_s8 *weights)
{
    size_t block_size = packed_block_size(x->depth);
    return (struct tile_operands){.steps = packed_steps(x->depth),
                                  .stride = quantized_row_size(x->depth),
                                  .block_stride = block_size,
                                  .step_stride = PACKED_STEP_SIZE,
                                  .prefetch_distance =
                                      block_size * max_tile_blocks(tile_rows(x->rows)),
                                  .x = x->bytes,
                                  .blocks = weights->packed};
}

/* A tile whose last block has fewer than 16 columns: computes a whole tile in a buffer and copies
 * `columns` of them to y. */
static void compute_partial_tile(size_t columns, size_t rows, size_t blocks,
                                 const struct tile_operands *tile_operands,
                                 const struct tile_output *tile_output)
{
    float whole[MAX_TILE_SUMS * PACKED_COLUMNS], scales[2][MAX_TILE_SUMS * PACKED_COLUMNS] = {0};
    struct tile_output scratch_output = *tile_output;
    scratch_output.scale = memcpy(scales[0], tile_output->scale, columns * sizeof(float));
    if (tile_output->gate_scale)
        scratch_output.gate_scale =
            memcpy(scales[1], tile_output->gate_scale, columns * sizeof(float));
    scratch_output.y = whole;
    scratch_output.y_stride = blocks * PACKED_COLUMNS;
    for (size_t i = 0; i < rows && tile_output->tile_action == ADD_TO_Y; i++)
        memcpy(whole + i * scratch_output.y_stride, tile_output->y + i * tile_output->y_stride,
               columns * sizeof(float));
    compute_tile(rows, blocks, tile_operands, &scratch_output);
    for (size_t i = 0; i < rows; i++)
        memcpy(tile_output->y + i * tile_output->y_stride, whole + i * scratch_output.y_stride,
               columns * sizeof(float));
}

/* Gives the next tile a part of the first range to prefetch, and removes that part from the
 * list. */
static void take_prefetch_range(struct prefetch_list *prefetch, size_t rows,
                                struct tile_operands *tile_operands)
{
    tile_operands->prefetch = tile_operands->x;
    tile_operands->prefetch_stride = 0;
    if (!prefetch || !prefetch->count || rows < COMPUTE_BOUND_ROWS)
        return;
    struct memory_range *part = prefetch->parts;
    size_t max = tile_operands->steps * 2 * CACHE_LINE, size = part->size < max ? part->size : max;
    tile_operands->prefetch = part->bytes;
    tile_operands->prefetch_stride = 2 * CACHE_LINE;
    part->bytes += size;
    part->size -= size;
    if (!part->size) {
        prefetch->parts++;
        prefetch->count--;
    }
}

/* y = products, as `tile_action` says. A gate's sums are computed first, tile by tile. */
static void linear_s8(const struct rows_s8 *x, const struct weights_s8 *gate,
                      const struct weights_s8 *weights, enum tile_action tile_action, float *y)
{
    struct tile_operands gate_operands = make_tile_operands(x, gate ? gate : weights),
                         operands = make_tile_operands(x, weights);
    size_t columns = weights->columns, blocks = packed_blocks(columns), max = tile_rows(x->rows);
    int32_t sums[MAX_TILE_SUMS * PACKED_COLUMNS] __attribute__((aligned(64)));
    for (size_t block = 0, tile_blocks; block < blocks; block += tile_blocks) {
        tile_blocks = next_tile_blocks(max, blocks - block);
        size_t column = block * PACKED_COLUMNS, width = tile_blocks * PACKED_COLUMNS;
        for (size_t first = 0; first < x->rows; first += max) {
            size_t rows = x->rows - first < max ? x->rows - first : max;
            struct tile_output tile_output = {.sums = sums,
                                              .sums_stride = width,
                                              .x_scale = x->scale + first,
                                              .scale = weights->scale + column,
                                              .gate_scale = gate ? gate->scale + column : NULL,
                                              .y = y + first * columns + column,
                                              .y_stride = columns};
            gate_operands.x = operands.x = quantized_row(x, first);
            if (gate) {
                take_prefetch_range(x->prefetch, rows, &gate_operands);
                compute_tile(rows, tile_blocks, &gate_operands, &tile_output);
            }
            take_prefetch_range(x->prefetch, rows, &operands);
            tile_output.tile_action = tile_action;
            if (columns - column < width)
                compute_partial_tile(columns - column, rows, tile_blocks, &operands, &tile_output);
            else
                compute_tile(rows, tile_blocks, &operands, &tile_output);
        }
        gate_operands.blocks += tile_blocks * gate_operands.block_stride;
        operands.blocks += tile_blocks * operands.block_stride;
    }
}

static void matmul_s8(const struct rows_s8 *x, const struct weights_s8 *weights, float *y, bool add)
{
    linear_s8(x, NULL, weights, add ? ADD_TO_Y : WRITE_Y, y);
}

static void gated_gelu_s8(const struct rows_s8 *x, const struct weights_s8 *weights,
                          const struct weights_s8 *factor, float *y)
{
    linear_s8(x, weights, factor, GATE_Y, y);
}

INLINE int32_t byte_to_value(uint8_t byte)
{
    return BYTE_OFFSET ? byte - BYTE_OFFSET : (int8_t)byte;
}

static void select_s8(const struct rows_s8 *x, const struct weights_s8 *weights,
                      const int32_t *selected_columns, size_t count, float *y)
{
    const uint8_t *bytes = quantized_row(x, 0);
    for (size_t i = 0; i < count; i++) {
        size_t column = (size_t)selected_columns[i];
        const int8_t *values = (const int8_t *)weights->packed + packed_offset(x->depth, column, 0);
        int32_t sum = 0;
        for (size_t k = 0; k < x->depth; k += PACKED_DEPTH, values += PACKED_STEP_SIZE)
            for (size_t part = 0; part < PACKED_DEPTH;
                 part++) /* values are padded with zeros, as bytes are */
                sum += byte_to_value(bytes[k + part]) * values[part];
        y[i] = (float)sum * x->scale[0] * weights->scale[column];
    }
}

/* ---- Attention ---- */

/* Prefetch distance in a cache. Narrow heads are stored one after another and read almost
 * sequentially. A tile reads a group of blocks of a wide head's keys and a strip of its values; the
 * next group and the next strip follow directly. */
enum { MAX_NARROW_HEAD_WIDTH = 128, NARROW_HEAD_PREFETCH = 24576 };

INLINE size_t attention_prefetch_distance(size_t head_width, size_t rows, size_t block_stride)
{
    return head_width <= MAX_NARROW_HEAD_WIDTH ? NARROW_HEAD_PREFETCH
                                               : max_tile_blocks(tile_rows(rows)) * block_stride;
}

static void fill_cache_keys(const struct cache_s8 *cache, const float *keys, size_t stride)
{
    size_t width = cache->head_width, size = packed_block_size(width);
    uint8_t key[KERNEL_MAX_HEAD_WIDTH] __attribute__((aligned(64)));
    uint8_t *block = cache->keys;
    for (size_t first = 0; first < cache->padded_length; first += PACKED_COLUMNS, block += size) {
        int32_t *offset_corrections = (int32_t *)block;
        if (first + PACKED_COLUMNS > cache->length)
            memset(block, 0, size);
        for (size_t i = 0; i < PACKED_COLUMNS; i++) {
            if (first + i >= cache->length) {
                cache->key_scale[first + i] = 0;
                continue;
            }
            quantize_row(width, keys + (first + i) * stride, 0, key, &cache->key_scale[first + i]);
            int32_t sum = 0;
            for (size_t k = 0; k < quantized_row_size(width); k++)
                sum += (int8_t)key[k];
            offset_corrections[i] = -128 * sum;
            for (size_t step = 0; step < packed_steps(width); step++)
                memcpy(block + (1 + step) * PACKED_STEP_SIZE + i * PACKED_DEPTH,
                       key + step * PACKED_DEPTH, PACKED_DEPTH);
        }
    }
}

static void fill_cache_values(const struct cache_s8 *cache, const float *values, size_t stride)
{
    size_t width = cache->head_width, columns = packed_blocks(width) * PACKED_COLUMNS;
    size_t row_size = quantized_row_size(width);
    uint8_t rows[PACKED_DEPTH * KERNEL_MAX_HEAD_WIDTH] __attribute__((aligned(64)));
    uint8_t *step = cache->values;
    float largest_scale = 0;
    memset(step, 0, columns * PACKED_DEPTH); /* no offset corrections: weights are unsigned */
    for (size_t first = 0; first < cache->padded_length; first += PACKED_DEPTH) {
        for (size_t i = 0; i < PACKED_DEPTH; i++) {
            if (first + i >= cache->length) {
                memset(rows + i * row_size, 0, row_size);
                continue;
            }
            quantize_row(width, values + (first + i) * stride, 0, rows + i * row_size,
                         &cache->value_relative_scale[first + i]);
            largest_scale = max_f32(cache->value_relative_scale[first + i], largest_scale);
        }
        step += columns * PACKED_DEPTH;
        for (size_t i = 0; i < columns; i++)
            for (size_t part = 0; part < PACKED_DEPTH; part++)
                step[i * PACKED_DEPTH + part] = rows[part * row_size + i];
    }
    *cache->max_value_scale = largest_scale / 16383;
    float inverse = largest_scale > 0 ? 16383 / largest_scale : 0;
    for (size_t i = 0; i < cache->length; i++)
        cache->value_relative_scale[i] *= inverse;
    for (size_t i = cache->length; i < cache->padded_length; i++)
        cache->value_relative_scale[i] = 0;
}

static void fill_cache_s8(const struct cache_s8 *cache, const float *keys, const float *values,
                          size_t stride)
{
    fill_cache_keys(cache, keys, stride);
    fill_cache_values(cache, values, stride);
}

/* Converts sums of products to scores, in place; returns their maximum. */
INLINE float score_keys(const struct cache_s8 *cache, float query_scale, const float *bias,
                        float *scores)
{
    vector max = broadcast(-1e30f);
    for (size_t i = 0; i < cache->padded_length; i += VECTOR_WIDTH) {
        vector score =
            to_floats(load_integers(scores + i)) * query_scale * load(cache->key_scale + i);
        if (bias)
            score += load(bias + i);
        store(scores + i, score);
        if (i + VECTOR_WIDTH > cache->length) {
            for (size_t k = i > cache->length ? i : cache->length; k < i + VECTOR_WIDTH; k++)
                scores[k] = -1e30f;
            score = load(scores + i);
        }
        max = vector_max(score, max);
    }
    return max_lane(max, -1e30f);
}

/* Converts scores to weights in two planes of bytes; returns the sum of the exponentials. */
INLINE float compute_weights(const struct cache_s8 *cache, const float *scores, float max,
                             uint8_t *high, uint8_t *low)
{
    struct lanes sums = {0};
    for (size_t i = 0; i < cache->padded_length; i += LANES) {
        for (size_t part = 0; part < LANE_VECTORS; part++) {
            size_t k = i + part * VECTOR_WIDTH;
            vector e = vector_exp2((load(scores + k) - max) * 1.44269504f);
            sums.part[part] += e;
            vector_integer weight = round_to_bits(e * load(cache->value_relative_scale + k));
            store_bytes(high + k, weight >> 7);
            store_bytes(low + k, weight & 127);
        }
    }
    return sum_lanes_and_rest(sums, 0, NULL);
}

/* The parts of the scratch space of attend_s8. */
struct attention_scratch {
    uint8_t *query, *planes;
    float *query_scale, *scores;
    int32_t *sums;
    size_t score_stride, plane_stride, sum_stride;
};

static struct attention_scratch lay_out_scratch(const struct cache_s8 *cache, void *scratch)
{
    uint8_t *next_bytes = scratch;
    struct attention_scratch parts = {
        .score_stride = round_to_cache_lines(cache->padded_length * sizeof(float)) / 4,
        .plane_stride = round_to_cache_lines(cache->padded_length),
        .sum_stride = packed_blocks(cache->head_width) * PACKED_COLUMNS};
    parts.query = next_bytes;
    next_bytes += KERNEL_QUERY_TILE * quantized_row_size(cache->head_width);
    parts.query_scale = (float *)next_bytes;
    next_bytes += round_to_cache_lines(KERNEL_QUERY_TILE * sizeof(float));
    parts.scores = (float *)next_bytes;
    next_bytes += KERNEL_QUERY_TILE * parts.score_stride * sizeof(float);
    parts.planes = next_bytes;
    next_bytes += 2 * KERNEL_QUERY_TILE * parts.plane_stride;
    parts.sums = (int32_t *)next_bytes;
    return parts;
}

/* Attention of at most KERNEL_QUERY_TILE queries. */
static void attend_query_tile(const struct cache_s8 *cache, struct attention_queries queries,
                              const struct attention_scratch *scratch)
{
    size_t width = cache->head_width, count = queries.count;
    struct rows_s8 quantized = {count, width, scratch->query, scratch->query_scale, NULL};
    quantize(queries.query, queries.stride, &quantized);
    size_t key_size = packed_block_size(width), blocks = packed_blocks(width);
    struct tile_operands keys = {.steps = packed_steps(width),
                                 .stride = quantized_row_size(width),
                                 .block_stride = key_size,
                                 .step_stride = PACKED_STEP_SIZE,
                                 .prefetch_distance =
                                     attention_prefetch_distance(width, count, key_size),
                                 .x = scratch->query,
                                 .prefetch = scratch->query,
                                 .blocks = cache->keys};
    products_s8(count, packed_blocks(cache->padded_length), keys, (int32_t *)scratch->scores,
                scratch->score_stride);
    float factor[KERNEL_QUERY_TILE];
    for (size_t i = 0; i < count; i++) {
        float *scores = scratch->scores + i * scratch->score_stride;
        uint8_t *planes = scratch->planes + 2 * i * scratch->plane_stride;
        float max = score_keys(cache, scratch->query_scale[i],
                               queries.bias ? queries.bias - i : NULL, scores);
        factor[i] = *cache->max_value_scale /
                    compute_weights(cache, scores, max, planes, planes + scratch->plane_stride);
    }
    struct tile_operands values = {
        .steps = packed_steps(cache->padded_length),
        .stride = scratch->plane_stride,
        .block_stride = PACKED_STEP_SIZE,
        .step_stride = blocks * PACKED_STEP_SIZE,
        .prefetch_distance = attention_prefetch_distance(width, 2 * count, PACKED_STEP_SIZE),
        .x = scratch->planes,
        .prefetch = scratch->planes,
        .blocks = cache->values};
    products_s8(2 * count, blocks, values, scratch->sums, scratch->sum_stride);
    float *context = queries.context;
    for (size_t i = 0; i < count; i++, context += queries.stride) {
        const int32_t *high = scratch->sums + 2 * i * scratch->sum_stride,
                      *low = high + scratch->sum_stride;
        size_t k = 0;
        for (; k + VECTOR_WIDTH <= width; k += VECTOR_WIDTH) {
            vector sum =
                to_floats(load_integers(high + k)) * 128.0f + to_floats(load_integers(low + k));
            store(context + k, sum * factor[i]);
        }
        for (; k < width; k++)
            context[k] = ((float)high[k] * 128 + (float)low[k]) * factor[i];
    }
}

static void attend_s8(const struct cache_s8 *cache, const struct attention_queries *queries,
                      void *scratch)
{
    struct attention_scratch parts = lay_out_scratch(cache, scratch);
    for (size_t first = 0; first < queries->count; first += KERNEL_QUERY_TILE) {
        struct attention_queries tile = *queries;
        tile.count = queries->count - first;
        if (tile.count > KERNEL_QUERY_TILE)
            tile.count = KERNEL_QUERY_TILE;
        tile.query += first * queries->stride;
        tile.context += first * queries->stride;
        if (tile.bias)
            tile.bias -= first;
        attend_query_tile(cache, tile, &parts);
    }
}

/* The members of struct kernels that this header and those that it includes define. */
#define VECTOR_KERNELS                                                                             \
    .quantize = quantize, .norm_quantize = norm_quantize, .matmul_s8 = matmul_s8,                  \
    .gated_gelu_s8 = gated_gelu_s8, .select_s8 = select_s8, .fill_cache_s8 = fill_cache_s8,        \
    .attend_s8 = attend_s8, .attend_path = attend_path, .to_bf16 = to_bf16, .rms_norm = rms_norm,  \
    .relu = relu, .gelu = gelu, .softmax = softmax, .log_sum_exp = log_sum_exp, .argmax = argmax,  \
    .find_above = find_above, .dot = dot, .matmul_f32 = matmul_f32, .add_scaled = add_scaled
