/* kernels.c - measures the inner loops as a percentage of the processor's peak; run as
 * `build/bench_kernels [TABLE]`.
 *
 * One core. First the processor's peaks (peak.c), then the products of every kernel table at the
 * shapes of flan-t5-small, then the other kernels. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "bench/peak.h"
#include "inference/kernels/kernels.h"
#include "inference/kernels/packed.h"

enum {
    MAX_ROWS = 256,
    HEAD_WIDTH = 64,
    SEQUENCE_LENGTH = 256,         /* of the sequence that attention reads */
    MIN_UNCACHED_BYTES = 64 << 20, /* bytes of weights that one decoder step reads from memory */
};

static float *random_floats(size_t count)
{
    float *floats = memory_alloc_aligned(count, sizeof(*floats));
    for (size_t i = 0; i < count; i++)
        floats[i] = (float)rand() / (float)RAND_MAX * 2 - 1;
    return floats;
}

/* ---- int8 products ---- */

struct layer_shape {
    const char *name;
    size_t columns, depth;
};

static const struct layer_shape layer_shapes[] = {
    {"query, key, value", 384, 512},
    {"attention output", 512, 384},
    {"gate", 1024, 512},
    {"down", 512, 1024},
    {"output layer", 32128, 512},
};

/* One layer's weights, repeated if they must not stay in the caches. */
struct matmul_benchmark {
    const struct kernels *table;
    struct weights_s8 *weights;
    size_t copies, next_copy;
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
        size_t remaining_columns = columns - block * PACKED_COLUMNS;
        pack_block(remaining_columns < PACKED_COLUMNS ? remaining_columns : PACKED_COLUMNS, depth,
                   values, packed + block * packed_block_size(depth));
    }
    free(values);
    return packed;
}

static struct rows_s8 random_rows(const struct kernels *table, size_t depth)
{
    struct rows_s8 rows = {.rows = MAX_ROWS, .depth = depth};
    rows.bytes = memory_alloc_aligned(MAX_ROWS, quantized_row_size(depth));
    rows.scale = memory_alloc(MAX_ROWS, sizeof(*rows.scale));
    float *x = random_floats(MAX_ROWS * depth);
    table->quantize(x, depth, &rows);
    free(x);
    return rows;
}

static void matmul_benchmark_open(struct matmul_benchmark *matmul_benchmark,
                                  const struct kernels *table,
                                  const struct layer_shape *layer_shape, size_t copies)
{
    *matmul_benchmark = (struct matmul_benchmark){.table = table, .copies = copies};
    matmul_benchmark->scale = random_floats(layer_shape->columns);
    matmul_benchmark->weights = memory_alloc(copies, sizeof(*matmul_benchmark->weights));
    for (size_t i = 0; i < copies; i++)
        matmul_benchmark->weights[i] = (struct weights_s8){
            layer_shape->columns, layer_shape->depth,
            random_weights(layer_shape->columns, layer_shape->depth), matmul_benchmark->scale};
    matmul_benchmark->x = random_rows(table, layer_shape->depth);
    matmul_benchmark->y = memory_alloc_aligned(MAX_ROWS * layer_shape->columns, sizeof(float));
}

static void matmul_benchmark_close(struct matmul_benchmark *matmul_benchmark)
{
    for (size_t i = 0; i < matmul_benchmark->copies; i++)
        free((void *)(uintptr_t)matmul_benchmark->weights[i].packed);
    free(matmul_benchmark->weights);
    free(matmul_benchmark->scale);
    free(matmul_benchmark->x.bytes);
    free(matmul_benchmark->x.scale);
    free(matmul_benchmark->y);
}

static void multiply(void *state)
{
    struct matmul_benchmark *matmul_benchmark = state;
    const struct weights_s8 *weights = &matmul_benchmark->weights[matmul_benchmark->next_copy];
    matmul_benchmark->next_copy = (matmul_benchmark->next_copy + 1) % matmul_benchmark->copies;
    matmul_benchmark->table->matmul_s8(&matmul_benchmark->x, weights, matmul_benchmark->y, false);
}

/* The gated layer without its last product; the weights are those of both halves. */
static void multiply_gated(void *state)
{
    struct matmul_benchmark *matmul_benchmark = state;
    matmul_benchmark->table->gated_gelu_s8(&matmul_benchmark->x, &matmul_benchmark->weights[0],
                                           &matmul_benchmark->weights[1], matmul_benchmark->y);
}

static void print_rate(double operations, double seconds, double peak)
{
    double rate = operations / seconds;
    printf(" %.0f", rate * 1e-9);
    if (peak > 0)
        printf(" (%.0f %%)", rate / peak * 100);
    printf(" |");
}

static void print_rows(struct matmul_benchmark *matmul_benchmark, void (*run)(void *state),
                       double operations, double peak)
{
    static const size_t rows[] = {1, 2, 4, 8, 32, 256};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        matmul_benchmark->x.rows = rows[i];
        print_rate(operations * (double)rows[i], time_function(run, matmul_benchmark), peak);
    }
}

static void print_layer(const struct kernels *table, const struct layer_shape *layer_shape,
                        double peak)
{
    size_t size = layer_shape->columns * layer_shape->depth;
    struct matmul_benchmark matmul_benchmark;
    printf("| %s | %s %zu x %zu |", table->name, layer_shape->name, layer_shape->columns,
           layer_shape->depth);
    matmul_benchmark_open(&matmul_benchmark, table, layer_shape, 1);
    print_rows(&matmul_benchmark, multiply, 2 * (double)size, peak);
    matmul_benchmark_close(&matmul_benchmark);
    matmul_benchmark_open(&matmul_benchmark, table, layer_shape,
                          (MIN_UNCACHED_BYTES + size - 1) / size);
    matmul_benchmark.x.rows = 1;
    printf(" %.1f |\n", (double)size / time_function(multiply, &matmul_benchmark) * 1e-9);
    matmul_benchmark_close(&matmul_benchmark);
    fflush(stdout);
}

static void print_gated(const struct kernels *table, double peak)
{
    static const struct layer_shape gate_shape = {"gate and up with gelu", 1024, 512};
    struct matmul_benchmark matmul_benchmark;
    printf("| %s | %s 2 x %zu x %zu |", table->name, gate_shape.name, gate_shape.columns,
           gate_shape.depth);
    matmul_benchmark_open(&matmul_benchmark, table, &gate_shape, 2);
    print_rows(&matmul_benchmark, multiply_gated,
               4 * (double)gate_shape.columns * (double)gate_shape.depth, peak);
    matmul_benchmark_close(&matmul_benchmark);
    printf(" |\n");
}

/* ---- Other kernels ---- */

struct loop_buffers {
    const struct kernels *table;
    float *a, *b, *y; /* [SEQUENCE_LENGTH][MODEL_WIDTH] each */
    struct rows_s8 quantized;
    void *cache_bytes;
    struct cache_s8 cache; /* of one head, in cache_bytes */
    void *work;
    uint32_t path[SEQUENCE_LENGTH];
    uint16_t *keys, *values; /* bfloat16 [SEQUENCE_LENGTH][HEAD_WIDTH] */
    size_t argmax;
};

enum { MODEL_WIDTH = 512 };

static void run_quantize(void *state)
{
    struct loop_buffers *loop_buffers = state;
    loop_buffers->table->quantize(loop_buffers->a, MODEL_WIDTH, &loop_buffers->quantized);
}

static void run_norm_quantize(void *state)
{
    struct loop_buffers *loop_buffers = state;
    struct norm norm = {MODEL_WIDTH, loop_buffers->b, 1e-6f};
    loop_buffers->table->norm_quantize(&norm, loop_buffers->a, &loop_buffers->quantized);
}

static void run_rms_norm(void *state)
{
    struct loop_buffers *loop_buffers = state;
    struct norm norm = {MODEL_WIDTH, loop_buffers->b, 1e-6f};
    loop_buffers->table->rms_norm(&norm, SEQUENCE_LENGTH, loop_buffers->a, loop_buffers->y);
}

static void run_gelu(void *state)
{
    struct loop_buffers *loop_buffers = state;
    memcpy(loop_buffers->y, loop_buffers->a, SEQUENCE_LENGTH * MODEL_WIDTH * sizeof(float));
    loop_buffers->table->gelu(SEQUENCE_LENGTH * MODEL_WIDTH, loop_buffers->y, loop_buffers->b);
}

static void run_softmax(void *state)
{
    struct loop_buffers *loop_buffers = state;
    memcpy(loop_buffers->y, loop_buffers->a, SEQUENCE_LENGTH * MODEL_WIDTH * sizeof(float));
    for (size_t row = 0; row < MODEL_WIDTH; row++)
        loop_buffers->table->softmax(SEQUENCE_LENGTH, loop_buffers->y + row * SEQUENCE_LENGTH,
                                     loop_buffers->b);
}

static void run_argmax(void *state)
{
    struct loop_buffers *loop_buffers = state;
    loop_buffers->argmax =
        loop_buffers->table->argmax(SEQUENCE_LENGTH * MODEL_WIDTH, loop_buffers->a);
}

static void run_cache(void *state)
{
    struct loop_buffers *loop_buffers = state;
    loop_buffers->table->fill_cache_s8(&loop_buffers->cache, loop_buffers->a, loop_buffers->b,
                                       HEAD_WIDTH);
}

static void attend(struct loop_buffers *loop_buffers, size_t queries)
{
    struct attention_queries of_head = {.count = queries,
                                        .stride = HEAD_WIDTH,
                                        .query = loop_buffers->a,
                                        .context = loop_buffers->y};
    loop_buffers->table->attend_s8(&loop_buffers->cache, &of_head, loop_buffers->work);
}

static void run_attend(void *state)
{
    attend(state, SEQUENCE_LENGTH);
}

static void run_attend_one(void *state)
{
    attend(state, 1);
}

static void run_attend_path(void *state)
{
    struct loop_buffers *loop_buffers = state;
    const struct path_bf16 path = {.length = SEQUENCE_LENGTH,
                                   .head_width = HEAD_WIDTH,
                                   .stride = HEAD_WIDTH,
                                   .nodes = loop_buffers->path,
                                   .keys = loop_buffers->keys,
                                   .values = loop_buffers->values};
    loop_buffers->table->attend_path(&path, loop_buffers->a, NULL, loop_buffers->y + MODEL_WIDTH,
                                     loop_buffers->y);
}

/* Scores and context: one multiplication and one addition per query, key and channel, twice. */
static const double ATTENTION_OPERATIONS = 4.0 * SEQUENCE_LENGTH * HEAD_WIDTH;

enum work_unit { UNIT_VALUES, UNIT_INT8_OPERATIONS, UNIT_F32_OPERATIONS };

/* Work of one call: values, or operations to compare with one of the peaks. */
static const struct loop_benchmark {
    const char *name;
    void (*run)(void *state);
    enum work_unit work_unit;
    double work_per_call;
} loop_benchmarks[] = {
    {"quantize", run_quantize, UNIT_VALUES, SEQUENCE_LENGTH *MODEL_WIDTH},
    {"norm_quantize", run_norm_quantize, UNIT_VALUES, SEQUENCE_LENGTH *MODEL_WIDTH},
    {"rms_norm", run_rms_norm, UNIT_VALUES, SEQUENCE_LENGTH *MODEL_WIDTH},
    {"gelu, times a factor", run_gelu, UNIT_VALUES, SEQUENCE_LENGTH *MODEL_WIDTH},
    {"softmax with bias", run_softmax, UNIT_VALUES, SEQUENCE_LENGTH *MODEL_WIDTH},
    {"argmax", run_argmax, UNIT_VALUES, SEQUENCE_LENGTH *MODEL_WIDTH},
    {"fill_cache_s8", run_cache, UNIT_VALUES, 2 * SEQUENCE_LENGTH *HEAD_WIDTH},
    {"attend_s8, 256 queries", run_attend, UNIT_INT8_OPERATIONS,
     ATTENTION_OPERATIONS *SEQUENCE_LENGTH},
    {"attend_s8, one query", run_attend_one, UNIT_INT8_OPERATIONS, ATTENTION_OPERATIONS},
    {"attend_path, one query", run_attend_path, UNIT_F32_OPERATIONS, ATTENTION_OPERATIONS},
};

static void loop_buffers_open(struct loop_buffers *loop_buffers, const struct kernels *table)
{
    loop_buffers->table = table;
    loop_buffers->a = random_floats(SEQUENCE_LENGTH * MODEL_WIDTH);
    loop_buffers->b = random_floats(SEQUENCE_LENGTH * MODEL_WIDTH);
    loop_buffers->y = random_floats(SEQUENCE_LENGTH * MODEL_WIDTH);
    loop_buffers->quantized = random_rows(table, MODEL_WIDTH);
    loop_buffers->cache_bytes = memory_alloc_aligned(cache_s8_size(SEQUENCE_LENGTH, HEAD_WIDTH), 1);
    loop_buffers->cache = cache_s8_view(loop_buffers->cache_bytes, SEQUENCE_LENGTH, HEAD_WIDTH);
    run_cache(loop_buffers);
    loop_buffers->work =
        memory_alloc_aligned(attention_s8_scratch_size(SEQUENCE_LENGTH, HEAD_WIDTH), 1);
    loop_buffers->keys =
        memory_alloc_aligned(SEQUENCE_LENGTH * HEAD_WIDTH, sizeof(*loop_buffers->keys));
    loop_buffers->values =
        memory_alloc_aligned(SEQUENCE_LENGTH * HEAD_WIDTH, sizeof(*loop_buffers->values));
    table->to_bf16(SEQUENCE_LENGTH * HEAD_WIDTH, loop_buffers->a, loop_buffers->keys);
    table->to_bf16(SEQUENCE_LENGTH * HEAD_WIDTH, loop_buffers->b, loop_buffers->values);
    for (uint32_t i = 0; i < SEQUENCE_LENGTH; i++)
        loop_buffers->path[i] = i;
}

static void loop_buffers_close(struct loop_buffers *loop_buffers)
{
    void *owned[] = {loop_buffers->a,
                     loop_buffers->b,
                     loop_buffers->y,
                     loop_buffers->quantized.bytes,
                     loop_buffers->quantized.scale,
                     loop_buffers->cache_bytes,
                     loop_buffers->work,
                     loop_buffers->keys,
                     loop_buffers->values};
    for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
        free(owned[i]);
}

static void print_loops(const struct kernels *table, const struct peak *peak)
{
    struct loop_buffers loop_buffers;
    loop_buffers_open(&loop_buffers, table);
    for (size_t i = 0; i < sizeof(loop_benchmarks) / sizeof(loop_benchmarks[0]); i++) {
        const struct loop_benchmark *loop_benchmark = &loop_benchmarks[i];
        double seconds = time_function(loop_benchmark->run, &loop_buffers);
        printf("| %s | %s |", table->name, loop_benchmark->name);
        if (loop_benchmark->work_unit == UNIT_VALUES)
            printf(" %.2f | |\n", loop_benchmark->work_per_call / seconds * 1e-9);
        else {
            printf(" |");
            print_rate(loop_benchmark->work_per_call, seconds,
                       loop_benchmark->work_unit == UNIT_INT8_OPERATIONS ? peak->int8 : peak->f32);
            printf("\n");
        }
    }
    loop_buffers_close(&loop_buffers);
}

int main(int argc, char **argv)
{
    const struct kernels *tables[KERNEL_MAX_TABLES + 1];
    struct peak peaks[KERNEL_MAX_TABLES];
    struct error error = {0};
    kernels_list(tables);
    size_t first_table = 1; /* the scalar table is not meant to be fast: measured only on request */
    if (argc == 2) {
        first_table = 0;
        tables[0] = kernels_select(text_of(argv[1]), &error);
        tables[1] = NULL;
        if (!tables[0]) {
            fprintf(stderr, "kernels: %s\n", error.message);
            return 1;
        }
    }
    printf("| table | int8 | GOP/s | f32 | GFLOP/s | L2 GB/s | L3 GB/s | DRAM GB/s |\n"
           "|---|---|---|---|---|---|---|---|\n");
    for (size_t i = first_table; tables[i]; i++) {
        peaks[i] = peak_measure(tables[i]->name);
        printf("| %s | %s | %.0f | %s | %.0f | %.0f | %.0f | %.1f |\n", tables[i]->name,
               peaks[i].int8_instruction, peaks[i].int8 * 1e-9, peaks[i].f32_instruction,
               peaks[i].f32 * 1e-9, peak_read_bandwidth(tables[i]->name, 512 << 10) * 1e-9,
               peak_read_bandwidth(tables[i]->name, 8 << 20) * 1e-9,
               peak_read_bandwidth(tables[i]->name, 256 << 20) * 1e-9);
        fflush(stdout);
    }
    printf("\nint8 products, GOP/s and percentage of the peak; last column: GB/s of weights that "
           "one row reads from memory\n\n| table | columns x depth | 1 row | 2 | 4 | 8 | 32 | 256 "
           "| 1, GB/s |\n"
           "|---|---|---|---|---|---|---|---|---|\n");
    for (size_t i = first_table; tables[i]; i++) {
        for (size_t k = 0; k < sizeof(layer_shapes) / sizeof(layer_shapes[0]); k++)
            print_layer(tables[i], &layer_shapes[k], peaks[i].int8);
        print_gated(tables[i], peaks[i].int8);
    }
    printf("\nOther kernels: 256 rows of 512, attention over 256 keys of one head of 64\n\n"
           "| table | loop | values/ns | GOP/s |\n|---|---|---|---|\n");
    for (size_t i = first_table; tables[i]; i++)
        print_loops(tables[i], &peaks[i]);
    return 0;
}
