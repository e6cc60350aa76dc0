/* test_json.c - base/json.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"

static struct json *read_all(const char *source, struct error *error)
{
    *error = (struct error){0};
    return json_read(text_of(source), NULL, ERROR_INPUT, error);
}

static void values_of_every_kind_are_read(void **state)
{
    (void)state;
    struct error error;
    struct json *root =
        read_all("{\"a\": [1, -2.5, true, false, null], \"t\": \"\\ud55c\\u0000b\"}", &error);
    assert_non_null(root);
    const struct json *list = json_member(root, "a");
    static const enum json_kind kinds[] = {JSON_KIND_INTEGER, JSON_KIND_REAL, JSON_KIND_BOOLEAN,
                                           JSON_KIND_BOOLEAN, JSON_KIND_NULL};
    assert_int_equal(json_count(list), 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(json_kind_of(json_element(list, i)), kinds[i]);
    double real;
    int64_t integer;
    assert_true(json_to_real(json_element(list, 1), &real) && real == -2.5);
    assert_true(json_to_integer(json_element(list, 0), &integer) && integer == 1);
    assert_false(json_to_integer(json_element(list, 1), &integer));
    assert_true(json_is_true(json_element(list, 2)));
    assert_false(json_is_true(json_element(list, 3)));
    assert_true(text_equal(json_text(json_member(root, "t")), TEXT("\xED\x95\x9C\0b")));
    assert_int_equal(json_kind_of(json_member(json_member(root, "none"), "x")), JSON_KIND_NULL);
    json_free(root);
}

static void members_come_in_the_order_of_the_file(void **state)
{
    (void)state;
    struct error error;
    struct json *root = read_all("{\"z\":1,\"a\":2,\"m\":3}", &error);
    char order[4] = "";
    void *position = NULL;
    struct text key;
    const struct json *value;
    for (size_t i = 0; json_next_member(root, &position, &key, &value); i++)
        order[i] = key.bytes[0];
    assert_string_equal(order, "zam");
    json_free(root);
}

static void consecutive_values_are_read_one_by_one(void **state)
{
    (void)state;
    struct text rest = TEXT(" {\"a\":1} [99999999999999999999, 5, 123456789012345678901234] 7");
    static const size_t counts[] = {1, 3, 0};
    struct error error = {0};
    for (size_t i = 0; i < 3; i++) {
        size_t consumed;
        struct json *root = json_read(rest, &consumed, ERROR_INPUT, &error);
        assert_non_null(root);
        assert_int_equal(json_count(root), counts[i]);
        json_free(root);
        rest = text_slice(rest, consumed, rest.size);
    }
    assert_int_equal(rest.size, 0);
}

static void integers_beyond_int64_are_reals(void **state)
{
    (void)state;
    struct error error;
    struct json *root = read_all(
        "[9223372036854775807, 9223372036854775808, -9223372036854775808, -9223372036854775809,"
        " \"9223372036854775808\"]",
        &error);
    static const enum json_kind kinds[] = {JSON_KIND_INTEGER, JSON_KIND_REAL, JSON_KIND_INTEGER,
                                           JSON_KIND_REAL, JSON_KIND_STRING};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(json_kind_of(json_element(root, i)), kinds[i]);
    assert_true(text_equal(json_text(json_element(root, 4)), TEXT("9223372036854775808")));
    json_free(root);
}

static void errors_name_line_and_column(void **state)
{
    (void)state;
    static const char *const sources[] = {
        "{\"a\": 1,\n \"b\": }", "", "[1", "1 2", "\"\xFF\"", "1e999"};
    static const char *const messages[] = {"line 2, column 7:", "line 1", "line 1",
                                           "line 1, column 3",  "line 1", "line 1"};
    for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
        struct error error;
        assert_null(read_all(sources[i], &error));
        assert_int_equal(error.kind, ERROR_INPUT);
        assert_non_null(strstr(error.message, messages[i]));
    }
}

static void nesting_is_limited(void **state)
{
    (void)state;
    char source[2 * 513 + 1];
    for (size_t depth = 512; depth <= 513; depth++) {
        memset(source, '[', depth);
        memset(source + depth, ']', depth);
        source[2 * depth] = '\0';
        struct error error;
        struct json *root = read_all(source, &error);
        assert_int_equal(root != NULL, depth == 512);
        json_free(root);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_every_kind_are_read),
        cmocka_unit_test(members_come_in_the_order_of_the_file),
        cmocka_unit_test(consecutive_values_are_read_one_by_one),
        cmocka_unit_test(integers_beyond_int64_are_reals),
        cmocka_unit_test(errors_name_line_and_column),
        cmocka_unit_test(nesting_is_limited),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
