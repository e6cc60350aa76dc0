/* prop_csv_writer.c - the csv connector reads back every cell that the raw format writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/spreadsheet.h"
#include "connectors/connectors.h"
#include "tests/support/random.h"

enum { ROUNDS = 300, COLUMNS = 4, MAX_ROWS = 12, MAX_PIECES = 9 };

static const struct column columns[COLUMNS] = {
    {"id", COLUMN_TEXT}, {"text", COLUMN_TEXT}, {"note", COLUMN_TEXT}, {"number", COLUMN_NUMBER}};

/* The pieces of random cells: everything that CSV treats specially, and words. */
static const char *const pieces[] = {"a",    "word", "\"", "\"\"", ",",    ";",  "\t",
                                     "\n",   "\r\n", " ",  "  ",   "'",    "=1", "배송",
                                     "café", "😀",    "|",  "\\\"", "12.5", "#"};

static struct text random_cell(uint64_t *seed, struct arena *arena)
{
    struct text cell = {0};
    for (size_t i = random_next(seed) % MAX_PIECES; i > 0; i--) {
        const char *piece = pieces[random_next(seed) % (sizeof(pieces) / sizeof(*pieces))];
        cell = arena_format(arena, "%.*s%s", TEXT_ARGUMENT(cell), piece);
    }
    return cell;
}

static void write_rows(const char *path, struct text (*rows)[COLUMNS], size_t count)
{
    struct error error = {0};
    void *state = memory_alloc(1, raw_format.state_size);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_true(raw_format.begin(state, out, columns, COLUMNS, &error));
    for (size_t i = 0; i < count; i++)
        assert_true(raw_format.row(state, out, rows[i], COLUMNS, &error));
    fclose(out);
    free(state);
}

/* The connector takes a cell such as '=1 for one that the excel format wrote. */
static struct text expected_cell(struct text cell, char *bytes)
{
    if (!spreadsheet_may_be_protected(cell))
        return cell;
    memcpy(bytes, cell.bytes, cell.size);
    return spreadsheet_restore((struct text){bytes, cell.size}, bytes);
}

static void check_row(const struct record *record, const struct text *cells)
{
    char bytes[256];
    assert_int_equal(record->field_count, COLUMNS);
    for (size_t column = 0; column < COLUMNS; column++) {
        struct text read = record->fields[column].value;
        struct text expected = expected_cell(cells[column], bytes);
        if (!text_equal(read, expected))
            fail_msg("wrote '%.*s', read '%.*s'", TEXT_ARGUMENT(cells[column]),
                     TEXT_ARGUMENT(read));
    }
}

static void check_rows(const char *path, struct text (*rows)[COLUMNS], size_t count)
{
    struct error error = {0};
    void *state = memory_alloc(1, csv_connector.state_size);
    option_set_defaults(csv_connector.options, state);
    const struct option *delimiter = option_find(csv_connector.options, TEXT("delimiter"));
    assert_true(option_set(delimiter, state, TEXT(","), "test", &error));
    if (!csv_connector.open(state, path, &error))
        fail_msg("%s", error.message);
    struct batch batch = {.path = path, .source = TEXT("test")};
    while (csv_connector.read(state, &batch, &error) == READ_OK)
        continue;
    assert_int_equal(error.kind, ERROR_NONE);
    assert_int_equal(batch.reject_count, 0);
    assert_int_equal(batch.count, count);
    for (size_t i = 0; i < count; i++)
        check_row(&batch.records[i], rows[i]);
    batch_free(&batch);
    csv_connector.close(state);
    free(state);
}

static void raw_tables_are_read_back(void **state)
{
    (void)state;
    char path[] = "/tmp/prop_csv_out.XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    uint64_t seed = 20260907;
    struct arena arena = {0};
    for (size_t round = 0; round < ROUNDS; round++) {
        struct text rows[MAX_ROWS][COLUMNS];
        size_t count = 1 + random_next(&seed) % MAX_ROWS;
        for (size_t i = 0; i < count; i++) {
            for (size_t column = 1; column < COLUMNS; column++)
                rows[i][column] = random_cell(&seed, &arena);
            rows[i][0] = arena_format(&arena, "r%zu", i);
        }
        write_rows(path, rows, count);
        check_rows(path, rows, count);
        arena_reset(&arena);
    }
    arena_free(&arena);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(raw_tables_are_read_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
