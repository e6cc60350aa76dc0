/* test_kernels.c - the scalar kernels compared with results in double precision, and the choice of
 * a table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "inference/kernels/kernels.h"
#include "inference/t5.h"

static void exp_is_within_two_units_of_the_last_place(void **state)
{
    (void)state;
    for (float x = -87; x <= 88; x += 0.00371f) {
        double exact = exp((double)x);
        assert_true(fabs((double)kernel_exp(x) - exact) <= exact * 2.4e-7);
    }
    assert_true(kernel_exp(0) == 1);
    assert_true(kernel_exp(-1000) < 2e-38f);
    assert_true(isfinite(kernel_exp(1000)));
}

static void gelu_is_the_tanh_form(void **state)
{
    (void)state;
    for (double x = -12; x <= 12; x += 0.01) {
        float value = (float)x;
        double exact = (double)value;
        exact = 0.5 * exact * (1 + tanh(0.7978845608 * (exact + 0.044715 * exact * exact * exact)));
        double gated = (double)kernel_gated_gelu(value, 2);
        assert_true(fabs(gated - 2 * exact) <= 1e-5 * (1 + fabs(exact)));
        scalar_kernels.gelu(1, &value, NULL);
        assert_true(fabs((double)value - exact) <= 1e-6 * (1 + fabs(exact)));
    }
}

static void quantization_rounds_to_nearest_even_and_keeps_zero_rows(void **state)
{
    (void)state;
    _Alignas(64) int8_t values[128];
    float scale[2];
    const float x[] = {127, 0.5f, 1.5f, -2.5f, -127, 3.4f, 0, 0, 0, 0, 0, 0};
    const struct rows_s8 rows = {.rows = 2, .depth = 6, .bytes = (uint8_t *)values, .scale = scale};
    scalar_kernels.quantize(x, 6, &rows);
    const int8_t expected[] = {127, 0, 2, -2, -127, 3};
    assert_memory_equal(values, expected, sizeof(expected));
    assert_true(scale[0] == 1 && scale[1] == 0);
    assert_int_equal(values[64], 0);
}

static void softmax_adds_the_bias_and_sums_to_one(void **state)
{
    (void)state;
    float x[] = {1, 2, 3}, bias[] = {2, 1, 0};
    scalar_kernels.softmax(3, x, bias);
    for (size_t i = 0; i < 3; i++)
        assert_true(fabsf(x[i] - 1.0f / 3) < 1e-6f);
}

static void log_sum_exp_survives_large_values(void **state)
{
    (void)state;
    const float x[] = {500, 500};
    float max_x;
    assert_true(fabs(scalar_kernels.log_sum_exp(2, x, &max_x) - (500 + log(2))) < 1e-6);
    assert_true(max_x == 500);
}

static void log_sum_exp_is_near_the_exact_one(void **state)
{
    (void)state;
    float x[1000], max_x;
    double sum = 0;
    for (size_t i = 0; i < 1000; i++) {
        x[i] = (float)(i * i % 1009) * 0.013f;
        sum += exp((double)x[i]);
    }
    assert_true(fabs(scalar_kernels.log_sum_exp(1000, x, &max_x) - log(sum)) < 3e-6);
}

static void the_fastest_table_is_chosen_when_none_is_named(void **state)
{
    (void)state;
    const struct kernels *tables[KERNEL_MAX_TABLES + 1];
    kernels_list(tables);
    const struct kernels *chosen = kernels_select((struct text){0}, NULL);
    size_t last = 0;
    while (tables[last + 1])
        last++;
    assert_ptr_equal(chosen, tables[last]);
    assert_ptr_equal(kernels_select(TEXT("auto"), NULL), chosen);
    assert_ptr_equal(kernels_select(TEXT("scalar"), NULL), &scalar_kernels);
}

static bool is_choice(const char *name)
{
    struct text choices = TEXT(T5_KERNEL_CHOICES), choice;
    while (text_split(&choices, '|', &choice))
        if (text_equal(choice, text_of(name)))
            return true;
    return false;
}

static void every_table_is_one_of_the_choices(void **state)
{
    (void)state;
    const struct kernels *tables[KERNEL_MAX_TABLES + 1];
    kernels_list(tables);
    for (size_t i = 0; tables[i]; i++)
        assert_true(is_choice(tables[i]->name));
}

static void an_unknown_table_is_refused_with_a_list(void **state)
{
    (void)state;
    struct error error = {0};
    assert_null(kernels_select(TEXT("abacus"), &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.message, "the kernels 'abacus'; it can run: scalar"));
}

static void float_products_through_openblas_are_right(void **state)
{
    (void)state;
    const float x[] = {1, 2, 3, 4, 5, 6}, w[] = {1, 0, 1, 0, 1, 0};
    float y[] = {1, 1, 1, 1};
    sgemm(&(struct linear_f32){2, 2, 3, x, w, y, true});
    const float expected[] = {5, 3, 11, 6};
    assert_memory_equal(y, expected, sizeof(y));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_is_within_two_units_of_the_last_place),
        cmocka_unit_test(gelu_is_the_tanh_form),
        cmocka_unit_test(quantization_rounds_to_nearest_even_and_keeps_zero_rows),
        cmocka_unit_test(softmax_adds_the_bias_and_sums_to_one),
        cmocka_unit_test(log_sum_exp_survives_large_values),
        cmocka_unit_test(log_sum_exp_is_near_the_exact_one),
        cmocka_unit_test(the_fastest_table_is_chosen_when_none_is_named),
        cmocka_unit_test(every_table_is_one_of_the_choices),
        cmocka_unit_test(an_unknown_table_is_refused_with_a_list),
        cmocka_unit_test(float_products_through_openblas_are_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
