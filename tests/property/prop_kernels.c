/* Every kernel table gives the bits of the scalar one, for any shape. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "inference/kernels/kernels.h"

enum { ROUNDS = 60 };

static uint64_t random_state = 1;

static uint32_t random_bits(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33);
}

static size_t random_below(size_t most)
{
    return random_bits() % most;
}

/* Uniform in [-size, size], now and then zero or much larger. */
static float random_float(float size)
{
    if (random_below(50) == 0)
        return random_below(2) ? 0 : size * 40;
    return ((float)random_bits() / 1073741824.0f - 1) * size;
}

static float *random_floats(size_t count, float size)
{
    float *values = memory_alloc_aligned(count, sizeof(float));
    for (size_t i = 0; i < count; i++)
        values[i] = random_float(size);
    return values;
}

static float *copy_floats(const float *values, size_t count)
{
    float *copy = memory_alloc_aligned(count, sizeof(float));
    memcpy(copy, values, count * sizeof(float));
    return copy;
}

static size_t random_size(size_t most)
{
    return random_below(4) == 0 ? (1 + random_below(4)) * 64 : 1 + random_below(most);
}

/* Calls check(table, seed) for every table but scalar, many times. */
static void for_each_table(void (*check)(const struct kernels *))
{
    const struct kernels *tables[KERNEL_TABLES + 1];
    kernels_list(tables);
    assert_ptr_equal(tables[0], &scalar_kernels);
    for (size_t i = 1; tables[i]; i++) {
        random_state = 1;
        for (size_t round = 0; round < ROUNDS; round++)
            check(tables[i]);
    }
}

static void assert_bits_equal(const char *what, const float *a, const float *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (memcmp(&a[i], &b[i], sizeof(float)) != 0)
            fail_msg("%s: value %zu is %.9g, scalar has %.9g", what, i, (double)a[i], (double)b[i]);
}

struct product {
    size_t rows, columns, depth;
    float *x, *w_scale, *y;
    int8_t *values;
};

static void run_product(const struct kernels *table, const struct product *p, float *y, bool add,
                        float *selected, const int32_t *wanted, size_t wanted_count)
{
    void *quantized = memory_alloc_aligned(p->rows, table->quantized_size(p->depth));
    float *scale = memory_alloc_aligned(p->rows, sizeof(float));
    void *packed = memory_alloc_aligned(1, table->packed_size(p->columns, p->depth));
    table->pack(p->columns, p->depth, p->values, packed);
    table->quantize(p->rows, p->depth, p->x, quantized, scale);
    struct weights_s8 weights = {.columns = p->columns,
                                 .depth = p->depth,
                                 .values = p->values,
                                 .scale = p->w_scale,
                                 .packed = packed};
    table->matmul_s8(p->rows, quantized, scale, &weights, y, add);
    table->select_s8(quantized, scale[0], &weights, wanted, wanted_count, selected);
    free(packed);
    free(scale);
    free(quantized);
}

static void check_product(const struct kernels *table)
{
    struct product p = {
        random_size(20), random_size(150), random_size(300), NULL, NULL, NULL, NULL};
    p.x = random_floats(p.rows * p.depth, 3);
    p.w_scale = random_floats(p.columns, 0.01f);
    p.values = memory_alloc_aligned(p.columns, p.depth);
    bool extreme = random_below(3) == 0; /* sums as large as they can be */
    for (size_t i = 0; i < p.columns * p.depth; i++)
        p.values[i] = (int8_t)(extreme ? 127 : (int)random_below(255) - 127);
    if (extreme)
        for (size_t i = 0; i < p.rows * p.depth; i++)
            p.x[i] = 1;
    if (random_below(3) == 0)
        memset(p.x, 0, p.depth * sizeof(float));
    int32_t wanted[8];
    for (size_t i = 0; i < 8; i++)
        wanted[i] = (int32_t)random_below(p.columns);
    float *y = random_floats(p.rows * p.columns, 1);
    float *expected = copy_floats(y, p.rows * p.columns);
    bool add = random_below(2);
    float selected[8], expected_selected[8];
    run_product(&scalar_kernels, &p, expected, add, expected_selected, wanted, 8);
    run_product(table, &p, y, add, selected, wanted, 8);
    assert_bits_equal("matmul_s8", y, expected, p.rows * p.columns);
    assert_bits_equal("select_s8", selected, expected_selected, 8);
    if (!add)
        for (size_t i = 0; i < 8; i++)
            assert_bits_equal("select against matmul", &selected[i], &y[wanted[i]], 1);
    free(p.x);
    free(p.w_scale);
    free(p.values);
    free(y);
    free(expected);
}

static void tables_equal_scalar_in_int8_products(void **state)
{
    (void)state;
    for_each_table(check_product);
}

/* A row's product is the same wherever it stands and whatever stands beside it. */
static void check_rows(const struct kernels *table)
{
    size_t rows = 1 + random_below(20), depth = random_size(200), columns = random_size(100);
    size_t stride = table->quantized_size(depth);
    float *x = random_floats(rows * depth, 1), *scale = random_floats(columns, 1);
    int8_t *values = memory_alloc_aligned(columns, depth);
    for (size_t i = 0; i < columns * depth; i++)
        values[i] = (int8_t)((int)random_below(255) - 127);
    void *packed = memory_alloc_aligned(1, table->packed_size(columns, depth));
    table->pack(columns, depth, values, packed);
    struct weights_s8 weights = {columns, depth, values, scale, packed};
    uint8_t *quantized = memory_alloc_aligned(rows, stride);
    float *x_scale = memory_alloc_aligned(rows, sizeof(float));
    float *together = memory_alloc_aligned(rows * columns, sizeof(float));
    float *alone = memory_alloc_aligned(columns, sizeof(float));
    table->quantize(rows, depth, x, quantized, x_scale);
    table->matmul_s8(rows, quantized, x_scale, &weights, together, false);
    for (size_t row = 0; row < rows; row++) {
        table->quantize(1, depth, x + row * depth, quantized, x_scale);
        table->matmul_s8(1, quantized, x_scale, &weights, alone, false);
        assert_bits_equal("row alone", alone, together + row * columns, columns);
    }
    void *blocks[] = {x, scale, values, packed, quantized, x_scale, together, alone};
    for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
        free(blocks[i]);
}

static void a_row_is_the_same_alone_and_in_company(void **state)
{
    (void)state;
    check_rows(&scalar_kernels);
    for_each_table(check_rows);
}

static void check_floats(const struct kernels *table)
{
    size_t count = random_size(400), rows = 1 + random_below(4);
    float *x = random_floats(rows * count, 4), *weight = random_floats(count, 1);
    float *a = memory_alloc_aligned(rows * count, sizeof(float));
    float *b = memory_alloc_aligned(rows * count, sizeof(float));
    size_t bytes = rows * count * sizeof(float);

    table->rms_norm(rows, count, x, weight, 1e-6f, a);
    scalar_kernels.rms_norm(rows, count, x, weight, 1e-6f, b);
    assert_bits_equal("rms_norm", a, b, rows * count);

    const float *factor = random_below(2) ? weight : NULL;
    memcpy(a, x, bytes), memcpy(b, x, bytes);
    table->relu(count, a, factor), scalar_kernels.relu(count, b, factor);
    assert_bits_equal("relu", a, b, count);

    memcpy(a, x, bytes), memcpy(b, x, bytes);
    table->gelu(count, a, factor), scalar_kernels.gelu(count, b, factor);
    assert_bits_equal("gelu", a, b, count);

    memcpy(a, x, bytes), memcpy(b, x, bytes);
    table->softmax(count, a, factor), scalar_kernels.softmax(count, b, factor);
    assert_bits_equal("softmax", a, b, count);

    memcpy(a, x, bytes), memcpy(b, x, bytes);
    table->add_scaled(count, 0.3f, weight, a), scalar_kernels.add_scaled(count, 0.3f, weight, b);
    assert_bits_equal("add_scaled", a, b, count);

    assert_true(table->log_sum_exp(count, x) == scalar_kernels.log_sum_exp(count, x));
    assert_true(table->dot(count, x, weight) == scalar_kernels.dot(count, x, weight));
    x[random_below(count)] = x[random_below(count)];
    assert_int_equal(table->largest(count, x), scalar_kernels.largest(count, x));
    free(x), free(weight), free(a), free(b);
}

static void tables_equal_scalar_in_float_steps(void **state)
{
    (void)state;
    for_each_table(check_floats);
}

static void check_float_product(const struct kernels *table)
{
    size_t rows = random_size(12), columns = random_size(90), depth = random_size(70);
    size_t a_stride = depth + random_below(3), b_stride = columns + random_below(3);
    float *a = random_floats(rows * a_stride, 1), *b = random_floats(depth * b_stride, 1);
    float *y = memory_alloc_aligned(rows * columns, sizeof(float));
    float *expected = memory_alloc_aligned(rows * columns, sizeof(float));
    table->matmul_f32(rows, columns, depth, a, a_stride, b, b_stride, y, columns);
    scalar_kernels.matmul_f32(rows, columns, depth, a, a_stride, b, b_stride, expected, columns);
    assert_bits_equal("matmul_f32", y, expected, rows * columns);
    free(a), free(b), free(y), free(expected);
}

static void tables_equal_scalar_in_float_products(void **state)
{
    (void)state;
    for_each_table(check_float_product);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_equal_scalar_in_int8_products),
        cmocka_unit_test(a_row_is_the_same_alone_and_in_company),
        cmocka_unit_test(tables_equal_scalar_in_float_steps),
        cmocka_unit_test(tables_equal_scalar_in_float_products),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
