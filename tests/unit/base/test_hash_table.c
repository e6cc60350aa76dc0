/* test_hash_table.c - base/hash_table.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash_table.h"

static void keys_keep_their_values(void **state)
{
    (void)state;
    struct hash_table hash_table = {0};
    assert_null(hash_table_find(&hash_table, 7));
    for (size_t i = 0; i < 1000; i++) {
        bool added;
        /* Multiples of a power of two have equal low bits. */
        assert_int_equal(*hash_table_get_or_insert(&hash_table, i * 4096, i, &added), i);
        assert_true(added);
    }
    bool added;
    *hash_table_get_or_insert(&hash_table, 5 * 4096, 0, &added) += 1;
    assert_false(added);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(*hash_table_find(&hash_table, i * 4096), i == 5 ? 6 : i);
    assert_null(hash_table_find(&hash_table, 1));
    hash_table_clear(&hash_table);
    assert_null(hash_table_find(&hash_table, 4096));
    hash_table_free(&hash_table);
}

static void key_zero_is_a_key_like_any_other(void **state)
{
    (void)state;
    static const uint64_t formerly_merged = UINT64_C(0x9E3779B97F4A7C15);
    struct hash_table hash_table = {0};
    bool added;
    assert_null(hash_table_find(&hash_table, 0));
    assert_int_equal(*hash_table_get_or_insert(&hash_table, 0, 5, &added), 5);
    assert_true(added);
    assert_null(hash_table_find(&hash_table, formerly_merged));
    hash_table_get_or_insert(&hash_table, formerly_merged, 6, &added);
    assert_true(added);
    for (uint64_t key = 1; key < 100; key++) /* grows */
        hash_table_get_or_insert(&hash_table, key, 7, NULL);
    assert_int_equal(*hash_table_get_or_insert(&hash_table, 0, 8, &added), 5);
    assert_false(added);
    assert_int_equal(*hash_table_find(&hash_table, 0), 5);
    hash_table_clear(&hash_table);
    assert_null(hash_table_find(&hash_table, 0));
    hash_table_free(&hash_table);
}

static void names_are_numbered_in_the_order_of_insertion(void **state)
{
    (void)state;
    struct name_set names = {0};
    assert_int_equal(name_set_add(&names, TEXT("delivery")), 0);
    assert_int_equal(name_set_add(&names, TEXT("")), 1);
    assert_int_equal(name_set_add(&names, TEXT("price")), 2);
    assert_int_equal(name_set_add(&names, TEXT("delivery")), 0);
    assert_int_equal(names.count, 3);
    assert_true(text_equal(names.texts[2], TEXT("price")));
    name_set_free(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_keep_their_values),
        cmocka_unit_test(key_zero_is_a_key_like_any_other),
        cmocka_unit_test(names_are_numbered_in_the_order_of_insertion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
