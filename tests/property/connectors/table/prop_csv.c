/* prop_csv.c - tables of random cells are read as they were written, and a file that is cut
 * anywhere loses at most its last record. */
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
#include "connectors/connectors.h"
#include "tests/support/random.h"

enum { COLUMNS = 4, ROWS = 12, ROUNDS = 60 };

static char path[64];

static struct text random_cell(uint64_t *seed, struct arena *arena)
{
    static const char *const pieces[] = {"a",  "word ", "\"", ",",  "\n", "\r\n",
                                         "배", "é",     "7",  "\t", ";",  " "};
    struct text cell = {"", 0};
    for (size_t i = random_next(seed) % 8; i > 0; i--)
        cell = arena_format(arena, "%.*s%s", TEXT_ARGUMENT(cell), pieces[random_next(seed) % 12]);
    return cell;
}

/* Writes a table whose first column is an id, so that no row is blank. */
static void write_table(struct text cells[ROWS][COLUMNS], uint64_t *seed, char **bytes,
                        size_t *size, struct arena *arena)
{
    static const struct column columns[COLUMNS] = {
        {"id", COLUMN_TEXT}, {"date", COLUMN_TEXT}, {"title", COLUMN_TEXT}, {"text", COLUMN_TEXT}};
    void *state = memory_alloc(1, raw_format.state_size + 1);
    FILE *out = open_memstream(bytes, size);
    assert_non_null(out);
    assert_true(raw_format.begin(state, out, columns, COLUMNS, NULL));
    for (size_t row = 0; row < ROWS; row++) {
        cells[row][0] = arena_format(arena, "r%zu", row);
        for (size_t i = 1; i < COLUMNS; i++)
            cells[row][i] = random_cell(seed, arena);
        assert_true(raw_format.row(state, out, cells[row], COLUMNS, NULL));
    }
    fclose(out);
    free(state);
}

/* Reads the first `size` bytes as a table; returns how many records from the first on are equal. */
static size_t count_equal_records(const char *bytes, size_t size, struct text cells[ROWS][COLUMNS])
{
    struct error error = {0};
    struct batch batch = {.path = path};
    void *state = memory_alloc(1, csv_connector.state_size);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
    option_set_defaults(csv_connector.options, state);
    const char *const settings[][2] = {
        {"allow_missing_text", "yes"}, {"header", "yes"}, {"delimiter", ","}};
    for (size_t i = 0; i < 3; i++)
        assert_true(option_set(option_find(csv_connector.options, text_of(settings[i][0])), state,
                               text_of(settings[i][1]), "", NULL));
    assert_true(csv_connector.open(state, path, &error));
    while (csv_connector.read(state, &batch, &error) == READ_OK)
        continue;
    size_t equal = 0;
    for (; equal < batch.count && equal < ROWS; equal++) {
        const struct record *record = &batch.records[equal];
        bool same = record->field_count == COLUMNS;
        for (size_t i = 0; same && i < COLUMNS; i++)
            same = text_equal(record->fields[i].value, cells[equal][i]);
        if (!same)
            break;
    }
    csv_connector.close(state);
    free(state);
    batch_free(&batch);
    return equal;
}

static void written_tables_are_read_back(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int round = 0; round < ROUNDS; round++) {
        struct arena arena = {0};
        struct text cells[ROWS][COLUMNS];
        char *bytes;
        size_t size;
        write_table(cells, &seed, &bytes, &size, &arena);
        if (count_equal_records(bytes, size, cells) != ROWS)
            fail_msg("round %d:\n%.*s", round, (int)size, bytes);
        free(bytes);
        arena_free(&arena);
    }
}

/* The end of a row: the beginning of the line with the next id. */
static size_t end_of_row(const char *bytes, size_t size, size_t row)
{
    char id[16];
    snprintf(id, sizeof(id), "\nr%zu,", row + 1);
    const char *found = memmem(bytes, size, id, strlen(id));
    return found ? (size_t)(found - bytes) + 1 : size;
}

static void a_cut_file_loses_its_last_record_at_most(void **state)
{
    (void)state;
    uint64_t seed = 11;
    for (int round = 0; round < 4; round++) {
        struct arena arena = {0};
        struct text cells[ROWS][COLUMNS];
        char *bytes;
        size_t size;
        write_table(cells, &seed, &bytes, &size, &arena);
        for (size_t cut = 20; cut <= size; cut++) {
            size_t whole = 0;
            while (whole < ROWS && end_of_row(bytes, size, whole) <= cut)
                whole++;
            size_t equal = count_equal_records(bytes, cut, cells);
            if (equal < whole)
                fail_msg("round %d, cut at %zu: %zu of %zu whole rows\n%.*s", round, cut, equal,
                         whole, (int)cut, bytes);
        }
        free(bytes);
        arena_free(&arena);
    }
}

int main(void)
{
    snprintf(path, sizeof(path), "/tmp/winnow-prop-csv-%d", (int)getpid());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_tables_are_read_back),
        cmocka_unit_test(a_cut_file_loses_its_last_record_at_most),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
