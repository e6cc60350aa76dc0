/* test_table.c - base/hash_table.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash_table.h"

static void values_stay_at_their_keys(void **state)
{
    (void)state;
    struct hash_table hash_table = {0};
    assert_null(hash_table_find(&hash_table, 7));
    for (size_t i = 0; i < 1000; i++) {
        bool added;
        /* Multiples of a power of two collide in the low bits. */
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

static void names_are_numbered_as_they_come(void **state)
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
        cmocka_unit_test(values_stay_at_their_keys),
        cmocka_unit_test(names_are_numbered_as_they_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
