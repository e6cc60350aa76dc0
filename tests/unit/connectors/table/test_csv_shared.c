/* test_csv_shared.c - the test cases of csv-spectrum, commons-csv and csvkit, compared with their
 * expected results. Skipped without the shared data. docs/FORMATS.md lists the cases that do not
 * apply. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "connectors/connectors.h"
#include "connectors/input/input.h"
#include "connectors/table/row_reader.h"

#define FOLDER "../shared/data/formats/csv/"
#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static void skip_without_folder(void)
{
    if (access(FOLDER, R_OK) != 0)
        skip();
}

static struct text read_whole(const char *name, struct arena *arena)
{
    struct input *input;
    struct text ahead = {0};
    struct error error = {0};
    struct text path = arena_format(arena, FOLDER "%s", name);
    if (!input_open(&input, path.bytes, (struct text){0}, false, &error) ||
        !input_peek(input, 1 << 24, &ahead, &error))
        fail_msg("%s", error.message);
    ahead = arena_copy_text(arena, ahead);
    input_close(input);
    return ahead;
}

/* ---- csv-spectrum: an array of objects for each file ---- */

/* Line ends are ignored: those of the files may have been converted, those of the objects not. */
static struct text without_returns(struct text text, struct arena *arena)
{
    struct text plain = {"", 0}, line;
    while (text_split(&text, '\r', &line))
        plain = arena_format(arena, "%.*s%.*s", TEXT_ARGUMENT(plain), TEXT_ARGUMENT(line));
    return plain;
}

static void compare_objects(const char *name, struct batch *batch, const struct json *expected)
{
    if (batch->count != json_count(expected) || batch->reject_count > 0)
        fail_msg("%s: %zu records, %zu rejects", name, batch->count, batch->reject_count);
    for (size_t row = 0; row < batch->count; row++) {
        const struct record *record = &batch->records[row];
        const struct json *object = json_element(expected, row), *value;
        void *position = NULL;
        struct text key;
        size_t i = 0;
        assert_int_equal(record->field_count, json_count(object));
        for (; json_next_member(object, &position, &key, &value); i++)
            if (!text_equal(record->fields[i].name, key) ||
                !text_equal(without_returns(record->fields[i].value, &batch->arena),
                            without_returns(json_text(value), &batch->arena)))
                fail_msg("%s, record %zu: '%.*s' = '%.*s', expected '%.*s' = '%.*s'", name, row,
                         TEXT_ARGUMENT(record->fields[i].name),
                         TEXT_ARGUMENT(record->fields[i].value), TEXT_ARGUMENT(key),
                         TEXT_ARGUMENT(json_text(value)));
    }
}

/* Reads all records of a file with a header. */
static void read_records(const char *name, struct batch *batch, struct arena *arena)
{
    struct error error = {0};
    struct text path = arena_format(arena, FOLDER "%s", name);
    void *state = memory_alloc(1, csv_connector.state_size);
    option_set_defaults(csv_connector.options, state);
    option_set(option_find(csv_connector.options, TEXT("allow_missing_text")), state, TEXT("yes"),
               "", NULL);
    option_set(option_find(csv_connector.options, TEXT("header")), state, TEXT("yes"), "", NULL);
    if (!csv_connector.open(state, path.bytes, &error))
        fail_msg("%s", error.message);
    while (csv_connector.read(state, batch, &error) == READ_OK)
        continue;
    if (error.kind != ERROR_NONE)
        fail_msg("%s", error.message);
    /* the names belong to the connector */
    for (size_t row = 0; row < batch->count; row++) {
        struct record *record = &batch->records[row];
        struct field *fields = arena_alloc(arena, record->field_count, sizeof(*fields));
        for (size_t i = 0; i < record->field_count; i++)
            fields[i] = (struct field){arena_copy_text(arena, record->fields[i].name),
                                       record->fields[i].value};
        record->fields = fields;
    }
    csv_connector.close(state);
    free(state);
}

/* Without location_coordinates, whose object has another telephone number than its table. */
static void csv_spectrum_equals_its_objects(void **state)
{
    (void)state;
    static const char *const names[] = {"comma_in_quotes",
                                        "empty",
                                        "empty_crlf",
                                        "escaped_quotes",
                                        "json",
                                        "newlines",
                                        "newlines_crlf",
                                        "quotes_and_newlines",
                                        "simple",
                                        "simple_crlf",
                                        "utf8"};
    skip_without_folder();
    for (size_t i = 0; i < COUNT(names); i++) {
        struct arena arena = {0};
        struct batch batch = {.path = names[i]};
        struct error error = {0};
        struct text file = arena_format(&arena, "csv-spectrum/csvs/%s.csv", names[i]);
        struct text objects = arena_format(&arena, "csv-spectrum/json/%s.json", names[i]);
        struct json *expected =
            json_read(read_whole(objects.bytes, &arena), NULL, ERROR_INPUT, &error);
        assert_non_null(expected);
        read_records(file.bytes, &batch, &arena);
        compare_objects(names[i], &batch, expected);
        json_free(expected);
        batch_free(&batch);
        arena_free(&arena);
    }
}

/* ---- commons-csv: a line for each row, with the number of cells and the cells ---- */

static struct text show_row(const struct table_row *row, struct arena *arena)
{
    struct text shown = arena_format(arena, "%zu:[", row->count);
    for (size_t i = 0; i < row->count; i++)
        shown = arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(shown), i ? ", " : "",
                             TEXT_ARGUMENT(row->cells[i]));
    return arena_format(arena, "%.*s]", TEXT_ARGUMENT(shown));
}

/* `comments`: rows that begin with # are not compared, since we read comments as rows.
 * `blank_lines`: neither are blank rows, since we skip blank lines. */
static void compare_rows(const char *expected, struct dialect dialect, bool comments,
                         bool blank_lines)
{
    struct arena arena = {0};
    struct text name =
        arena_format(&arena, "commons-csv/org/apache/commons/csv/CSVFileParser/%s", expected);
    struct text lines = read_whole(name.bytes, &arena), line;
    text_split(&lines, '\n', &line); /* "test.csv IgnoreEmpty=true" */
    struct text file = text_slice(line, 0, text_find(line, TEXT(" "), 0));
    text_split(&lines, '\n', &line); /* the settings, in words */
    name = arena_format(&arena, "commons-csv/org/apache/commons/csv/CSVFileParser/%.*s",
                        TEXT_ARGUMENT(file));
    struct text bytes = read_whole(name.bytes, &arena);
    struct row_reader *reader = row_reader_open(dialect, 1 << 20);
    struct table_row row;
    while (text_split(&lines, '\n', &line)) {
        if (line.size == 0 || line.bytes[0] == '#' ||
            (blank_lines && text_starts_with(line, TEXT("1:[]"))))
            continue;
        do {
            assert_int_equal(row_reader_next(reader, (struct lookahead){bytes, true}, 0, &row),
                             ROW_FOUND);
            bytes = text_slice(bytes, row.blank_size + row.size, bytes.size);
        } while (comments && text_starts_with(row.cells[0], TEXT("#")));
        struct text found = show_row(&row, &arena), wanted = text_trim(line);
        if (comments) /* the comment follows the row */
            wanted = text_slice(wanted, 0, text_find(wanted, TEXT("]#"), 0) + 1);
        if (!text_equal(found, wanted))
            fail_msg("%s: %.*s, expected %.*s", expected, TEXT_ARGUMENT(found),
                     TEXT_ARGUMENT(wanted));
    }
    row_reader_close(reader);
    arena_free(&arena);
}

static void commons_csv_equals_its_lines(void **state)
{
    (void)state;
    struct dialect plain = {.delimiter = ',', .quote = '"'};
    struct dialect trims_blanks = {.delimiter = ',', .quote = '"', .trims_blanks = true};
    skip_without_folder();
    compare_rows("test_default.txt", plain, false, false);
    compare_rows("test_default_comment.txt", plain, true, false);
    compare_rows("test_rfc4180.txt", plain, false, true);
    compare_rows("test_rfc4180_trim.txt", trims_blanks, false, true);
    compare_rows("testCSV85_default.txt", plain, true, true);
    compare_rows("testCSV85_ignoreEmpty.txt", plain, true, true);
    compare_rows("testCSV246_checkWithNoComment.txt", plain, true, true);
}

/* ---- csvkit: files with the same content in different formats ---- */

static const char *const same[][5] = {
    {"dummy.csv", "dummy.tsv", "dummy.csv.gz", "dummy.csv.bz2", "dummy2.csv"},
    {"dummy.csv", "optional_quote_characters.csv", "sniff_limit.csv", "test_skip_lines.csv"},
    {"test_utf8.csv", "test_utf8_bom.csv"},
    {"test_utf16_big.csv", "test_utf16_little.csv"},
};

static struct text cells_of(const char *name, struct arena *arena)
{
    struct batch batch = {.path = name};
    struct text path = arena_format(arena, "csvkit/%s", name), all = {"", 0};
    read_records(path.bytes, &batch, arena);
    assert_true(batch.count > 0);
    for (size_t row = 0; row < batch.count; row++)
        for (size_t i = 0; i < batch.records[row].field_count; i++)
            all = arena_format(arena, "%.*s%.*s=%.*s\n", TEXT_ARGUMENT(all),
                               TEXT_ARGUMENT(batch.records[row].fields[i].name),
                               TEXT_ARGUMENT(batch.records[row].fields[i].value));
    batch_free(&batch);
    return all;
}

static void csvkit_files_with_equal_content_are_equal(void **state)
{
    (void)state;
    skip_without_folder();
    for (size_t i = 0; i < COUNT(same); i++) {
        struct arena arena = {0};
        struct text first = cells_of(same[i][0], &arena);
        for (size_t k = 1; k < 5 && same[i][k]; k++)
            if (!text_equal(first, cells_of(same[i][k], &arena)))
                fail_msg("%s differs from %s", same[i][k], same[i][0]);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_spectrum_equals_its_objects),
        cmocka_unit_test(commons_csv_equals_its_lines),
        cmocka_unit_test(csvkit_files_with_equal_content_are_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
