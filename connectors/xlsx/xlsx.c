/* xlsx.c - the connector for spreadsheets: workbook.h reads the sheets, layout.h finds the header,
 * table_records.h turns rows into records. It reads the sheet that looks most like a table of
 * feedback, and every other sheet with the same header. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "connectors/connectors.h"
#include "connectors/table/table_records.h"
#include "connectors/xlsx/workbook.h"

enum {
    SAMPLE_SIZE = 256 * 1024, /* bytes of rows from which the layout is found */
    SAMPLE_ROWS = 1000,
    MAX_SHEETS = 256, /* further ones are ignored */
    MAX_CELL_SIZE = 1 << 20
};

struct xlsx {
    /* options, in addition to those of table_records */
    struct text sheet;

    struct table_records table_records;
    struct workbook *workbook;
    size_t sheets[MAX_SHEETS];        /* those to read, in order */
    size_t preamble_rows[MAX_SHEETS]; /* rows above the header of each */
    size_t sheet_count, next_sheet;
    struct text skipped; /* names of the sheets that are not read */
    char *raw;           /* the cells of the last row, separated by tabs */
    size_t raw_capacity;
};

static const struct option options[] = {
    {.name = "sheet",
     .type = OPTION_TEXT,
     .offset = offsetof(struct xlsx, sheet),
     .default_value = "",
     .help = "sheet to read, by name or by number from 1; empty: the one with feedback and all "
             "with its header"},
    TABLE_RECORDS_OPTIONS(struct xlsx, table_records),
    {.name = NULL},
};

static struct recognition recognize(const struct candidate_file *candidate_file,
                                    struct arena *arena)
{
    (void)arena;
    if (!text_starts_with(candidate_file->head, TEXT("PK\3\4")) ||
        !book_probe(candidate_file->path))
        return (struct recognition){0, TEXT("not a spreadsheet")};
    return (struct recognition){95, TEXT("a spreadsheet (.xlsx)")};
}

/* ---- The layout of a sheet ---- */

/* The first rows of a sheet. */
struct sheet_sample {
    struct text *cells;
    size_t *starts; /* of the rows in `cells` */
    size_t cell_count, cell_capacity, row_count, start_capacity;
    size_t size, width;
};

static void add_sample(struct sheet_sample *sample, const struct workbook_row *row,
                       struct arena *arena)
{
    sample->starts = memory_grow(sample->starts, &sample->start_capacity, sample->row_count + 1,
                                 sizeof(*sample->starts));
    sample->starts[sample->row_count++] = sample->cell_count;
    sample->cells = memory_grow(sample->cells, &sample->cell_capacity,
                                sample->cell_count + row->count, sizeof(*sample->cells));
    for (size_t i = 0; i < row->count; i++) {
        sample->cells[sample->cell_count++] = arena_copy_text(arena, row->cells[i]);
        sample->size += row->cells[i].size;
    }
    sample->width = row->count > sample->width ? row->count : sample->width;
}

static void write_cell(FILE *out, struct text cell)
{
    fputc('"', out);
    for (size_t i = 0; i < cell.size; i++) {
        if (cell.bytes[i] == '"')
            fputc('"', out);
        fputc(cell.bytes[i], out);
    }
    fputc('"', out);
}

/* The sample as CSV, which layout.h reads: every cell quoted, every row as wide as the widest. */
static struct text write_sample(const struct sheet_sample *sample, struct arena *arena)
{
    char *bytes;
    size_t size;
    FILE *out = open_memstream(&bytes, &size);
    if (!out)
        memory_alloc(SIZE_MAX / 2, 1); /* reports that memory is exhausted, and exits */
    for (size_t row = 0; row < sample->row_count; row++) {
        size_t end = row + 1 < sample->row_count ? sample->starts[row + 1] : sample->cell_count;
        for (size_t i = 0; i < sample->width; i++) {
            size_t at = sample->starts[row] + i;
            if (i > 0)
                fputc(',', out);
            write_cell(out, at < end ? sample->cells[at] : (struct text){0});
        }
        fputc('\n', out);
    }
    fclose(out);
    struct text text = arena_copy_text(arena, (struct text){bytes, size});
    free(bytes);
    return text;
}

static bool read_sample(struct xlsx *xlsx, size_t sheet, struct sheet_sample *sample,
                        struct arena *arena, struct error *error)
{
    struct workbook_row row;
    enum read_status read_status = READ_OK;
    if (!book_begin_sheet(xlsx->workbook, sheet, error))
        return false;
    while (sample->row_count < SAMPLE_ROWS && sample->size < SAMPLE_SIZE &&
           (read_status = book_read_row(xlsx->workbook, &row, error)) == READ_OK)
        if (row.count <= MAX_TABLE_COLUMNS)
            add_sample(sample, &row, arena);
    return read_status != READ_FAILED;
}

/* "sheet '2026', 3 columns, with a header below 2 other rows" */
static struct text describe_layout(const struct table_layout *table_layout, struct text name,
                                   struct arena *arena)
{
    struct text words =
        arena_format(arena, "sheet '%.*s', %zu column%s, %s", TEXT_ARGUMENT(name),
                     table_layout->count, table_layout->count == 1 ? "" : "s",
                     table_layout->header_rows ? "with a header" : "without a header");
    if (table_layout->preamble > 0)
        words = arena_format(arena, "%.*s below %zu other row%s", TEXT_ARGUMENT(words),
                             table_layout->preamble, table_layout->preamble == 1 ? "" : "s");
    return words;
}

static bool find_layout(struct xlsx *xlsx, size_t sheet, struct table_layout *table_layout,
                        struct error *error)
{
    struct arena *arena = &xlsx->table_records.arena;
    struct sheet_sample sample = {0};
    struct layout_options layout_options = {.delimiter = TEXT("comma"),
                                            .max_cell_size = MAX_CELL_SIZE};
    struct text fault;
    size_t count;
    const struct workbook_sheet *sheets = book_sheets(xlsx->workbook, &count);
    bool ok = read_sample(xlsx, sheet, &sample, arena, error);
    if (ok) {
        struct lookahead csv = {write_sample(&sample, arena), true};
        table_layout_detect(table_layout, csv, &layout_options, arena, &fault);
        table_layout->reason = describe_layout(table_layout, sheets[sheet].name, arena);
    }
    free(sample.cells);
    free(sample.starts);
    return ok;
}

/* ---- The choice of sheets ---- */

static bool same_header(const struct table_layout *a, const struct table_layout *b)
{
    if (a->count != b->count || a->header_rows == 0 || b->header_rows == 0)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!text_equal(text_trim(a->header[i]), text_trim(b->header[i])))
            return false;
    return true;
}

/* Finds the sheet of the option `sheet`; *sheet is SIZE_MAX if the option is empty. */
static bool find_requested_sheet(const struct xlsx *xlsx, const char *path, size_t *sheet,
                                 struct error *error)
{
    size_t count;
    const struct workbook_sheet *sheets = book_sheets(xlsx->workbook, &count);
    struct arena arena = {0};
    struct text names = {0};
    int64_t number;
    *sheet = SIZE_MAX;
    if (xlsx->sheet.size == 0)
        return true;
    for (size_t i = 0; i < count && *sheet == SIZE_MAX; i++)
        if (text_equal_ignore_case(text_trim(sheets[i].name), text_trim(xlsx->sheet)))
            *sheet = i;
    if (*sheet == SIZE_MAX && text_to_integer(text_trim(xlsx->sheet), &number) && number >= 1 &&
        (uint64_t)number <= count)
        *sheet = (size_t)number - 1;
    if (*sheet != SIZE_MAX)
        return true;
    for (size_t i = 0; i < count && names.size < 400; i++)
        names = arena_format(&arena, "%.*s%s%.*s", TEXT_ARGUMENT(names), i ? ", " : "",
                             TEXT_ARGUMENT(sheets[i].name));
    error_set(error, ERROR_USAGE, "%s: no sheet '%.*s'; the sheets are: %.*s", path,
              TEXT_ARGUMENT(xlsx->sheet), TEXT_ARGUMENT(names));
    arena_free(&arena);
    return false;
}

static void note_skipped_sheet(struct xlsx *xlsx, struct text name)
{
    xlsx->skipped =
        arena_format(&xlsx->table_records.arena, "%.*s%s%.*s", TEXT_ARGUMENT(xlsx->skipped),
                     xlsx->skipped.size ? ", " : "", TEXT_ARGUMENT(name));
}

static void add_sheet(struct xlsx *xlsx, size_t sheet, const struct table_layout *table_layout)
{
    xlsx->preamble_rows[xlsx->sheet_count] = table_layout->preamble;
    xlsx->sheets[xlsx->sheet_count++] = sheet;
}

/* Known column names count most, then the fit of a table, then the number of rows. */
static int score_sheet(const struct table_layout *table_layout, struct arena *arena)
{
    enum { KNOWN_NAMES_WEIGHT = 100, MANY_ROWS = 100 };
    if (table_layout->count == 0)
        return 0;
    size_t rows = table_layout->samples.rows < MANY_ROWS ? table_layout->samples.rows : MANY_ROWS;
    return table_records_recognize(table_layout, arena).score +
           (table_layout->has_known_names ? KNOWN_NAMES_WEIGHT : 0) + (int)rows / 10;
}

/* Chooses, among the visible sheets, the one with the highest score and those with its header. */
static bool choose_sheets(struct xlsx *xlsx, struct error *error)
{
    struct arena *arena = &xlsx->table_records.arena;
    size_t count, best = 0;
    int best_score = -1;
    const struct workbook_sheet *sheets = book_sheets(xlsx->workbook, &count);
    count = count < MAX_SHEETS ? count : MAX_SHEETS;
    struct table_layout *layouts = arena_alloc(arena, count, sizeof(*layouts));
    for (size_t i = 0; i < count; i++) {
        if (sheets[i].is_hidden)
            continue;
        if (!find_layout(xlsx, i, &layouts[i], error))
            return false;
        int score = score_sheet(&layouts[i], arena);
        if (score > best_score) {
            best_score = score;
            best = i;
        }
    }
    xlsx->table_records.table_layout = layouts[best];
    for (size_t i = 0; i < count; i++)
        if (i == best || (!sheets[i].is_hidden && same_header(&layouts[i], &layouts[best])))
            add_sheet(xlsx, i, &layouts[i]);
        else
            note_skipped_sheet(xlsx, sheets[i].name);
    return true;
}

/* ---- Rows ---- */

/* Moves to the first row of data in the next sheet. */
static bool begin_sheet(struct xlsx *xlsx, struct error *error)
{
    struct workbook_row row;
    size_t index = xlsx->next_sheet++;
    if (!book_begin_sheet(xlsx->workbook, xlsx->sheets[index], error))
        return false;
    for (size_t i = xlsx->preamble_rows[index] + xlsx->table_records.survey.header_rows; i > 0;
         i--) {
        enum read_status read_status = book_read_row(xlsx->workbook, &row, error);
        if (read_status != READ_OK)
            return read_status == READ_END;
    }
    return true;
}

static bool open_xlsx(void *state, const char *path, struct error *error)
{
    struct xlsx *xlsx = state;
    size_t requested_sheet;
    if (!book_open(&xlsx->workbook, path, error) ||
        !find_requested_sheet(xlsx, path, &requested_sheet, error))
        return false;
    if (requested_sheet == SIZE_MAX) {
        if (!choose_sheets(xlsx, error))
            return false;
    } else {
        if (!find_layout(xlsx, requested_sheet, &xlsx->table_records.table_layout, error))
            return false;
        add_sheet(xlsx, requested_sheet, &xlsx->table_records.table_layout);
    }
    return table_records_map_columns(&xlsx->table_records, path, error) && begin_sheet(xlsx, error);
}

static struct text join_cells(struct xlsx *xlsx, const struct workbook_row *row)
{
    size_t size = 0;
    for (size_t i = 0; i < row->count; i++) {
        xlsx->raw = memory_grow(xlsx->raw, &xlsx->raw_capacity, size + row->cells[i].size + 1, 1);
        if (row->cells[i].size > 0)
            memcpy(xlsx->raw + size, row->cells[i].bytes, row->cells[i].size);
        size += row->cells[i].size;
        if (i + 1 < row->count)
            xlsx->raw[size++] = '\t';
    }
    return (struct text){xlsx->raw, size};
}

static enum read_status read_xlsx(void *state, struct batch *batch, struct error *error)
{
    struct xlsx *xlsx = state;
    struct workbook_row row;
    for (;;) {
        enum read_status read_status = book_read_row(xlsx->workbook, &row, error);
        if (read_status == READ_FAILED)
            return READ_FAILED;
        if (read_status == READ_END) {
            if (table_records_end_rows(&xlsx->table_records, batch))
                return READ_OK;
            if (xlsx->next_sheet == xlsx->sheet_count || xlsx->table_records.count == 0)
                return READ_END;
            if (!begin_sheet(xlsx, error))
                return READ_FAILED;
            continue;
        }
        if (xlsx->table_records.count == 0)
            continue; /* not a table */
        struct located_row located_row = {row.cells, row.count, join_cells(xlsx, &row), row.number,
                                          0};
        if (!row.is_too_long) {
            if (table_records_add_row(&xlsx->table_records, &located_row, batch))
                return READ_OK;
            continue;
        }
        table_records_release_rows(&xlsx->table_records, batch);
        batch_reject_row(batch, row.number, 0, TEXT("a cell is longer than the limit"),
                         located_row.raw);
        return READ_OK;
    }
}

static struct text explain(void *state, const struct column_facts *facts, struct arena *arena)
{
    struct xlsx *xlsx = state;
    if (xlsx->table_records.count == 0)
        return TEXT("layout: no rows");
    struct text table = table_records_explain(&xlsx->table_records, facts, arena);
    struct text lines =
        arena_format(arena, "layout: %.*s", TEXT_ARGUMENT(xlsx->table_records.table_layout.reason));
    if (xlsx->sheet_count > 1)
        lines = arena_format(arena, "%.*s\nsheets: %zu with this header, one after the other",
                             TEXT_ARGUMENT(lines), xlsx->sheet_count);
    if (xlsx->skipped.size > 0)
        lines = arena_format(arena, "%.*s\nnot read: %.*s; 'sheet =' selects one",
                             TEXT_ARGUMENT(lines), TEXT_ARGUMENT(xlsx->skipped));
    return arena_format(arena, "%.*s\n%.*s", TEXT_ARGUMENT(lines), TEXT_ARGUMENT(table));
}

static void close_xlsx(void *state)
{
    struct xlsx *xlsx = state;
    book_close(xlsx->workbook);
    free(xlsx->raw);
    table_records_free(&xlsx->table_records);
}

const struct connector xlsx_connector = {
    .name = "xlsx",
    .summary = "spreadsheets (.xlsx): the sheet with feedback and all with its header",
    .options = options,
    .state_size = sizeof(struct xlsx),
    .recognize = recognize,
    .open = open_xlsx,
    .read = read_xlsx,
    .explain = explain,
    .close = close_xlsx,
};
