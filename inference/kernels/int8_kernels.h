/* int8_kernels.h - the int8 kernels over vectors, compiled once for each instruction set.
 *
 * The including file has included floats.h, and defines
 *   OFFSET      what is added to a quantised value before it becomes a byte: 128 where the
 *               instruction takes unsigned activations, else 0
 *   ROWS, SUMS  rows of the largest register tile, and the most that rows times blocks of 16
 *               columns may be
 *   four        four bytes of a row in the form that dot4 takes; spread4 makes it
 *   dot4        sum + products of those bytes with WIDTH columns x 4 bytes of weights
 *   narrow      stores WIDTH integers as bytes
 *   ADD_PAIRS   where it is defined: add_pairs makes the sums of a tile from its first steps, and
 *               returns their number; the others are left to dot4
 * Integer sums are exact, and floats follow scalar.c step by step: so the bits are its bits. */
#ifndef SUMS
#error "define OFFSET, ROWS, SUMS, four, spread4, dot4 and narrow first"
#endif

#include "inference/kernels/position_attention.h"
#include "inference/kernels/tiles.h"

/* ---- Quantising ---- */

/* One row; bytes behind the depth stand for zeros. `offset` is constant where it is called. */
INLINE void quantize_row(size_t depth, const float *x, const int offset, uint8_t *bytes,
                         float *scale)
{
    float magnitude = largest_magnitude(depth, x), inverse = 0;
    *scale = 0;
    if (magnitude > 1e-30f) {
        *scale = magnitude / 127;
        inverse = 127 / magnitude;
    }
    size_t k = 0;
    for (; k + WIDTH <= depth; k += WIDTH)
        narrow(bytes + k, round_to_bits(load(x + k) * inverse) + offset);
    for (; k < depth; k++)
        bytes[k] = (uint8_t)(round_to_integer(x[k] * inverse) + offset);
    memset(bytes + depth, offset, quantized_size(depth) - depth);
}

INLINE uint8_t *row_of(const struct rows_s8 *x, size_t row)
{
    return x->bytes + row * quantized_size(x->depth);
}

static void quantize(const float *x, size_t stride, const struct rows_s8 *quantized)
{
    for (size_t row = 0; row < quantized->rows; row++)
        quantize_row(quantized->depth, x + row * stride, OFFSET, row_of(quantized, row),
                     &quantized->scale[row]);
}

/* Products with the norm's weight are made twice rather than kept. */
static void norm_quantize(const float *x, const float *weight, float epsilon,
                          const struct rows_s8 *quantized)
{
    size_t depth = quantized->depth;
    for (size_t row = 0; row < quantized->rows; row++, x += depth) {
        uint8_t *bytes = row_of(quantized, row);
        float norm = 1 / sqrtf(dot(depth, x, x) / (float)depth + epsilon);
        vector most = {0};
        size_t whole = depth / WIDTH * WIDTH;
        for (size_t k = 0; k < whole; k += WIDTH) {
            vector value = load(x + k) * norm * load(weight + k);
            most = vector_larger(vector_larger(value, -value), most);
        }
        float magnitude = largest_lane(most, 0);
        for (size_t k = whole; k < depth; k++)
            magnitude = larger(fabsf(x[k] * norm * weight[k]), magnitude);
        float inverse = magnitude > 1e-30f ? 127 / magnitude : 0;
        quantized->scale[row] = magnitude > 1e-30f ? magnitude / 127 : 0;
        for (size_t k = 0; k < whole; k += WIDTH)
            narrow(bytes + k,
                   round_to_bits(load(x + k) * norm * load(weight + k) * inverse) + OFFSET);
        for (size_t k = whole; k < depth; k++)
            bytes[k] = (uint8_t)(round_to_integer(x[k] * norm * weight[k] * inverse) + OFFSET);
        memset(bytes + depth, OFFSET, quantized_size(depth) - depth);
    }
}

/* ---- Linear layers ---- */

static struct factors factors_of(const struct rows_s8 *x, const struct weights_s8 *weights)
{
    size_t block_size = packed_block_size(x->depth);
    return (struct factors){.steps = packed_steps(x->depth),
                            .stride = quantized_size(x->depth),
                            .block_stride = block_size,
                            .step_stride = PACKED_STEP,
                            .ahead = block_size * group_of(tile_rows(x->rows)),
                            .x = x->bytes,
                            .blocks = weights->packed};
}

/* A tile whose last block has fewer than 16 columns: it becomes a whole one beside y, of which y
 * takes `columns`. */
static void tile_columns(size_t columns, size_t rows, size_t blocks, const struct factors *factors,
                         const struct finish *finish)
{
    float whole[SUMS * PACKED_COLUMNS], scales[2][SUMS * PACKED_COLUMNS] = {0};
    struct finish beside = *finish;
    beside.scale = memcpy(scales[0], finish->scale, columns * sizeof(float));
    if (finish->gate_scale)
        beside.gate_scale = memcpy(scales[1], finish->gate_scale, columns * sizeof(float));
    beside.y = whole;
    beside.y_stride = blocks * PACKED_COLUMNS;
    for (size_t i = 0; i < rows && finish->result == ADD_TO_Y; i++)
        memcpy(whole + i * beside.y_stride, finish->y + i * finish->y_stride,
               columns * sizeof(float));
    tile(rows, blocks, factors, &beside);
    for (size_t i = 0; i < rows; i++)
        memcpy(finish->y + i * finish->y_stride, whole + i * beside.y_stride,
               columns * sizeof(float));
}

/* The tile that follows asks for what comes next of what is read soon. */
static void ask_meanwhile(struct read_soon *soon, size_t rows, struct factors *factors)
{
    factors->soon = factors->x;
    factors->soon_stride = 0;
    if (!soon || !soon->count || rows < MANY_ROWS)
        return;
    struct memory *part = soon->parts;
    size_t most = factors->steps * 2 * SOON_LINE, size = part->size < most ? part->size : most;
    factors->soon = part->bytes;
    factors->soon_stride = 2 * SOON_LINE;
    part->bytes += size;
    part->size -= size;
    if (!part->size) {
        soon->parts++;
        soon->count--;
    }
}

/* y = products, or what `finish` says. A gate's sums are made first, tile by tile. */
static void linear_s8(const struct rows_s8 *x, const struct weights_s8 *gate,
                      const struct weights_s8 *weights, enum result result, float *y)
{
    struct factors left = factors_of(x, gate ? gate : weights), right = factors_of(x, weights);
    size_t columns = weights->columns, blocks = packed_blocks(columns), most = tile_rows(x->rows);
    int32_t sums[SUMS * PACKED_COLUMNS] __attribute__((aligned(64)));
    for (size_t block = 0, group; block < blocks; block += group) {
        group = next_group(most, blocks - block);
        size_t column = block * PACKED_COLUMNS, width = group * PACKED_COLUMNS;
        for (size_t first = 0; first < x->rows; first += most) {
            size_t rows = x->rows - first < most ? x->rows - first : most;
            struct finish finish = {.sums = sums,
                                    .sums_stride = width,
                                    .x_scale = x->scale + first,
                                    .scale = weights->scale + column,
                                    .gate_scale = gate ? gate->scale + column : NULL,
                                    .y = y + first * columns + column,
                                    .y_stride = columns};
            left.x = right.x = row_of(x, first);
            if (gate) {
                ask_meanwhile(x->soon, rows, &left);
                tile(rows, group, &left, &finish);
            }
            ask_meanwhile(x->soon, rows, &right);
            finish.result = result;
            if (columns - column < width)
                tile_columns(columns - column, rows, group, &right, &finish);
            else
                tile(rows, group, &right, &finish);
        }
        left.blocks += group * left.block_stride;
        right.blocks += group * right.block_stride;
    }
}

static void matmul_s8(const struct rows_s8 *x, const struct weights_s8 *weights, float *y, bool add)
{
    linear_s8(x, NULL, weights, add ? ADD_TO_Y : BECOME_Y, y);
}

static void gated_s8(const struct rows_s8 *x, const struct weights_s8 *weights,
                     const struct weights_s8 *factor, float *y)
{
    linear_s8(x, weights, factor, GATE_Y, y);
}

INLINE int32_t value_of(uint8_t byte)
{
    return OFFSET ? byte - OFFSET : (int8_t)byte;
}

static void select_s8(const struct rows_s8 *x, size_t row, const struct weights_s8 *weights,
                      const int32_t *wanted, size_t count, float *y)
{
    const uint8_t *bytes = row_of(x, row);
    for (size_t i = 0; i < count; i++) {
        size_t column = (size_t)wanted[i];
        const int8_t *values = (const int8_t *)weights->packed + packed_place(x->depth, column, 0);
        int32_t sum = 0;
        for (size_t k = 0; k < x->depth; k += PACKED_DEPTH, values += PACKED_STEP)
            for (size_t part = 0; part < PACKED_DEPTH;
                 part++) /* values end in zeros, as bytes do */
                sum += value_of(bytes[k + part]) * values[part];
        y[i] = (float)sum * x->scale[row] * weights->scale[column];
    }
}

/* ---- Attention ---- */

/* How far before it is read a cache is asked for. Narrow heads lie one behind the other and are
 * read nearly straight on. Of a wide one's keys a tile reads a group of blocks, of its values a
 * strip: the next group and the next strip lie beside them. */
enum { NARROW_HEAD = 128, STRAIGHT_ON = 24576 };

INLINE size_t attention_ahead(size_t head_width, size_t rows, size_t block_stride)
{
    return head_width <= NARROW_HEAD ? STRAIGHT_ON : group_of(tile_rows(rows)) * block_stride;
}

static void cache_keys(const struct cache_s8 *cache, const float *keys, size_t stride)
{
    size_t width = cache->head_width, size = packed_block_size(width);
    uint8_t key[KERNEL_MOST_HEAD] __attribute__((aligned(64)));
    uint8_t *block = cache->keys;
    for (size_t first = 0; first < cache->room; first += PACKED_COLUMNS, block += size) {
        int32_t *starts = (int32_t *)block;
        if (first + PACKED_COLUMNS > cache->length)
            memset(block, 0, size);
        for (size_t i = 0; i < PACKED_COLUMNS; i++) {
            if (first + i >= cache->length) {
                cache->key_scale[first + i] = 0;
                continue;
            }
            quantize_row(width, keys + (first + i) * stride, 0, key, &cache->key_scale[first + i]);
            int32_t sum = 0;
            for (size_t k = 0; k < quantized_size(width); k++)
                sum += (int8_t)key[k];
            starts[i] = -128 * sum;
            for (size_t step = 0; step < packed_steps(width); step++)
                memcpy(block + (1 + step) * PACKED_STEP + i * PACKED_DEPTH,
                       key + step * PACKED_DEPTH, PACKED_DEPTH);
        }
    }
}

static void cache_values(const struct cache_s8 *cache, const float *values, size_t stride)
{
    size_t width = cache->head_width, columns = packed_blocks(width) * PACKED_COLUMNS;
    size_t row_size = quantized_size(width);
    uint8_t rows[PACKED_DEPTH * KERNEL_MOST_HEAD] __attribute__((aligned(64)));
    uint8_t *step = cache->values;
    float largest_scale = 0;
    memset(step, 0, columns * PACKED_DEPTH); /* no starts: weights are unsigned */
    for (size_t first = 0; first < cache->room; first += PACKED_DEPTH) {
        for (size_t i = 0; i < PACKED_DEPTH; i++) {
            if (first + i >= cache->length) {
                memset(rows + i * row_size, 0, row_size);
                continue;
            }
            quantize_row(width, values + (first + i) * stride, 0, rows + i * row_size,
                         &cache->value_share[first + i]);
            largest_scale = larger(cache->value_share[first + i], largest_scale);
        }
        step += columns * PACKED_DEPTH;
        for (size_t i = 0; i < columns; i++)
            for (size_t part = 0; part < PACKED_DEPTH; part++)
                step[i * PACKED_DEPTH + part] = rows[part * row_size + i];
    }
    *cache->value_largest = largest_scale / 16383;
    float inverse = largest_scale > 0 ? 16383 / largest_scale : 0;
    for (size_t i = 0; i < cache->length; i++)
        cache->value_share[i] *= inverse;
    for (size_t i = cache->length; i < cache->room; i++)
        cache->value_share[i] = 0;
}

static void cache_s8(const struct cache_s8 *cache, const float *keys, const float *values,
                     size_t stride)
{
    cache_keys(cache, keys, stride);
    cache_values(cache, values, stride);
}

/* Sums of products become scores, in place; returns the largest. */
INLINE float score_keys(const struct cache_s8 *cache, float query_scale, const float *bias,
                        float *scores)
{
    vector most = all(-1e30f);
    for (size_t i = 0; i < cache->room; i += WIDTH) {
        vector score =
            to_floats(load_integers(scores + i)) * query_scale * load(cache->key_scale + i);
        if (bias)
            score += load(bias + i);
        store(scores + i, score);
        if (i + WIDTH > cache->length) {
            for (size_t k = i > cache->length ? i : cache->length; k < i + WIDTH; k++)
                scores[k] = -1e30f;
            score = load(scores + i);
        }
        most = vector_larger(score, most);
    }
    return largest_lane(most, -1e30f);
}

/* Scores become bytes of two planes; returns the sum of the exponentials. */
INLINE float weigh(const struct cache_s8 *cache, const float *scores, float most, uint8_t *high,
                   uint8_t *low)
{
    struct lanes sums = {0};
    for (size_t i = 0; i < cache->room; i += LANES) {
        for (size_t part = 0; part < PARTS; part++) {
            size_t k = i + part * WIDTH;
            vector e = exponential2((load(scores + k) - most) * 1.44269504f);
            sums.part[part] += e;
            vector_integer weight = round_to_bits(e * load(cache->value_share + k));
            narrow(high + k, weight >> 7);
            narrow(low + k, weight & 127);
        }
    }
    return fold(sums, 0, NULL);
}

/* The parts of the room that attend_s8 works in. */
struct attention_work {
    uint8_t *query, *planes;
    float *query_scale, *scores;
    int32_t *sums;
    size_t score_stride, plane_stride, sum_stride;
};

INLINE size_t whole_lines(size_t size)
{
    return (size + 63) / 64 * 64;
}

static struct attention_work lay_out(const struct cache_s8 *cache, void *work)
{
    uint8_t *place = work;
    struct attention_work parts = {.score_stride = whole_lines(cache->room * sizeof(float)) / 4,
                                   .plane_stride = whole_lines(cache->room),
                                   .sum_stride = packed_blocks(cache->head_width) * PACKED_COLUMNS};
    parts.query = place;
    place += KERNEL_QUERIES * quantized_size(cache->head_width);
    parts.query_scale = (float *)place;
    place += whole_lines(KERNEL_QUERIES * sizeof(float));
    parts.scores = (float *)place;
    place += KERNEL_QUERIES * parts.score_stride * sizeof(float);
    parts.planes = place;
    place += 2 * KERNEL_QUERIES * parts.plane_stride;
    parts.sums = (int32_t *)place;
    return parts;
}

/* At most KERNEL_QUERIES of them. */
static void attend_some(const struct cache_s8 *cache, size_t queries, const float *query,
                        const float *bias, size_t stride, const struct attention_work *work,
                        float *context)
{
    size_t width = cache->head_width;
    struct rows_s8 quantized = {queries, width, work->query, work->query_scale, NULL};
    quantize(query, stride, &quantized);
    size_t key_size = packed_block_size(width), blocks = packed_blocks(width);
    struct factors keys = {.steps = packed_steps(width),
                           .stride = quantized_size(width),
                           .block_stride = key_size,
                           .step_stride = PACKED_STEP,
                           .ahead = attention_ahead(width, queries, key_size),
                           .x = work->query,
                           .soon = work->query,
                           .blocks = cache->keys};
    products_s8(queries, packed_blocks(cache->room), keys, (int32_t *)work->scores,
                work->score_stride);
    float factor[KERNEL_QUERIES];
    for (size_t i = 0; i < queries; i++) {
        float *scores = work->scores + i * work->score_stride;
        uint8_t *planes = work->planes + 2 * i * work->plane_stride;
        float most = score_keys(cache, work->query_scale[i], bias ? bias - i : NULL, scores);
        factor[i] =
            *cache->value_largest / weigh(cache, scores, most, planes, planes + work->plane_stride);
    }
    struct factors values = {.steps = packed_steps(cache->room),
                             .stride = work->plane_stride,
                             .block_stride = PACKED_STEP,
                             .step_stride = blocks * PACKED_STEP,
                             .ahead = attention_ahead(width, 2 * queries, PACKED_STEP),
                             .x = work->planes,
                             .soon = work->planes,
                             .blocks = cache->values};
    products_s8(2 * queries, blocks, values, work->sums, work->sum_stride);
    for (size_t i = 0; i < queries; i++, context += stride) {
        const int32_t *high = work->sums + 2 * i * work->sum_stride, *low = high + work->sum_stride;
        size_t k = 0;
        for (; k + WIDTH <= width; k += WIDTH) {
            vector sum =
                to_floats(load_integers(high + k)) * 128.0f + to_floats(load_integers(low + k));
            store(context + k, sum * factor[i]);
        }
        for (; k < width; k++)
            context[k] = ((float)high[k] * 128 + (float)low[k]) * factor[i];
    }
}

static void attend_s8(const struct cache_s8 *cache, size_t queries, const float *query,
                      const float *bias, size_t stride, void *work, float *context)
{
    struct attention_work parts = lay_out(cache, work);
    for (size_t first = 0; first < queries; first += KERNEL_QUERIES) {
        size_t count = queries - first < KERNEL_QUERIES ? queries - first : KERNEL_QUERIES;
        attend_some(cache, count, query + first * stride, bias ? bias - first : NULL, stride,
                    &parts, context + first * stride);
    }
}

/* The slots of struct kernels that this header and those that it includes fill. */
#define VECTOR_KERNELS                                                                             \
    .quantize = quantize, .norm_quantize = norm_quantize, .matmul_s8 = matmul_s8,                  \
    .gated_s8 = gated_s8, .select_s8 = select_s8, .cache_s8 = cache_s8, .attend_s8 = attend_s8,    \
    .attend_path = attend_path, .to_bf16 = to_bf16, .rms_norm = rms_norm, .relu = relu,            \
    .gelu = gelu, .softmax = softmax, .log_sum_exp = log_sum_exp, .largest = largest,              \
    .above = above, .dot = dot, .matmul_f32 = matmul_f32, .add_scaled = add_scaled
