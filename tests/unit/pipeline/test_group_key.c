/* test_group_key.c - pipeline/group_key.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "pipeline/group_key.h"

static const struct field kettle[] = {{TEXT("product"), TEXT("Kettle")},
                                      {TEXT("region"), TEXT("")}},
                          awkward[] = {{TEXT("product"), TEXT("A; region=B")}},
                          plain[] = {{TEXT("product"), TEXT("A")}, {TEXT("region"), TEXT("B")}};

static const struct {
    struct group_key key;
    const char *printed;
} keys[] = {
    {{0}, "all"},
    {{.topic = TEXT("lid")}, "topic=lid"},
    {{kettle, 1, {0}}, "product=Kettle"},
    {{kettle, 2, {0}}, "product=Kettle; region=(none)"},
    {{kettle, 2, TEXT("lid")}, "product=Kettle; region=(none); topic=lid"},
    {{awkward, 1, {0}}, "product=A; region=B"},
    {{plain, 2, {0}}, "product=A; region=B"},
};

enum { KEY_COUNT = sizeof(keys) / sizeof(*keys) };

static void keys_are_printed_for_people(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t i = 0; i < KEY_COUNT; i++)
        assert_string_equal(group_key_format(&keys[i].key, &arena).bytes, keys[i].printed);
    arena_free(&arena);
}

static void different_keys_have_different_hashes(void **state)
{
    (void)state;
    for (size_t i = 0; i < KEY_COUNT; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(group_key_combine_hash(HASH_SEED, &keys[i].key) !=
                        group_key_combine_hash(HASH_SEED, &keys[k].key));
}

static void a_copy_does_not_borrow(void **state)
{
    (void)state;
    struct arena arena = {0};
    char value[] = "Kettle", topic[] = "lid";
    struct field field = {TEXT("product"), text_of(value)};
    struct group_key key = {&field, 1, text_of(topic)};
    struct group_key copy = group_key_copy(&key, &arena);
    value[0] = topic[0] = 'X';
    field.name = TEXT("");
    assert_string_equal(group_key_format(&copy, &arena).bytes, "product=Kettle; topic=lid");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_printed_for_people),
        cmocka_unit_test(different_keys_have_different_hashes),
        cmocka_unit_test(a_copy_does_not_borrow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
