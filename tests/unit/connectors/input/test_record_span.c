/* test_record_span.c - connectors/input/record_span.c: records of any size, with their places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connectors/input/record_span.h"

static char path[64];

/* Records end with ';'; blanks between records are no part of them. */
static enum span_status find_record(void *user, struct text ahead, bool is_final,
                                    struct record_span *span)
{
    (void)user;
    while (span->begin < ahead.size && strchr(" \n", ahead.bytes[span->begin]))
        span->begin++;
    size_t end = text_find(ahead, TEXT(";"), span->begin);
    span->size = end - span->begin + 1;
    return end < ahead.size ? SPAN_FOUND : is_final ? SPAN_END : SPAN_INCOMPLETE;
}

static void write_file(const char *bytes, size_t size)
{
    snprintf(path, sizeof(path), "/tmp/winnow-record-span-%d", (int)getpid());
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void records_have_their_bytes_and_places(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *raw;
        uint64_t line, byte_offset;
    } expected[] = {{"a;", "a;", 1, 0}, {"café;", "caf\xE9;", 2, 3}, {";", ";", 2, 9}};
    struct input *input;
    struct error error = {0};
    struct found_record record;
    write_file("a;\ncaf\xE9; ; \n", 13);
    assert_true(input_open(&input, path, TEXT("CP1252"), false, &error));
    for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
        assert_int_equal(record_span_read(input, find_record, NULL, &record, &error), SPAN_FOUND);
        assert_true(text_equal(record.bytes, text_of(expected[i].bytes)));
        assert_true(text_equal(record.raw, text_of(expected[i].raw)));
        assert_int_equal(record.line, expected[i].line);
        assert_int_equal(record.byte_offset, expected[i].byte_offset);
    }
    assert_int_equal(record_span_read(input, find_record, NULL, &record, &error), SPAN_END);
    input_close(input);
}

static void a_record_may_be_larger_than_the_blocks_of_the_file(void **state)
{
    (void)state;
    enum { SIZE = 300 * 1024 };
    struct input *input;
    struct error error = {0};
    struct found_record record;
    char *bytes = malloc(SIZE);
    memset(bytes, 'x', SIZE);
    bytes[9] = bytes[SIZE - 1] = ';';
    write_file(bytes, SIZE);
    assert_true(input_open(&input, path, (struct text){0}, false, &error));
    assert_int_equal(record_span_read(input, find_record, NULL, &record, &error), SPAN_FOUND);
    assert_int_equal(record.bytes.size, 10);
    assert_int_equal(record_span_read(input, find_record, NULL, &record, &error), SPAN_FOUND);
    assert_int_equal(record.bytes.size, SIZE - 10);
    assert_memory_equal(record.bytes.bytes, bytes + 10, SIZE - 10);
    assert_int_equal(record.byte_offset, 10);
    input_close(input);
    free(bytes);
}

static int remove_file(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_have_their_bytes_and_places),
        cmocka_unit_test(a_record_may_be_larger_than_the_blocks_of_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, remove_file);
}
