/* test_input.c - connectors/input/input.c and charset.c: files become UTF-8 with lines and offsets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "connectors/input/input.h"

static char path[64];

static void put(const char *bytes, size_t size)
{
    snprintf(path, sizeof(path), "/tmp/winnow-input-%d", (int)getpid());
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Reads the whole file, `step` bytes per peek; the caller frees the result. */
static char *read_all(const char *charset, size_t step, size_t *size, char name[96])
{
    struct input *input;
    struct error error = {0};
    char *all = NULL;
    *size = 0;
    assert_true(input_open(&input, path, text_of(charset), false, &error));
    for (;;) {
        struct text ahead;
        assert_true(input_peek(input, step, &ahead, &error));
        size_t take = ahead.size < step ? ahead.size : step;
        if (take == 0)
            break;
        all = realloc(all, *size + take);
        memcpy(all + *size, ahead.bytes, take);
        *size += take;
        input_consume(input, take);
    }
    snprintf(name, 96, "%.*s", TEXT_ARGUMENT(input_charset_description(input)));
    input_close(input);
    return all;
}

static const struct {
    const char *bytes;
    size_t size;
    const char *given, *expected, *charset;
} examples[] = {
#define BYTES(literal) literal, sizeof(literal) - 1
    {BYTES("plain"), "", "plain", "UTF-8 (plain ASCII"},
    {BYTES("\xEF\xBB\xBFid,text"), "", "id,text", "UTF-8 (byte order mark"},
    {BYTES("\xFF\xFE"
           "a\0,\0\xB0\xAC"),
     "", "a,결", "UTF-16LE (byte order mark"},
    {BYTES("\xFE\xFF\0a\0\n\xD8\x3D\xDE\x00"), "", "a\n😀", "UTF-16BE (byte order mark"},
    {BYTES("t\0e\0x\0t\0,\0x\0\n\0"), "", "text,x\n", "UTF-16LE (detected by its zero bytes"},
    {BYTES("caf\xE9, ol\xE9"), "", "café, olé", "CP1252 (single accented"},
    {BYTES("\x80 5 \x93good\x94"), "CP1252", "€ 5 “good”", "CP1252 (given"},
    {BYTES("\xB9\xE8\xBC\xDB\xC0\xCC \xBA\xFC\xB8\xA3\xB0\xED \xC6\xF7\xC0\xE5\xB5\xB5 "
           "\xB2\xC4\xB2\xC4\xC7\xD5\xB4\xCF\xB4\xD9"),
     "", "배송이 빠르고 포장도 꼼꼼합니다", "CP949 (Hangul"},
    {BYTES("\xB9\xE8\xBC\xDB"), "euc-kr", "배송", "CP949 (given"},
    {BYTES("\xC3\xA9\xFF\xC3\xA9"), "UTF-8", "é\xEF\xBF\xBDé", "UTF-8 (given"},
    {BYTES("ok \xE2\x82"), "UTF-8", "ok \xEF\xBF\xBD", "UTF-8 (given"},
    {BYTES("a\0b,c d e f g"), "", "a", "UTF-8 (plain"}, /* one NUL byte is no sign of UTF-16 */
};

static void charsets_are_detected_and_converted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        put(examples[i].bytes, examples[i].size);
        for (size_t step = 1; step < 9; step += 3) {
            size_t size;
            char name[96];
            char *all = read_all(examples[i].given, step, &size, name);
            size_t expected = strlen(examples[i].expected);
            if (memcmp(all, examples[i].expected, expected) != 0 ||
                strncmp(name, examples[i].charset, strlen(examples[i].charset)) != 0)
                fail_msg("example %zu: '%.*s', %s", i, (int)size, all, name);
            assert_true(utf8_is_valid((struct text){all, size}));
            free(all);
        }
    }
}

/* Lines and offsets in several charsets after `consumed` bytes of UTF-8. */
static const struct {
    const char *bytes;
    size_t size;
    const char *charset;
    size_t consumed;
    uint64_t line, offset;
} places[] = {
    {BYTES("a\nb\r\nc\rd"), "", 0, 1, 0},
    {BYTES("a\nb\r\nc\rd"), "", 2, 2, 2},
    {BYTES("a\nb\r\nc\rd"), "", 5, 3, 5},
    {BYTES("a\nb\r\nc\rd"), "", 7, 4, 7},
    {BYTES("\xEF\xBB\xBF"
           "a\nb"),
     "", 2, 2, 5},
    {BYTES("\xFF\xFE"
           "a\0\n\0\xB0\xAC"
           "b\0"),
     "", 5, 2, 8},
    {BYTES("\xE9\xE8"
           "a"),
     "CP1252", 4, 1, 2},
    {BYTES("\xB9\xE8\xBC\xDB"
           "a"),
     "CP949", 6, 1, 4},
    {BYTES("\xB1\x83\x41"
           "a"),
     "CP932", 6, 1, 3},
    {BYTES("\xFF\xFF"
           "ab"),
     "UTF-8", 7, 1, 3},
};

static void every_byte_has_its_line_and_offset(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
        put(places[i].bytes, places[i].size);
        for (size_t step = 1; step <= places[i].consumed + 1; step++) {
            struct input *input;
            struct text ahead;
            assert_true(input_open(&input, path, text_of(places[i].charset), false, NULL));
            assert_true(input_peek(input, 1, &ahead, NULL));
            for (size_t done = 0; done < places[i].consumed; done += step) {
                size_t left = places[i].consumed - done;
                input_consume(input, left < step ? left : step);
            }
            if (input_line(input) != places[i].line || input_offset(input) != places[i].offset)
                fail_msg("place %zu by %zu: line %d, offset %d", i, step, (int)input_line(input),
                         (int)input_offset(input));
            input_close(input);
        }
    }
}

static void the_charset_is_detected_at_the_first_byte_above_ascii(void **state)
{
    (void)state;
    size_t head = 200000, size;
    char *bytes = malloc(head + 4);
    memset(bytes, 'x', head);
    memcpy(bytes + head, "\xE9 .\n", 4);
    put(bytes, head + 4);
    char name[96];
    char *all = read_all("", 1000, &size, name);
    assert_int_equal(size, head + 5);
    assert_memory_equal(all + head, "é .\n", 5);
    free(all);
    free(bytes);
}

static void gzip_is_decompressed_and_damage_is_reported_after_the_good_bytes(void **state)
{
    (void)state;
    /* "hello hello hello\n", compressed */
    static const char packed[] =
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x90\x5c\x00"
        "\x3b\x7c\x8a\xdf\x12\x00\x00\x00";
    for (size_t cut = 0; cut <= 8; cut += 8) {
        put(packed, sizeof(packed) - 1 - cut);
        struct input *input;
        struct text ahead;
        struct error error = {0};
        assert_true(input_open(&input, path, (struct text){0}, false, &error));
        assert_true(input_peek(input, 5, &ahead, &error));
        assert_memory_equal(ahead.bytes, "hello", 5);
        assert_int_equal(input_peek(input, 100, &ahead, &error), cut == 0);
        assert_int_equal(error.kind, cut ? ERROR_INPUT : ERROR_NONE);
        input_close(input);
    }
}

static void files_that_cannot_be_opened_are_errors(void **state)
{
    (void)state;
    struct input *input;
    struct error error = {0};
    assert_false(input_open(&input, "/nowhere/at/all", (struct text){0}, false, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    error = (struct error){0};
    assert_false(input_open(&input, "/tmp", (struct text){0}, false, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    error = (struct error){0};
    put("x", 1);
    assert_false(input_open(&input, path, TEXT("no-such-charset"), false, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
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
        cmocka_unit_test(charsets_are_detected_and_converted),
        cmocka_unit_test(every_byte_has_its_line_and_offset),
        cmocka_unit_test(the_charset_is_detected_at_the_first_byte_above_ascii),
        cmocka_unit_test(gzip_is_decompressed_and_damage_is_reported_after_the_good_bytes),
        cmocka_unit_test(files_that_cannot_be_opened_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, remove_file);
}
