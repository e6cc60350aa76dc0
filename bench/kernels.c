/* kernels.c - the inner loops as a share of what this processor can do at most; run as
 * `build/bench_kernels [TABLE]`.
 *
 * One core. First the processor's limits (peak.c), then every kernel table's products at the shapes
 * of flan-t5-small, then the loops around them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "bench/peak.h"
#include "inference/kernels/kernels.h"
#include "inference/kernels/packed.h"

enum {
    MOST_ROWS = 256,
    HEAD_WIDTH = 64,
    LENGTH = 256,             /* of the sequence that attention looks at */
    BEYOND_CACHES = 64 << 20, /* bytes of weights that one decoder step finds in memory */
};

static float *random_floats(size_t count)
{
    float *floats = memory_alloc_aligned(count, sizeof(*floats));
    for (size_t i = 0; i < count; i++)
        floats[i] = (float)rand() / (float)RAND_MAX * 2 - 1;
    return floats;
}

/* ---- int8 products ---- */

struct layer {
    const char *name;
    size_t columns, depth;
};

static const struct layer layers[] = {
    {"query, key, value", 384, 512},
    {"attention output", 512, 384},
    {"gate", 1024, 512},
    {"down", 512, 1024},
    {"output layer", 32128, 512},
};

/* One layer's weights, several times over where they shall not stay in the caches. */
struct product {
    const struct kernels *table;
    struct weights_s8 *weights;
    size_t copies, next;
    struct rows_s8 x;
    float *scale, *y;
};

static void *random_weights(size_t columns, size_t depth)
{
    uint8_t *packed = memory_alloc_aligned(packed_size(columns, depth), 1);
    int8_t *values = memory_alloc(PACKED_COLUMNS * depth, 1);
    for (size_t block = 0; block < packed_blocks(columns); block++) {
        for (size_t i = 0; i < PACKED_COLUMNS * depth; i++)
            values[i] = (int8_t)(rand() % 255 - 127);
        size_t rest = columns - block * PACKED_COLUMNS;
        packed_block(rest < PACKED_COLUMNS ? rest : PACKED_COLUMNS, depth, values,
                     packed + block * packed_block_size(depth));
    }
    free(values);
    return packed;
}

static struct rows_s8 random_rows(const struct kernels *table, size_t depth)
{
    struct rows_s8 rows = {.rows = MOST_ROWS, .depth = depth};
    rows.bytes = memory_alloc_aligned(MOST_ROWS, quantized_size(depth));
    rows.scale = memory_alloc(MOST_ROWS, sizeof(*rows.scale));
    float *x = random_floats(MOST_ROWS * depth);
    table->quantize(x, depth, &rows);
    free(x);
    return rows;
}

static void product_open(struct product *product, const struct kernels *table,
                         const struct layer *layer, size_t copies)
{
    *product = (struct product){.table = table, .copies = copies};
    product->scale = random_floats(layer->columns);
    product->weights = memory_alloc(copies, sizeof(*product->weights));
    for (size_t i = 0; i < copies; i++)
        product->weights[i] =
            (struct weights_s8){layer->columns, layer->depth,
                                random_weights(layer->columns, layer->depth), product->scale};
    product->x = random_rows(table, layer->depth);
    product->y = memory_alloc_aligned(MOST_ROWS * layer->columns, sizeof(float));
}

static void product_close(struct product *product)
{
    for (size_t i = 0; i < product->copies; i++)
        free((void *)(uintptr_t)product->weights[i].packed);
    free(product->weights);
    free(product->scale);
    free(product->x.bytes);
    free(product->x.scale);
    free(product->y);
}

static void multiply(void *state)
{
    struct product *product = state;
    const struct weights_s8 *weights = &product->weights[product->next];
    product->next = (product->next + 1) % product->copies;
    product->table->matmul_s8(&product->x, weights, product->y, false);
}

/* The gated layer up to its last product, the weights being those of both of its halves. */
static void multiply_gated(void *state)
{
    struct product *product = state;
    product->table->gated_s8(&product->x, &product->weights[0], &product->weights[1], product->y);
}

static void print_rate(double operations, double seconds, double peak)
{
    double rate = operations / seconds;
    printf(" %.0f", rate * 1e-9);
    if (peak > 0)
        printf(" (%.0f %%)", rate / peak * 100);
    printf(" |");
}

static void print_rows(struct product *product, void (*run)(void *state), double operations,
                       double peak)
{
    static const size_t rows[] = {1, 2, 4, 8, 32, 256};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        product->x.rows = rows[i];
        print_rate(operations * (double)rows[i], time_call(run, product), peak);
    }
}

static void print_layer(const struct kernels *table, const struct layer *layer, double peak)
{
    size_t size = layer->columns * layer->depth;
    struct product product;
    printf("| %s | %s %zu x %zu |", table->name, layer->name, layer->columns, layer->depth);
    product_open(&product, table, layer, 1);
    print_rows(&product, multiply, 2 * (double)size, peak);
    product_close(&product);
    product_open(&product, table, layer, (BEYOND_CACHES + size - 1) / size);
    product.x.rows = 1;
    printf(" %.1f |\n", (double)size / time_call(multiply, &product) * 1e-9);
    product_close(&product);
    fflush(stdout);
}

static void print_gated(const struct kernels *table, double peak)
{
    static const struct layer half = {"gate and up with gelu", 1024, 512};
    struct product product;
    printf("| %s | %s 2 x %zu x %zu |", table->name, half.name, half.columns, half.depth);
    product_open(&product, table, &half, 2);
    print_rows(&product, multiply_gated, 4 * (double)half.columns * (double)half.depth, peak);
    product_close(&product);
    printf(" |\n");
}

/* ---- The loops around them ---- */

struct loops {
    const struct kernels *table;
    float *a, *b, *y; /* [LENGTH][WIDTH] each */
    struct rows_s8 quantized;
    void *cache_bytes;
    struct cache_s8 cache; /* of one head, in these bytes */
    void *work;
    uint32_t path[LENGTH];
    uint16_t *keys, *values; /* bfloat16 [LENGTH][HEAD_WIDTH] */
    size_t largest;
};

enum { WIDTH = 512 };

static void run_quantize(void *state)
{
    struct loops *loops = state;
    loops->table->quantize(loops->a, WIDTH, &loops->quantized);
}

static void run_norm_quantize(void *state)
{
    struct loops *loops = state;
    loops->table->norm_quantize(loops->a, loops->b, 1e-6f, &loops->quantized);
}

static void run_rms_norm(void *state)
{
    struct loops *loops = state;
    loops->table->rms_norm(LENGTH, WIDTH, loops->a, loops->b, 1e-6f, loops->y);
}

static void run_gelu(void *state)
{
    struct loops *loops = state;
    memcpy(loops->y, loops->a, LENGTH * WIDTH * sizeof(float));
    loops->table->gelu(LENGTH * WIDTH, loops->y, loops->b);
}

static void run_softmax(void *state)
{
    struct loops *loops = state;
    memcpy(loops->y, loops->a, LENGTH * WIDTH * sizeof(float));
    for (size_t row = 0; row < WIDTH; row++)
        loops->table->softmax(LENGTH, loops->y + row * LENGTH, loops->b);
}

static void run_largest(void *state)
{
    struct loops *loops = state;
    loops->largest = loops->table->largest(LENGTH * WIDTH, loops->a);
}

static void run_cache(void *state)
{
    struct loops *loops = state;
    loops->table->cache_s8(&loops->cache, loops->a, loops->b, HEAD_WIDTH);
}

static void run_attend(void *state)
{
    struct loops *loops = state;
    loops->table->attend_s8(&loops->cache, LENGTH, loops->a, NULL, HEAD_WIDTH, loops->work,
                            loops->y);
}

static void run_attend_one(void *state)
{
    struct loops *loops = state;
    loops->table->attend_s8(&loops->cache, 1, loops->a, NULL, HEAD_WIDTH, loops->work, loops->y);
}

static void run_attend_path(void *state)
{
    struct loops *loops = state;
    const struct path_bf16 path = {.length = LENGTH,
                                   .head_width = HEAD_WIDTH,
                                   .stride = HEAD_WIDTH,
                                   .nodes = loops->path,
                                   .keys = loops->keys,
                                   .values = loops->values};
    loops->table->attend_path(&path, loops->a, NULL, loops->y + WIDTH, loops->y);
}

/* Scores and context: a multiplication and an addition for every query, key and channel, twice. */
static const double ATTENTION = 4.0 * LENGTH * HEAD_WIDTH;

enum measure { VALUES, INT8, F32 };

/* How much one call does: values, or operations to be held against one of the peaks. */
static const struct loop {
    const char *name;
    void (*run)(void *state);
    enum measure measure;
    double amount;
} loop_list[] = {
    {"quantize", run_quantize, VALUES, LENGTH *WIDTH},
    {"norm_quantize", run_norm_quantize, VALUES, LENGTH *WIDTH},
    {"rms_norm", run_rms_norm, VALUES, LENGTH *WIDTH},
    {"gelu, times a factor", run_gelu, VALUES, LENGTH *WIDTH},
    {"softmax with bias", run_softmax, VALUES, LENGTH *WIDTH},
    {"largest", run_largest, VALUES, LENGTH *WIDTH},
    {"cache_s8", run_cache, VALUES, 2 * LENGTH *HEAD_WIDTH},
    {"attend_s8, 256 queries", run_attend, INT8, ATTENTION *LENGTH},
    {"attend_s8, one query", run_attend_one, INT8, ATTENTION},
    {"attend_path, one query", run_attend_path, F32, ATTENTION},
};

static void loops_open(struct loops *loops, const struct kernels *table)
{
    loops->table = table;
    loops->a = random_floats(LENGTH * WIDTH);
    loops->b = random_floats(LENGTH * WIDTH);
    loops->y = random_floats(LENGTH * WIDTH);
    loops->quantized = random_rows(table, WIDTH);
    loops->cache_bytes = memory_alloc_aligned(cache_s8_size(LENGTH, HEAD_WIDTH), 1);
    loops->cache = cache_s8_at(loops->cache_bytes, LENGTH, HEAD_WIDTH);
    run_cache(loops);
    loops->work = memory_alloc_aligned(attention_s8_size(LENGTH, HEAD_WIDTH), 1);
    loops->keys = memory_alloc_aligned(LENGTH * HEAD_WIDTH, sizeof(*loops->keys));
    loops->values = memory_alloc_aligned(LENGTH * HEAD_WIDTH, sizeof(*loops->values));
    table->to_bf16(LENGTH * HEAD_WIDTH, loops->a, loops->keys);
    table->to_bf16(LENGTH * HEAD_WIDTH, loops->b, loops->values);
    for (uint32_t i = 0; i < LENGTH; i++)
        loops->path[i] = i;
}

static void loops_close(struct loops *loops)
{
    void *owned[] = {loops->a,
                     loops->b,
                     loops->y,
                     loops->quantized.bytes,
                     loops->quantized.scale,
                     loops->cache_bytes,
                     loops->work,
                     loops->keys,
                     loops->values};
    for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
        free(owned[i]);
}

static void print_loops(const struct kernels *table, const struct peak *peak)
{
    struct loops loops;
    loops_open(&loops, table);
    for (size_t i = 0; i < sizeof(loop_list) / sizeof(loop_list[0]); i++) {
        const struct loop *loop = &loop_list[i];
        double seconds = time_call(loop->run, &loops);
        printf("| %s | %s |", table->name, loop->name);
        if (loop->measure == VALUES)
            printf(" %.2f | |\n", loop->amount / seconds * 1e-9);
        else {
            printf(" |");
            print_rate(loop->amount, seconds, loop->measure == INT8 ? peak->int8 : peak->f32);
            printf("\n");
        }
    }
    loops_close(&loops);
}

int main(int argc, char **argv)
{
    const struct kernels *tables[KERNEL_TABLES + 1];
    struct peak peaks[KERNEL_TABLES];
    struct error error = {0};
    kernels_list(tables);
    size_t first = 1; /* the scalar table is not meant to be fast: only when it is asked for */
    if (argc == 2) {
        first = 0;
        tables[0] = kernels_select(argv[1], &error);
        tables[1] = NULL;
        if (!tables[0]) {
            fprintf(stderr, "kernels: %s\n", error.message);
            return error_exit_code(error.kind);
        }
    }
    printf("| table | int8 | GOP/s | f32 | GFLOP/s | L2 GB/s | L3 GB/s | DRAM GB/s |\n"
           "|---|---|---|---|---|---|---|---|\n");
    for (size_t i = first; tables[i]; i++) {
        peaks[i] = peak_measure(tables[i]->name);
        printf("| %s | %s | %.0f | %s | %.0f | %.0f | %.0f | %.1f |\n", tables[i]->name,
               peaks[i].int8_instruction, peaks[i].int8 * 1e-9, peaks[i].f32_instruction,
               peaks[i].f32 * 1e-9, peak_read(tables[i]->name, 512 << 10) * 1e-9,
               peak_read(tables[i]->name, 8 << 20) * 1e-9,
               peak_read(tables[i]->name, 256 << 20) * 1e-9);
        fflush(stdout);
    }
    printf("\nint8 products, GOP/s and share of the peak; last, GB/s of weights that one row finds "
           "in memory\n\n| table | columns x depth | 1 row | 2 | 4 | 8 | 32 | 256 | 1, GB/s |\n"
           "|---|---|---|---|---|---|---|---|---|\n");
    for (size_t i = first; tables[i]; i++) {
        for (size_t k = 0; k < sizeof(layers) / sizeof(layers[0]); k++)
            print_layer(tables[i], &layers[k], peaks[i].int8);
        print_gated(tables[i], peaks[i].int8);
    }
    printf("\nThe loops around them: 256 rows of 512, attention over 256 keys of one head of 64\n\n"
           "| table | loop | values/ns | GOP/s |\n|---|---|---|---|\n");
    for (size_t i = first; tables[i]; i++)
        print_loops(tables[i], &peaks[i]);
    return 0;
}
