/* point_matcher.c - compares the tokens of a point with those of a sentence. Sums are computed in
 * the order of the code, so results do not depend on what was compared before. */
#include "stages/tasks/point_matcher.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    MAX_WIDTH = 256,
    CACHED_TOKENS = 1024, /* of two tokens with the same remainder, the last one is kept */
};

struct token_cache {
    int32_t ids[CACHED_TOKENS]; /* + 1; 0: empty */
    float *numbers;             /* owned; [slot][2 * width]: projected, direction */
};

/* ---- Weights ---- */

static const float *take(const float **at, size_t count)
{
    const float *taken = *at;
    *at += count;
    return taken;
}

/* Returns how many there are. */
static size_t set_weights(struct point_matcher *matcher, const float *first)
{
    size_t width = matcher->header.width, square = width * width;
    const float *at = first;
    struct point_matcher_weights *weights = &matcher->weights;
    weights->projection = take(&at, matcher->header.dimensions * width);
    weights->projection_bias = take(&at, width);
    weights->direction = take(&at, square);
    weights->importance = take(&at, width);
    weights->comparison = take(&at, 4 * square);
    weights->comparison_bias = take(&at, width);
    weights->conclusion = take(&at, square);
    weights->conclusion_bias = take(&at, width);
    weights->judgement = take(&at, 2 * square + (1 + MATCH_FACTS) * width);
    weights->judgement_bias = take(&at, width);
    weights->output = take(&at, width);
    return (size_t)(at - first);
}

static bool is_finite(const float *numbers, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)numbers[i];
    return isfinite(sum);
}

static bool load(struct point_matcher *matcher, struct text table)
{
    struct point_matcher_header *header = &matcher->header;
    if (table.size < sizeof(*header))
        return false;
    memcpy(header, table.bytes, sizeof(*header));
    if (header->width == 0 || header->width > MAX_WIDTH || header->dimensions == 0 ||
        header->dimensions != matcher->vectors.dimensions)
        return false;
    const float *first = (const float *)(const void *)(table.bytes + sizeof(*header));
    size_t count = (table.size - sizeof(*header)) / sizeof(float);
    return set_weights(matcher, first) == count &&
           table.size == sizeof(*header) + count * sizeof(float) && is_finite(first, count) &&
           isfinite((double)header->sharpness + (double)header->output_bias);
}

bool point_matcher_open(struct point_matcher *matcher, const struct t5_model *model,
                        struct error *error)
{
    struct text table = t5_model_section(model, POINTS_SECTION);
    *matcher = (struct point_matcher){0};
    if (!sentence_vectors_init(&matcher->vectors, model, error))
        return false;
    if (table.size == 0)
        return true;
    if (!load(matcher, table))
        return error_set(error, ERROR_MODEL,
                         "the model's network for points has %zu bytes, which do not fit its "
                         "header and vectors of %zu numbers; copy the model again",
                         table.size, matcher->vectors.dimensions);
    matcher->cache = memory_alloc(1, sizeof(*matcher->cache));
    matcher->cache->numbers = memory_alloc((size_t)CACHED_TOKENS * 2 * matcher->header.width,
                                           sizeof(*matcher->cache->numbers));
    return true;
}

void point_matcher_close(struct point_matcher *matcher)
{
    if (matcher->cache)
        free(matcher->cache->numbers);
    free(matcher->cache);
    arena_free(&matcher->scratch);
    matcher->cache = NULL;
}

/* ---- Layers ---- */

/* Adds input times a matrix [count][width] to sums [width]. */
static void add_product(const float *input, size_t count, const float *matrix, size_t width,
                        float *sums)
{
    for (size_t i = 0; i < count; i++) {
        const float *row = matrix + i * width;
        float factor = input[i];
        for (size_t k = 0; k < width; k++)
            sums[k] += factor * row[k];
    }
}

static float multiply(const float *a, const float *b, size_t count)
{
    float sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

static void rectify(float *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        numbers[i] = numbers[i] > 0 ? numbers[i] : 0;
}

/* Turns logits into shares. */
static void softmax(float *numbers, size_t count)
{
    float largest = -INFINITY;
    double total = 0;
    for (size_t i = 0; i < count; i++)
        largest = numbers[i] > largest ? numbers[i] : largest;
    for (size_t i = 0; i < count; i++) {
        numbers[i] = (float)exp((double)(numbers[i] - largest));
        total += (double)numbers[i];
    }
    for (size_t i = 0; i < count; i++)
        numbers[i] = (float)((double)numbers[i] / total);
}

/* ---- Tokens ---- */

static void compute_token(const struct point_matcher *matcher, int32_t id, float *numbers)
{
    const struct point_matcher_weights *weights = &matcher->weights;
    size_t width = matcher->header.width, dimensions = matcher->header.dimensions;
    const int8_t *row = matcher->vectors.rows + (size_t)id * dimensions;
    float *projected = numbers, *direction = numbers + width;
    memcpy(projected, weights->projection_bias, width * sizeof(*projected));
    for (size_t i = 0; i < dimensions; i++) {
        float value = row[i];
        add_product(&value, 1, weights->projection + i * width, width, projected);
    }
    memset(direction, 0, width * sizeof(*direction));
    add_product(projected, width, weights->direction, width, direction);
    float length = sqrtf(multiply(direction, direction, width));
    for (size_t i = 0; i < width && length > 0; i++)
        direction[i] /= length;
}

/* Valid until the next call. */
static const float *find_token(const struct point_matcher *matcher, int32_t id)
{
    struct token_cache *cache = matcher->cache;
    size_t slot = (size_t)id % CACHED_TOKENS;
    float *numbers = cache->numbers + slot * 2 * matcher->header.width;
    if (cache->ids[slot] != id + 1) {
        compute_token(matcher, id, numbers);
        cache->ids[slot] = id + 1;
    }
    return numbers;
}

struct matched_text point_matcher_read(struct point_matcher *matcher, struct text text,
                                       struct arena *arena)
{
    struct arena *scratch = &matcher->scratch;
    const struct t5_model *model = matcher->vectors.model;
    size_t capacity = text.size + 1, width = matcher->header.width;
    arena_reset(scratch);
    int32_t *ids = arena_alloc(scratch, capacity, sizeof(*ids));
    size_t count = t5_tokenize(model, text, ids, capacity);
    if (count > capacity) { /* the text grows when it is normalized: "½" */
        ids = arena_alloc(scratch, count, sizeof(*ids));
        t5_tokenize(model, text, ids, count);
    }
    struct matched_text read = {count, arena_alloc(arena, count * width, sizeof(float)),
                                arena_alloc(arena, count * width, sizeof(float))};
    for (size_t i = 0; i < count; i++) {
        const float *numbers = find_token(matcher, ids[i]);
        memcpy(read.projected + i * width, numbers, width * sizeof(float));
        for (size_t k = 0; k < width; k++)
            read.directions[k * count + i] = numbers[width + k];
    }
    return read;
}

/* ---- Comparison ---- */

/* The numbers of a pair while it is compared. */
struct comparison {
    const struct point_matcher *matcher;
    const struct matched_text *point, *sentence;
    float *similarities; /* [token of the point][token of the sentence] */
    float *importance;   /* [token of the point]; their sum is 1 */
};

/* Returns how near the sentence has something to the tokens of the point, -1 to 1. */
static float find_similarities(const struct comparison *comparison)
{
    const struct matched_text *point = comparison->point, *sentence = comparison->sentence;
    size_t width = comparison->matcher->header.width;
    float nearest = 0;
    for (size_t i = 0; i < point->count; i++) {
        float direction[MAX_WIDTH], largest = -1;
        float *row = comparison->similarities + i * sentence->count;
        for (size_t k = 0; k < width; k++)
            direction[k] = point->directions[k * point->count + i];
        add_product(direction, width, sentence->directions, sentence->count, row);
        for (size_t k = 0; k < sentence->count; k++)
            largest = row[k] > largest ? row[k] : largest;
        nearest += comparison->importance[i] * largest;
    }
    return nearest;
}

/* Compares token i of the point with what the sentence has of it: concluded [width]. */
static void compare_token(const struct comparison *comparison, size_t i, float *concluded)
{
    const struct point_matcher *matcher = comparison->matcher;
    const struct point_matcher_weights *weights = &matcher->weights;
    const struct matched_text *sentence = comparison->sentence;
    size_t width = matcher->header.width;
    float inputs[4 * MAX_WIDTH], compared[MAX_WIDTH];
    const float *own = comparison->point->projected + i * width;
    float *found = inputs + width, *attention = comparison->similarities + i * sentence->count;
    for (size_t k = 0; k < sentence->count; k++)
        attention[k] *= matcher->header.sharpness;
    softmax(attention, sentence->count);
    memcpy(inputs, own, width * sizeof(*inputs));
    memset(found, 0, width * sizeof(*found));
    add_product(attention, sentence->count, sentence->projected, width, found);
    for (size_t k = 0; k < width; k++) {
        inputs[2 * width + k] = own[k] * found[k];
        inputs[3 * width + k] = fabsf(own[k] - found[k]);
    }
    memcpy(compared, weights->comparison_bias, width * sizeof(*compared));
    add_product(inputs, 4 * width, weights->comparison, width, compared);
    rectify(compared, width);
    memcpy(concluded, weights->conclusion_bias, width * sizeof(*concluded));
    add_product(compared, width, weights->conclusion, width, concluded);
}

static double judge(const struct comparison *comparison, float nearest,
                    const struct match_facts *facts)
{
    const struct point_matcher *matcher = comparison->matcher;
    const struct point_matcher_weights *weights = &matcher->weights;
    size_t width = matcher->header.width;
    float inputs[2 * MAX_WIDTH + 1 + MATCH_FACTS] = {0}, concluded[MAX_WIDTH], judged[MAX_WIDTH];
    float *mean = inputs, *largest = inputs + width;
    for (size_t i = 0; i < comparison->point->count; i++) {
        compare_token(comparison, i, concluded);
        add_product(&comparison->importance[i], 1, concluded, width, mean);
        for (size_t k = 0; k < width; k++)
            if (i == 0 || concluded[k] > largest[k])
                largest[k] = concluded[k];
    }
    inputs[2 * width] = nearest;
    memcpy(inputs + 2 * width + 1, facts, sizeof(*facts));
    memcpy(judged, weights->judgement_bias, width * sizeof(*judged));
    add_product(inputs, 2 * width + 1 + MATCH_FACTS, weights->judgement, width, judged);
    rectify(judged, width);
    return 1 / (1 + exp(-(double)(multiply(judged, weights->output, width) +
                                  matcher->header.output_bias)));
}

double point_matcher_compare(struct point_matcher *matcher, const struct matched_text *point,
                             const struct matched_text *sentence, const struct match_facts *facts,
                             double min_nearest)
{
    size_t width = matcher->header.width;
    struct comparison comparison = {matcher, point, sentence, NULL, NULL};
    double probability = 0;
    if (point->count == 0 || sentence->count == 0)
        return 0;
    arena_reset(&matcher->scratch);
    comparison.similarities =
        arena_alloc(&matcher->scratch, point->count * sentence->count, sizeof(float));
    comparison.importance = arena_alloc(&matcher->scratch, point->count, sizeof(float));
    for (size_t i = 0; i < point->count; i++)
        comparison.importance[i] =
            multiply(point->projected + i * width, matcher->weights.importance, width);
    softmax(comparison.importance, point->count);
    float nearest = find_similarities(&comparison);
    if ((double)nearest >= min_nearest)
        probability = judge(&comparison, nearest, facts);
    return probability;
}
