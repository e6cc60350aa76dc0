/* test_json_writer.c - base/json_writer.c: escapes, nesting, numbers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_writer.h"

static char *finish(struct json_writer *writer, char **bytes)
{
    fclose(writer->stream);
    return *bytes;
}

static void texts_are_escaped_and_repaired(void **state)
{
    (void)state;
    static const struct {
        struct text text;
        const char *json;
    } cases[] = {
        {TEXT("plain"), "\"plain\""},
        {TEXT(""), "\"\""},
        {TEXT("a\"b\\c"), "\"a\\\"b\\\\c\""},
        {TEXT("tab\tline\nreturn\r"), "\"tab\\tline\\nreturn\\r\""},
        {TEXT("\0bell\a\x7f"), "\"\\u0000bell\\u0007\\u007f\""},
        {TEXT("배송 빠름"), "\"배송 빠름\""},
        {TEXT("bad \xff byte, cut \xec\xb9"), "\"bad \xef\xbf\xbd byte, cut \xef\xbf\xbd\""},
        {TEXT("U+FFFD \xef\xbf\xbd stays"), "\"U+FFFD \xef\xbf\xbd stays\""},
        {TEXT("U+FFFE \xef\xbf\xbe, \xef\xbf"), "\"U+FFFE \xef\xbf\xbe, \xef\xbf\xbd\""},
        {TEXT("surrogate \xed\xa0\x80"), "\"surrogate \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char *bytes;
        size_t size;
        struct json_writer writer = {.stream = open_memstream(&bytes, &size)};
        json_write_text(&writer, cases[i].text);
        assert_string_equal(finish(&writer, &bytes), cases[i].json);
        free(bytes);
    }
}

/* Every byte value at every position of short texts, and of a text longer than the buffer: checked
 * byte by byte. */
static void every_byte_is_escaped_at_every_position(void **state)
{
    (void)state;
    enum { LONGEST = 20, BEYOND_BUFFER = 3000 };
    char text[BEYOND_BUFFER], escape[8];
    for (int byte = 0; byte < 256; byte++) {
        snprintf(escape, sizeof(escape),
                 byte == '"' || byte == '\\'   ? "\\%c"
                 : byte == '\n'                ? "\\n"
                 : byte == '\t'                ? "\\t"
                 : byte == '\r'                ? "\\r"
                 : byte < 0x20 || byte == 0x7F ? "\\u%04x"
                 : byte >= 0x80                ? "\xEF\xBF\xBD"
                                               : "%c",
                 byte);
        for (size_t size = 1; size <= LONGEST + 1; size++) {
            size_t length = size > LONGEST ? BEYOND_BUFFER : size;
            for (size_t at = 0; at<length; at += size> LONGEST ? 509 : 1) {
                char *bytes;
                size_t written;
                memset(text, 'x', length);
                text[at] = (char)byte;
                struct json_writer writer = {.stream = open_memstream(&bytes, &written)};
                json_write_text(&writer, (struct text){text, length});
                finish(&writer, &bytes);
                size_t before = at + 1, after = length - at - 1, size_of_escape = strlen(escape);
                assert_int_equal(written, length + 1 + size_of_escape);
                assert_memory_equal(bytes + before, escape, size_of_escape);
                assert_memory_equal(bytes + 1, text, at);
                assert_memory_equal(bytes + before + size_of_escape, text + at + 1, after);
                assert_int_equal(bytes[written - 1], '"');
                free(bytes);
            }
        }
    }
}

static void reals_are_short_and_read_back(void **state)
{
    (void)state;
    static const struct {
        double number;
        const char *json;
    } cases[] = {
        {0.1, "0.1"},      {4, "4"},      {-2.5, "-2.5"},    {1.0 / 3, "0.3333333333333333"},
        {1e300, "1e+300"}, {NAN, "null"}, {INFINITY, "null"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char *bytes;
        size_t size;
        struct json_writer writer = {.stream = open_memstream(&bytes, &size)};
        json_write_real(&writer, cases[i].number);
        assert_string_equal(finish(&writer, &bytes), cases[i].json);
        free(bytes);
    }
}

static void write_sample(struct json_writer *writer)
{
    json_begin_object(writer);
    json_write_key(writer, TEXT("list"));
    json_begin_array(writer);
    json_write_integer(writer, -1);
    json_write_null(writer);
    json_begin_object(writer);
    json_end(writer);
    json_end(writer);
    json_write_key(writer, TEXT("yes"));
    json_write_boolean(writer, true);
    json_write_key(writer, TEXT("most"));
    json_write_unsigned(writer, UINT64_MAX);
    json_end(writer);
}

static void objects_and_arrays_nest(void **state)
{
    (void)state;
    char *bytes;
    size_t size;
    struct json_writer writer = {.stream = open_memstream(&bytes, &size)};
    write_sample(&writer);
    assert_string_equal(finish(&writer, &bytes),
                        "{\"list\":[-1,null,{}],\"yes\":true,\"most\":18446744073709551615}\n");
    free(bytes);
}

static void pretty_output_has_one_member_per_line(void **state)
{
    (void)state;
    char *bytes;
    size_t size;
    struct json_writer writer = {.stream = open_memstream(&bytes, &size), .pretty = true};
    write_sample(&writer);
    assert_string_equal(finish(&writer, &bytes),
                        "{\n  \"list\": [\n    -1,\n    null,\n    {}\n  ],\n"
                        "  \"yes\": true,\n"
                        "  \"most\": 18446744073709551615\n}\n");
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_escaped_and_repaired),
        cmocka_unit_test(every_byte_is_escaped_at_every_position),
        cmocka_unit_test(reals_are_short_and_read_back),
        cmocka_unit_test(objects_and_arrays_nest),
        cmocka_unit_test(pretty_output_has_one_member_per_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
