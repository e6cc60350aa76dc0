/* test_csv_writer.c - the two CSV formats: a table of cells and how each format writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "connectors/connectors.h"

enum { STATE_SIZE = 256 };

/* What a format writes for a header and one row. */
struct written {
    char *bytes;
    size_t size;
    char note[512];
};

static struct written write_table(const struct report_format *format, const char *delimiter,
                                  const struct column *columns, const struct text *cells,
                                  size_t count)
{
    _Alignas(16) char state[STATE_SIZE] = {0};
    assert_true(format->state_size <= sizeof(state));
    struct error error = {0};
    option_set_defaults(format->options, state);
    if (delimiter) {
        const struct option *option = option_find(format->options, TEXT("delimiter"));
        assert_non_null(option);
        assert_true(option_set(option, state, text_of(delimiter), "test", &error));
    }
    struct written written = {0};
    FILE *out = open_memstream(&written.bytes, &written.size);
    assert_true(format->begin(state, out, columns, count, &error));
    assert_true(format->row(state, out, cells, count, &error));
    fclose(out);
    struct arena arena = {0};
    struct text note = format->note(state, &arena);
    snprintf(written.note, sizeof(written.note), "%.*s", TEXT_ARGUMENT(note));
    arena_free(&arena);
    return written;
}

static void assert_written(struct written written, const char *expected)
{
    assert_string_equal(written.bytes, expected);
    assert_int_equal(written.size, strlen(expected));
    free(written.bytes);
}

struct example {
    struct text cell;
    const char *raw, *excel;
};

#define CELL(literal, raw, excel)                                                                  \
    {                                                                                              \
        {literal, sizeof(literal) - 1}, raw, excel                                                 \
    }

static const struct example texts[] = {
    CELL("", "", ""),
    CELL("plain words", "plain words", "plain words"),
    CELL("a,b", "\"a,b\"", "\"a,b\""),
    CELL("a;b", "a;b", "a;b"),
    CELL("she said \"no\"", "\"she said \"\"no\"\"\"", "\"she said \"\"no\"\"\""),
    CELL("two\nlines", "\"two\nlines\"", "\"two\nlines\""),
    CELL("two\r\nlines", "\"two\r\nlines\"", "\"two\r\nlines\""),
    CELL(" spaces stay ", " spaces stay ", " spaces stay "),
    CELL("배송이 빨라요", "배송이 빨라요", "배송이 빨라요"),
    CELL("bad \xFF byte", "bad \xEF\xBF\xBD byte", "bad \xEF\xBF\xBD byte"),
    CELL("nul \0 byte", "\"nul \xEF\xBF\xBD byte\"", "\"nul \xEF\xBF\xBD byte\""),
    /* formulas */
    CELL("=1+1", "=1+1", "'=1+1"),
    CELL("=HYPERLINK(\"x\")", "\"=HYPERLINK(\"\"x\"\")\"", "\"'=HYPERLINK(\"\"x\"\")\""),
    CELL("+82 10", "+82 10", "'+82 10"),
    CELL("-5", "-5", "'-5"),
    CELL("- good lid", "- good lid", "'- good lid"),
    CELL("@here", "@here", "'@here"),
    CELL("\t=1", "\t=1", "'\t=1"),
    CELL("\r=1", "\"\r=1\"", "\"'\r=1\""),
    CELL("  =1+1", "  =1+1", "'  =1+1"),
    CELL("＝1+1", "＝1+1", "'＝1+1"),
    CELL("＋1", "＋1", "'＋1"),
    CELL("－1", "－1", "'－1"),
    CELL("＠x", "＠x", "'＠x"),
    CELL("a=1", "a=1", "a=1"),
    CELL("   ", "   ", "   "),
    /* identifiers that a spreadsheet would reinterpret */
    CELL("1042", "1042", "1042"),
    CELL("0", "0", "0"),
    CELL("0042", "0042", "'0042"),
    CELL("114159265358", "114159265358", "'114159265358"),
    CELL("12e4567890123456", "12e4567890123456", "'12e4567890123456"),
    CELL("3-4", "3-4", "'3-4"),
    CELL("2026-03", "2026-03", "2026-03"),
    CELL("2026-03-09T14:05:00Z", "2026-03-09T14:05:00Z", "2026-03-09T14:05:00Z"),
    CELL("3-4 days", "3-4 days", "3-4 days"),
    CELL("12 cups", "12 cups", "12 cups"),
};

static void text_cells_are_written_as_expected(void **state)
{
    (void)state;
    static const struct column columns[] = {{"a", COLUMN_TEXT}, {"b", COLUMN_TEXT}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct text cells[] = {texts[i].cell, TEXT("end")};
        char expected[256];
        snprintf(expected, sizeof(expected), "a,b\r\n%s,end\r\n", texts[i].raw);
        assert_written(write_table(&raw_format, NULL, columns, cells, 2), expected);
        snprintf(expected, sizeof(expected),
                 "\xEF\xBB\xBF"
                 "a,b\r\n%s,end\r\n",
                 texts[i].excel);
        assert_written(write_table(&excel_format, NULL, columns, cells, 2), expected);
    }
}

static void numbers_are_written_unchanged(void **state)
{
    (void)state;
    static const struct column columns[] = {{"n", COLUMN_NUMBER}, {"m", COLUMN_NUMBER}};
    struct text cells[] = {TEXT("-12.5"), TEXT("114159265358")};
    assert_written(write_table(&excel_format, NULL, columns, cells, 2),
                   "\xEF\xBB\xBF"
                   "n,m\r\n-12.5,114159265358\r\n");
}

static void the_delimiter_can_be_chosen(void **state)
{
    (void)state;
    static const struct column columns[] = {{"a", COLUMN_TEXT}, {"b", COLUMN_TEXT}};
    struct text cells[] = {TEXT("a,b"), TEXT("c;\td")};
    assert_written(write_table(&excel_format, ";", columns, cells, 2), "\xEF\xBB\xBF"
                                                                       "a;b\r\na,b;\"c;\td\"\r\n");
    assert_written(write_table(&excel_format, "semicolon", columns, cells, 2),
                   "\xEF\xBB\xBF"
                   "a;b\r\na,b;\"c;\td\"\r\n");
    assert_written(write_table(&excel_format, "tab", columns, cells, 2),
                   "\xEF\xBB\xBF"
                   "a\tb\r\na,b\t\"c;\td\"\r\n");
}

static void a_single_empty_cell_is_not_a_blank_line(void **state)
{
    (void)state;
    static const struct column columns[] = {{"a", COLUMN_TEXT}};
    struct text cells[] = {TEXT("")};
    assert_written(write_table(&raw_format, NULL, columns, cells, 1), "a\r\n\"\"\r\n");
}

/* A cell of `count` times `piece`, then `tail`. */
static struct text long_cell(const char *piece, size_t count, const char *tail)
{
    size_t size = strlen(piece);
    char *bytes = memory_alloc(count * size + strlen(tail) + 1, 1);
    for (size_t i = 0; i < count; i++)
        memcpy(bytes + i * size, piece, size);
    strcpy(bytes + count * size, tail);
    return (struct text){bytes, count * size + strlen(tail)};
}

static void a_cell_too_long_for_a_spreadsheet_is_cut_with_a_mark_and_a_note(void **state)
{
    (void)state;
    static const struct column columns[] = {{"a", COLUMN_TEXT}};
    static const struct {
        const char *piece;
        size_t count;
        bool cut;
    } cases[] = {{"x", 32767, false}, {"x", 32768, true}, {"한", 32767, false}, {"한", 40000, true},
                 {"😀", 16383, false}, {"😀", 16384, true}, {"=", 32766, false},  {"=", 32767, true}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct text cell = long_cell(cases[i].piece, cases[i].count, "");
        struct written excel = write_table(&excel_format, NULL, columns, &cell, 1);
        assert_int_equal(strstr(excel.bytes, " [cut here: ") != NULL, cases[i].cut);
        assert_int_equal(strstr(excel.note, "1 cells exceed 32767 characters") != NULL, cases[i].cut);
        struct written raw = write_table(&raw_format, NULL, columns, &cell, 1);
        assert_int_equal(raw.size, strlen("a\r\n\r\n") + cell.size);
        assert_string_equal(raw.note, "");
        free(excel.bytes);
        free(raw.bytes);
        free((char *)(uintptr_t)cell.bytes);
    }
}

static void a_full_disk_is_reported(void **state)
{
    (void)state;
    static const struct column columns[] = {{"a", COLUMN_TEXT}};
    _Alignas(16) char format_state[STATE_SIZE] = {0};
    struct error error = {0};
    FILE *out = fopen("/dev/full", "wb");
    if (!out)
        skip();
    setvbuf(out, NULL, _IONBF, 0);
    assert_false(raw_format.begin(format_state, out, columns, 1, &error));
    assert_int_equal(error.kind, ERROR_STORE);
    fclose(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_cells_are_written_as_expected),
        cmocka_unit_test(numbers_are_written_unchanged),
        cmocka_unit_test(the_delimiter_can_be_chosen),
        cmocka_unit_test(a_single_empty_cell_is_not_a_blank_line),
        cmocka_unit_test(a_cell_too_long_for_a_spreadsheet_is_cut_with_a_mark_and_a_note),
        cmocka_unit_test(a_full_disk_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
