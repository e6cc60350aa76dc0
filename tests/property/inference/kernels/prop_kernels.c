/* prop_kernels.c - every kernel table gives the bits of the scalar one, for any shape. */
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
#include "inference/kernels/packed.h"

enum { ROUNDS = 60 };

static uint64_t random_state = 1;

static uint32_t random_bits(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33);
}

static size_t random_below(size_t max)
{
    return random_bits() % max;
}

/* Uniform in [-size, size], occasionally zero or much larger. */
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

static size_t random_size(size_t max)
{
    return random_below(4) == 0 ? (1 + random_below(4)) * 64 : 1 + random_below(max);
}

#if defined(__x86_64__)
extern const struct kernels avxvnni_evex_kernels; /* see tests/CMakeLists.txt */
#endif

/* The tables that this CPU can run, slowest first; those that only the test suite has come last. */
static void list_tables(const struct kernels *tables[KERNEL_MAX_TABLES + 2])
{
    kernels_list(tables);
    size_t count = 0;
    while (tables[count])
        count++;
#if defined(__x86_64__)
    if (strcmp(tables[count - 1]->name, "avx512vnni") == 0)
        tables[count++] = &avxvnni_evex_kernels;
#endif
    tables[count] = NULL;
}

/* Calls check(table) many times for every table except scalar. */
static void for_each_table(void (*check)(const struct kernels *))
{
    const struct kernels *tables[KERNEL_MAX_TABLES + 2];
    list_tables(tables);
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

/* Weights [columns][depth], packed. */
struct matrix {
    struct weights_s8 weights;
    void *packed;
    float *scale;
};

static struct matrix random_matrix(size_t columns, size_t depth, bool extreme)
{
    struct matrix matrix = {.packed = memory_alloc_aligned(1, packed_size(columns, depth)),
                            .scale = random_floats(columns, 0.01f)};
    int8_t *values = memory_alloc(PACKED_COLUMNS, depth);
    for (size_t first = 0; first < columns; first += PACKED_COLUMNS) {
        size_t count = columns - first < PACKED_COLUMNS ? columns - first : PACKED_COLUMNS;
        for (size_t i = 0; i < count * depth; i++)
            values[i] = (int8_t)(extreme ? 127 : (int)random_below(255) - 127);
        pack_block(count, depth, values,
                   (uint8_t *)matrix.packed + first / PACKED_COLUMNS * packed_block_size(depth));
    }
    free(values);
    matrix.weights = (struct weights_s8){columns, depth, matrix.packed, matrix.scale};
    return matrix;
}

static void matrix_free(struct matrix *matrix)
{
    free(matrix->packed);
    free(matrix->scale);
}

static struct rows_s8 rows_open(size_t rows, size_t depth)
{
    return (struct rows_s8){.rows = rows,
                            .depth = depth,
                            .bytes = memory_alloc_aligned(rows, quantized_row_size(depth)),
                            .scale = memory_alloc_aligned(rows, sizeof(float))};
}

static void rows_close(struct rows_s8 *rows)
{
    free(rows->bytes);
    free(rows->scale);
}

/* The results of a table for the same rows and weights. */
struct products {
    float *plain, *normed, *gated, *selected;
};

/* Rows, weights and options of the products that tables are compared by. */
struct product_case {
    size_t rows;
    const float *x, *norm, *y;
    struct matrix left, right;
    bool add;
    int32_t selected[8];
    size_t selected_count;
};

static struct products multiply(const struct kernels *table, const struct product_case *c)
{
    const struct weights_s8 *left = &c->left.weights, *right = &c->right.weights;
    size_t rows = c->rows, depth = left->depth, count = rows * left->columns;
    struct products products = {copy_floats(c->y, count), copy_floats(c->y, count),
                                copy_floats(c->y, count), copy_floats(c->y, c->selected_count)};
    struct rows_s8 quantized = rows_open(rows, depth);
    struct memory_range parts[] = {{(const uint8_t *)c->x, 100}, {(const uint8_t *)c->x, 10000}};
    struct prefetch_list prefetch = {parts, 2};
    quantized.prefetch = &prefetch;
    table->quantize(c->x, depth, &quantized);
    table->matmul_s8(&quantized, left, products.plain, c->add);
    table->gated_gelu_s8(&quantized, left, right, products.gated);
    struct rows_s8 last = {.rows = 1,
                           .depth = depth,
                           .bytes = quantized.bytes + (rows - 1) * quantized_row_size(depth),
                           .scale = quantized.scale + rows - 1};
    table->select_s8(&last, left, c->selected, c->selected_count, products.selected);
    table->norm_quantize(&(struct norm){depth, c->norm, 1e-6f}, c->x, &quantized);
    table->matmul_s8(&quantized, left, products.normed, c->add);
    rows_close(&quantized);
    return products;
}

static void products_free(struct products *products)
{
    free(products->plain);
    free(products->normed);
    free(products->gated);
    free(products->selected);
}

static void check_product(const struct kernels *table)
{
    size_t rows = random_size(30), columns = random_size(150), depth = random_size(300);
    bool extreme = random_below(3) == 0; /* sums as large as possible */
    struct matrix left = random_matrix(columns, depth, extreme);
    struct matrix right = random_matrix(columns, depth, extreme);
    float *x = random_floats(rows * depth, 3), *norm = random_floats(depth, 1);
    for (size_t i = 0; extreme && i < rows * depth; i++)
        x[i] = 1;
    if (random_below(3) == 0)
        memset(x, 0, depth * sizeof(float));
    struct product_case c = {.rows = rows,
                             .x = x,
                             .norm = norm,
                             .left = left,
                             .right = right,
                             .selected_count = columns < 8 ? columns : 8};
    for (size_t i = 0; i < c.selected_count; i++)
        c.selected[i] = (int32_t)random_below(columns);
    float *y = random_floats(rows * columns, 1);
    c.y = y;
    c.add = random_below(2);
    struct products expected = multiply(&scalar_kernels, &c), got = multiply(table, &c);
    assert_bits_equal("matmul_s8", got.plain, expected.plain, rows * columns);
    assert_bits_equal("norm_quantize", got.normed, expected.normed, rows * columns);
    assert_bits_equal("gated_gelu_s8", got.gated, expected.gated, rows * columns);
    assert_bits_equal("select_s8", got.selected, expected.selected, c.selected_count);
    for (size_t i = 0; !c.add && i < c.selected_count; i++)
        assert_bits_equal("select against matmul", &got.selected[i],
                          &got.plain[(rows - 1) * columns + (size_t)c.selected[i]], 1);
    products_free(&expected);
    products_free(&got);
    matrix_free(&left);
    matrix_free(&right);
    free(x), free(norm), free(y);
}

static void tables_equal_scalar_in_int8_products(void **state)
{
    (void)state;
    for_each_table(check_product);
}

/* A row's product does not depend on its position or on the other rows. */
static void check_rows(const struct kernels *table)
{
    size_t rows = 1 + random_below(30), depth = random_size(200), columns = random_size(150);
    float *x = random_floats(rows * depth, 1);
    struct matrix matrix = random_matrix(columns, depth, false);
    float *together = memory_alloc_aligned(rows * columns, sizeof(float));
    float *alone = memory_alloc_aligned(columns, sizeof(float));
    struct rows_s8 all = rows_open(rows, depth), one = rows_open(1, depth);
    table->quantize(x, depth, &all);
    table->matmul_s8(&all, &matrix.weights, together, false);
    for (size_t row = 0; row < rows; row++) {
        table->quantize(x + row * depth, depth, &one);
        table->matmul_s8(&one, &matrix.weights, alone, false);
        assert_bits_equal("row alone", alone, together + row * columns, columns);
    }
    rows_close(&all);
    rows_close(&one);
    matrix_free(&matrix);
    free(x), free(together), free(alone);
}

static void a_row_does_not_depend_on_other_rows(void **state)
{
    (void)state;
    check_rows(&scalar_kernels);
    for_each_table(check_rows);
}

/* Keys, values and queries of one head among others, as in a layer's projections. */
struct attention {
    size_t length, queries, head_width, stride;
    float *keys, *values, *query, *bias;
};

static struct attention random_attention(void)
{
    struct attention a = {random_size(200), random_size(30), random_size(80), 0, 0, 0, 0, 0};
    a.stride = a.head_width + random_below(40);
    a.keys = random_floats(a.length * a.stride, 1);
    a.values = random_floats(a.length * a.stride, 2);
    a.query = random_floats(a.queries * a.stride, 1);
    a.bias = random_below(2) ? random_floats(a.queries + a.length + PACKED_COLUMNS, 3) : NULL;
    return a;
}

static void attention_free(struct attention *a)
{
    free(a->keys), free(a->values), free(a->query), free(a->bias);
}

/* Attention of `queries` queries, starting at number `first`. */
static float *attend(const struct kernels *table, const struct attention *a, size_t first,
                     size_t queries)
{
    float *context = memory_alloc(queries * a->stride, sizeof(float));
    void *bytes = memory_alloc_aligned(1, cache_s8_size(a->length, a->head_width));
    void *work = memory_alloc_aligned(1, attention_s8_scratch_size(a->length, a->head_width));
    struct cache_s8 cache = cache_s8_view(bytes, a->length, a->head_width);
    table->fill_cache_s8(&cache, a->keys, a->values, a->stride);
    struct attention_queries of_head = {.count = queries,
                                        .stride = a->stride,
                                        .query = a->query + first * a->stride,
                                        .bias = a->bias ? a->bias + a->queries - first : NULL,
                                        .context = context};
    table->attend_s8(&cache, &of_head, work);
    free(work);
    free(bytes);
    return context;
}

static void check_attention(const struct kernels *table)
{
    struct attention a = random_attention();
    float *expected = attend(&scalar_kernels, &a, 0, a.queries);
    float *got = attend(table, &a, 0, a.queries);
    assert_bits_equal("attend_s8", got, expected, a.queries * a.stride);
    size_t one = random_below(a.queries);
    float *alone = attend(table, &a, one, 1);
    assert_bits_equal("a query alone", alone, expected + one * a.stride, a.head_width);
    free(expected), free(got), free(alone);
    attention_free(&a);
}

static void tables_equal_scalar_in_int8_attention(void **state)
{
    (void)state;
    for_each_table(check_attention);
}

/* Compared with softmax in double precision, the error is that of rounding to int8. */
static void check_attention_error(const struct kernels *table)
{
    struct attention a = random_attention();
    for (size_t i = 0; i < a.queries * a.stride; i++)
        a.query[i] /= (float)a.head_width;
    float *got = attend(table, &a, 0, a.queries);
    double *weights = memory_alloc(a.length, sizeof(*weights));
    double sum = 0, size = 0;
    for (size_t i = 0; i < a.queries; i++) {
        double total = 0;
        for (size_t j = 0; j < a.length; j++) {
            double score = a.bias ? (double)(a.bias + a.queries - i)[j] : 0;
            for (size_t k = 0; k < a.head_width; k++)
                score += (double)a.query[i * a.stride + k] * (double)a.keys[j * a.stride + k];
            total += weights[j] = exp(score);
        }
        for (size_t k = 0; k < a.head_width; k++) {
            double context = 0;
            for (size_t j = 0; j < a.length; j++)
                context += weights[j] / total * (double)a.values[j * a.stride + k];
            sum += pow((double)got[i * a.stride + k] - context, 2);
            size += context * context;
        }
    }
    assert_true(sqrt(sum / size) < 0.05);
    free(weights), free(got);
    attention_free(&a);
}

static void int8_attention_is_close_to_exact_attention(void **state)
{
    (void)state;
    check_attention_error(&scalar_kernels);
    for_each_table(check_attention_error);
}

static void check_path(const struct kernels *table)
{
    size_t width = random_size(90), nodes = 1 + random_below(60), length = 1 + random_below(nodes);
    float *floats = random_floats(nodes * width, 1), *query = random_floats(width, 1);
    float *bias = random_floats(length, 1), scores[64];
    uint16_t *keys = memory_alloc(nodes * width, sizeof(*keys));
    uint16_t *values = memory_alloc(nodes * width, sizeof(*values));
    uint16_t *same = memory_alloc(nodes * width, sizeof(*same));
    float *expected = memory_alloc(width, sizeof(float)), *got = memory_alloc(width, sizeof(float));
    uint32_t list[64];
    for (size_t i = 0; i < length; i++)
        list[i] = (uint32_t)random_below(nodes);
    scalar_kernels.to_bf16(nodes * width, floats, keys);
    table->to_bf16(nodes * width, floats, same);
    assert_memory_equal(keys, same, nodes * width * sizeof(*keys));
    scalar_kernels.to_bf16(nodes * width / 2, floats + nodes * width / 2, values);
    const struct path_bf16 path = {.length = length,
                                   .head_width = 1 + random_below(width),
                                   .stride = width,
                                   .nodes = list,
                                   .keys = keys,
                                   .values = values};
    scalar_kernels.attend_path(&path, query, bias, scores, expected);
    table->attend_path(&path, query, bias, scores, got);
    assert_bits_equal("attend_path", got, expected, path.head_width);
    free(floats), free(query), free(bias), free(keys), free(values), free(same);
    free(expected), free(got);
}

static void tables_equal_scalar_along_paths(void **state)
{
    (void)state;
    for_each_table(check_path);
}

static void check_floats(const struct kernels *table)
{
    size_t count = random_size(400), rows = 1 + random_below(4);
    float *x = random_floats(rows * count, 4), *weight = random_floats(count, 1);
    float *a = memory_alloc_aligned(rows * count, sizeof(float));
    float *b = memory_alloc_aligned(rows * count, sizeof(float));
    size_t bytes = rows * count * sizeof(float);

    const struct norm norm = {count, weight, 1e-6f};
    table->rms_norm(&norm, rows, x, a);
    scalar_kernels.rms_norm(&norm, rows, x, b);
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

    float max, expected_most;
    assert_true(table->log_sum_exp(count, x, &max) ==
                scalar_kernels.log_sum_exp(count, x, &expected_most));
    assert_true(max == expected_most);
    assert_true(table->dot(count, x, weight) == scalar_kernels.dot(count, x, weight));
    x[random_below(count)] = x[random_below(count)];
    assert_int_equal(table->argmax(count, x), scalar_kernels.argmax(count, x));
    const float bounds[] = {-INFINITY, x[random_below(count)], max, INFINITY};
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
        assert_int_equal(table->find_above(count, x, bounds[i]),
                         scalar_kernels.find_above(count, x, bounds[i]));
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
    struct product_f32 product = {.rows = rows,
                                  .columns = columns,
                                  .depth = depth,
                                  .a = a,
                                  .b = b,
                                  .y = y,
                                  .a_stride = a_stride,
                                  .b_stride = b_stride,
                                  .y_stride = columns};
    table->matmul_f32(&product);
    product.y = expected;
    scalar_kernels.matmul_f32(&product);
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
    const struct kernels *tables[KERNEL_MAX_TABLES + 2];
    list_tables(tables);
    for (size_t i = 0; tables[i]; i++)
        printf("table %s\n", tables[i]->name);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_equal_scalar_in_int8_products),
        cmocka_unit_test(a_row_does_not_depend_on_other_rows),
        cmocka_unit_test(tables_equal_scalar_in_int8_attention),
        cmocka_unit_test(int8_attention_is_close_to_exact_attention),
        cmocka_unit_test(tables_equal_scalar_along_paths),
        cmocka_unit_test(tables_equal_scalar_in_float_steps),
        cmocka_unit_test(tables_equal_scalar_in_float_products),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
