/* prop_rows.c - what libcsv reads by its strict rules reads the same through rows.h, and a row
 * asked for with fewer bytes than it has is the same row or "more". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <csv.h>
#include <string.h>

#include "base/arena.h"
#include "connectors/table/rows.h"
#include "tests/support/random.h"

enum { ROUNDS = 200000, LONGEST = 24, FEWEST_STRICT = ROUNDS / 20 };

/* Bytes that tables are made of. */
static struct text random_table(uint64_t *seed, char bytes[LONGEST])
{
    static const char letters[] = "ab,,\"\"\"\"\n\r\xC3\xA9";
    size_t size = random_next(seed) % LONGEST;
    for (size_t i = 0; i < size; i++)
        bytes[i] = letters[random_next(seed) % (sizeof(letters) - 1)];
    return (struct text){bytes, size};
}

/* Cells with a unit separator behind each, rows with a record separator. */
struct shown {
    char bytes[8 * LONGEST];
    size_t size;
};

static void show_cell(void *bytes, size_t size, void *user)
{
    struct shown *shown = user;
    if (size > 0)
        memcpy(shown->bytes + shown->size, bytes, size);
    shown->size += size;
    shown->bytes[shown->size++] = 0x1F;
}

static void show_end(int terminator, void *user)
{
    struct shown *shown = user;
    (void)terminator;
    shown->bytes[shown->size++] = 0x1E;
}

static int is_never_space(unsigned char byte)
{
    (void)byte;
    return 0;
}

static bool read_strictly(struct text table, struct shown *shown)
{
    struct csv_parser parser;
    csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI);
    csv_set_space_func(&parser, is_never_space);
    bool good =
        csv_parse(&parser, table.bytes, table.size, show_cell, show_end, shown) == table.size &&
        csv_fini(&parser, show_cell, show_end, shown) == 0;
    csv_free(&parser);
    return good;
}

static void show_row(const struct table_row *row, struct shown *shown)
{
    for (size_t i = 0; i < row->count; i++)
        show_cell((void *)(uintptr_t)row->cells[i].bytes, row->cells[i].size, shown);
    show_end(0, shown);
}

/* Ends with the first row that is broken. */
static void read_rows(struct rows *rows, struct text table, struct shown *shown)
{
    struct table_row row;
    while (rows_next(rows, table, true, 0, &row) == ROW_FOUND) {
        show_row(&row, shown);
        table = text_slice(table, row.blank_size + row.size, table.size);
    }
}

static void what_libcsv_reads_strictly_is_read_the_same(void **state)
{
    (void)state;
    struct rows *rows = rows_open((struct dialect){.delimiter = ',', .quote = '"'}, LONGEST);
    uint64_t seed = 3;
    size_t strict = 0;
    for (size_t round = 0; round < ROUNDS; round++) {
        char bytes[LONGEST];
        struct text table = random_table(&seed, bytes);
        struct shown expected = {.size = 0}, found = {.size = 0};
        if (!read_strictly(table, &expected))
            continue;
        strict++;
        read_rows(rows, table, &found);
        if (found.size != expected.size || memcmp(found.bytes, expected.bytes, found.size) != 0)
            fail_msg("round %zu: %.*s", round, TEXT_ARGUMENT(table));
    }
    assert_true(strict > FEWEST_STRICT);
    rows_close(rows);
}

static void fewer_bytes_give_the_same_row_or_more(void **state)
{
    (void)state;
    struct rows *rows = rows_open((struct dialect){.delimiter = ',', .quote = '"'}, LONGEST);
    uint64_t seed = 5;
    for (size_t round = 0; round < ROUNDS / 10; round++) {
        char bytes[LONGEST];
        struct text table = random_table(&seed, bytes);
        struct table_row row;
        struct shown whole = {.size = 0};
        if (rows_next(rows, table, true, 0, &row) != ROW_FOUND)
            continue;
        size_t size = row.blank_size + row.size;
        show_row(&row, &whole);
        for (size_t cut = 0; cut < table.size; cut++) {
            struct shown part = {.size = 0};
            if (rows_next(rows, text_slice(table, 0, cut), false, 0, &row) == ROW_INCOMPLETE)
                continue;
            show_row(&row, &part);
            if (row.blank_size + row.size != size || part.size != whole.size ||
                memcmp(part.bytes, whole.bytes, part.size) != 0)
                fail_msg("round %zu, cut at %zu: %.*s", round, cut, TEXT_ARGUMENT(table));
        }
    }
    rows_close(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_libcsv_reads_strictly_is_read_the_same),
        cmocka_unit_test(fewer_bytes_give_the_same_row_or_more),
    };
    return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
