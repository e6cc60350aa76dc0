/* prop_row_reader.c - what libcsv accepts by its strict rules, the row reader splits into the same
 * cells; and with fewer bytes it gives the same row or asks for more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <csv.h>
#include <string.h>

#include "base/arena.h"
#include "connectors/table/row_reader.h"
#include "tests/support/random.h"

enum { ROUNDS = 200000, MAX_SIZE = 24, MIN_STRICT = ROUNDS / 20 };

/* Random bytes of those that matter in tables. */
static struct text random_table(uint64_t *seed, char bytes[MAX_SIZE])
{
    static const char letters[] = "ab,,\"\"\"\"\n\r\xC3\xA9";
    size_t size = random_next(seed) % MAX_SIZE;
    for (size_t i = 0; i < size; i++)
        bytes[i] = letters[random_next(seed) % (sizeof(letters) - 1)];
    return (struct text){bytes, size};
}

/* Cells, each followed by a unit separator, and rows, each followed by a record separator. */
struct printed {
    char bytes[8 * MAX_SIZE];
    size_t size;
};

static void print_cell(void *bytes, size_t size, void *user)
{
    struct printed *printed = user;
    if (size > 0)
        memcpy(printed->bytes + printed->size, bytes, size);
    printed->size += size;
    printed->bytes[printed->size++] = 0x1F;
}

static void print_end(int terminator, void *user)
{
    struct printed *printed = user;
    (void)terminator;
    printed->bytes[printed->size++] = 0x1E;
}

static int is_never_space(unsigned char byte)
{
    (void)byte;
    return 0;
}

static bool read_strictly(struct text table, struct printed *printed)
{
    struct csv_parser parser;
    csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI);
    csv_set_space_func(&parser, is_never_space);
    bool good =
        csv_parse(&parser, table.bytes, table.size, print_cell, print_end, printed) == table.size &&
        csv_fini(&parser, print_cell, print_end, printed) == 0;
    csv_free(&parser);
    return good;
}

static void print_row(const struct table_row *row, struct printed *printed)
{
    for (size_t i = 0; i < row->count; i++)
        print_cell((void *)(uintptr_t)row->cells[i].bytes, row->cells[i].size, printed);
    print_end(0, printed);
}

/* Reads up to the first broken row. */
static void read_rows(struct row_reader *reader, struct text table, struct printed *printed)
{
    struct table_row row;
    while (row_reader_next(reader, (struct lookahead){table, true}, 0, &row) == ROW_FOUND) {
        print_row(&row, printed);
        table = text_slice(table, row.blank_size + row.size, table.size);
    }
}

static void cells_equal_those_of_libcsv(void **state)
{
    (void)state;
    struct row_reader *reader =
        row_reader_open((struct dialect){.delimiter = ',', .quote = '"'}, MAX_SIZE);
    uint64_t seed = 3;
    size_t strict = 0;
    for (size_t round = 0; round < ROUNDS; round++) {
        char bytes[MAX_SIZE];
        struct text table = random_table(&seed, bytes);
        struct printed expected = {.size = 0}, found = {.size = 0};
        if (!read_strictly(table, &expected))
            continue;
        strict++;
        read_rows(reader, table, &found);
        if (found.size != expected.size || memcmp(found.bytes, expected.bytes, found.size) != 0)
            fail_msg("round %zu: %.*s", round, TEXT_ARGUMENT(table));
    }
    assert_true(strict > MIN_STRICT);
    row_reader_close(reader);
}

static void fewer_bytes_give_the_same_row_or_ask_for_more(void **state)
{
    (void)state;
    struct row_reader *reader =
        row_reader_open((struct dialect){.delimiter = ',', .quote = '"'}, MAX_SIZE);
    uint64_t seed = 5;
    for (size_t round = 0; round < ROUNDS / 10; round++) {
        char bytes[MAX_SIZE];
        struct text table = random_table(&seed, bytes);
        struct table_row row;
        struct printed whole = {.size = 0};
        if (row_reader_next(reader, (struct lookahead){table, true}, 0, &row) != ROW_FOUND)
            continue;
        size_t size = row.blank_size + row.size;
        print_row(&row, &whole);
        for (size_t cut = 0; cut < table.size; cut++) {
            struct printed part = {.size = 0};
            if (row_reader_next(reader, (struct lookahead){text_slice(table, 0, cut), false}, 0,
                                &row) == ROW_INCOMPLETE)
                continue;
            print_row(&row, &part);
            if (row.blank_size + row.size != size || part.size != whole.size ||
                memcmp(part.bytes, whole.bytes, part.size) != 0)
                fail_msg("round %zu, cut at %zu: %.*s", round, cut, TEXT_ARGUMENT(table));
        }
    }
    row_reader_close(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_equal_those_of_libcsv),
        cmocka_unit_test(fewer_bytes_give_the_same_row_or_ask_for_more),
    };
    return cmocka_run_group_tests_name("row_reader", tests, NULL, NULL);
}
