/* test_line_reader.c - jobs/line_reader.c: batches, line ends, line numbers. The limit of tokens is
 * tested by tests/lines.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "jobs/line_reader.h"

static const struct {
    const char *input;
    const char *batches; /* "NUMBER:line,line|NUMBER:line": NUMBER is that of the first line */
} examples[] = {
    {"", ""},
    {"a\n", "1:a"},
    {"a", "1:a"},
    {"a\r\nb\n", "1:a,b"},
    {"a\n\nb\n", "1:a,|3:b"},
    {"a\nb\nc\nd\ne", "1:a,b|3:c,d|5:e"},
    {"a\rb\n", "1:a\rb"},
};

static struct text read_batches(const char *input, struct arena *arena)
{
    char bytes[32];
    struct line_reader reader;
    struct error error = {0};
    struct text batches = TEXT("");
    size_t size = strlen(input);
    memcpy(bytes, input, size);
    FILE *stream = size ? fmemopen(bytes, size, "r") : fopen("/dev/null", "r");
    line_reader_open(&reader, stream, "test", 2);
    while (line_reader_read(&reader, &error) && reader.count)
        for (size_t i = 0; i < reader.count; i++)
            batches = i ? arena_format(arena, "%.*s,%.*s", TEXT_ARGUMENT(batches),
                                       TEXT_ARGUMENT(reader.lines[i]))
                        : arena_format(arena, "%.*s%s%zu:%.*s", TEXT_ARGUMENT(batches),
                                       batches.size ? "|" : "", reader.first_line,
                                       TEXT_ARGUMENT(reader.lines[i]));
    assert_int_equal(error.kind, ERROR_NONE);
    line_reader_close(&reader);
    fclose(stream);
    return batches;
}

static void lines_come_in_numbered_batches(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct arena arena = {0};
        struct text batches = read_batches(examples[i].input, &arena);
        if (!text_equal(batches, text_of(examples[i].batches)))
            fail_msg("case %zu: '%.*s' instead of '%s'", i, TEXT_ARGUMENT(batches),
                     examples[i].batches);
        arena_free(&arena);
    }
}

static void a_fault_names_the_stream(void **state)
{
    (void)state;
    struct line_reader reader;
    struct error error = {0};
    FILE *folder = fopen("/", "r");
    assert_non_null(folder);
    line_reader_open(&reader, folder, "reviews.txt", 2);
    assert_false(line_reader_read(&reader, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    assert_string_equal(error.message, "reviews.txt: Is a directory");
    line_reader_close(&reader);
    fclose(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_in_numbered_batches),
        cmocka_unit_test(a_fault_names_the_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
