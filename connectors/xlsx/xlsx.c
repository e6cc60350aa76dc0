/* xlsx.c - the connector for spreadsheets: workbook.h reads the sheets, layout.h finds the header,
 * tabular.h makes records of the rows. Of several sheets the one that looks most like a table of
 * feedback is read, and every other with the same header. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "connectors/connectors.h"
#include "connectors/table/table_records.h"
#include "connectors/xlsx/workbook.h"

enum {
    SAMPLE_SIZE = 256 * 1024, /* bytes of the rows looked at before the first is read */
    SAMPLE_ROWS = 1000,
    MOST_SHEETS = 256, /* that are looked at */
    LONGEST_CELL = 1 << 20
};

struct xlsx {
    /* options; tabular has more */
    struct text sheet;

    struct tabular tabular;
    struct workbook *workbook;
    size_t sheets[MOST_SHEETS]; /* to read, one after the other */
    size_t skips[MOST_SHEETS];  /* rows before their data */
    size_t sheet_count, next_sheet;
    struct text left_out; /* names of the sheets that are not read */
    char *raw;            /* of the last row, its cells with tabs between them */
    size_t raw_capacity;
};

static const struct option options[] = {
    {.name = "sheet",
     .type = OPTION_TEXT,
     .offset = offsetof(struct xlsx, sheet),
     .fallback = "",
     .help = "of a spreadsheet: name or number, from 1; empty: find the one with feedback"},
    TABULAR_OPTIONS(struct xlsx, tabular),
    {.name = NULL},
};

static struct recognition recognize(const struct candidate *candidate, struct arena *arena)
{
    (void)arena;
    if (!text_starts_with(candidate->head, TEXT("PK\3\4")) || !workbook_is(candidate->path))
        return (struct recognition){0, TEXT("no spreadsheet")};
    return (struct recognition){95, TEXT("a spreadsheet (.xlsx)")};
}

/* ---- How a sheet is laid out ---- */

/* The first rows of a sheet as CSV, which layout.h takes: every cell quoted, every row as wide as
 * the widest. */
struct sample {
    struct text *cells;
    size_t *starts; /* of the rows in `cells` */
    size_t cell_count, cell_capacity, row_count, start_capacity;
    size_t size, width;
};

static void add_sample(struct sample *sample, const struct workbook_row *row, struct arena *arena)
{
    sample->starts = memory_grow(sample->starts, &sample->start_capacity, sample->row_count + 1,
                                 sizeof(*sample->starts));
    sample->starts[sample->row_count++] = sample->cell_count;
    sample->cells = memory_grow(sample->cells, &sample->cell_capacity,
                                sample->cell_count + row->count, sizeof(*sample->cells));
    for (size_t i = 0; i < row->count; i++) {
        sample->cells[sample->cell_count++] = arena_copy(arena, row->cells[i]);
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

static struct text write_sample(const struct sample *sample, struct arena *arena)
{
    char *bytes;
    size_t size;
    FILE *out = open_memstream(&bytes, &size);
    if (!out)
        memory_alloc(SIZE_MAX / 2, 1); /* ends the run */
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
    struct text text = arena_copy(arena, (struct text){bytes, size});
    free(bytes);
    return text;
}

static bool read_sample(struct xlsx *xlsx, size_t sheet, struct sample *sample, struct arena *arena,
                        struct error *error)
{
    struct workbook_row row;
    enum reading reading = READING_MORE;
    if (!workbook_begin(xlsx->workbook, sheet, error))
        return false;
    while (sample->row_count < SAMPLE_ROWS && sample->size < SAMPLE_SIZE &&
           (reading = workbook_read(xlsx->workbook, &row, error)) == READING_MORE)
        if (row.count <= LAYOUT_WIDEST)
            add_sample(sample, &row, arena);
    return reading != READING_FAILED;
}

/* "3 columns, with a header below 2 other rows" */
static struct text describe(const struct layout *layout, struct text name, struct arena *arena)
{
    struct text words = arena_format(arena, "sheet '%.*s', %zu column%s, %s", TEXT_ARGUMENT(name),
                                     layout->count, layout->count == 1 ? "" : "s",
                                     layout->header_rows ? "with a header" : "without a header");
    if (layout->preamble > 0)
        words = arena_format(arena, "%.*s below %zu other row%s", TEXT_ARGUMENT(words),
                             layout->preamble, layout->preamble == 1 ? "" : "s");
    return words;
}

static bool find_layout(struct xlsx *xlsx, size_t sheet, struct layout *layout, struct error *error)
{
    struct arena *arena = &xlsx->tabular.arena;
    struct sample sample = {0};
    struct layout_wishes wishes = {.delimiter = TEXT("comma"), .longest_cell = LONGEST_CELL};
    struct text fault;
    size_t count;
    const struct workbook_sheet *sheets = workbook_sheets(xlsx->workbook, &count);
    bool ok = read_sample(xlsx, sheet, &sample, arena, error);
    if (ok) {
        layout_find(layout, write_sample(&sample, arena), true, &wishes, arena, &fault);
        layout->reason = describe(layout, sheets[sheet].name, arena);
    }
    free(sample.cells);
    free(sample.starts);
    return ok;
}

/* ---- Which sheets ---- */

static bool same_header(const struct layout *a, const struct layout *b)
{
    if (a->count != b->count || a->header_rows == 0 || b->header_rows == 0)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!text_equal(text_trim(a->header[i]), text_trim(b->header[i])))
            return false;
    return true;
}

/* The sheet that the user names; *sheet is SIZE_MAX when he names none. */
static bool find_wanted(const struct xlsx *xlsx, const char *path, size_t *sheet,
                        struct error *error)
{
    size_t count;
    const struct workbook_sheet *sheets = workbook_sheets(xlsx->workbook, &count);
    struct arena arena = {0};
    struct text names = {0};
    int64_t number;
    *sheet = SIZE_MAX;
    if (xlsx->sheet.size == 0)
        return true;
    for (size_t i = 0; i < count && *sheet == SIZE_MAX; i++)
        if (text_equal_fold(text_trim(sheets[i].name), text_trim(xlsx->sheet)))
            *sheet = i;
    if (*sheet == SIZE_MAX && text_integer(text_trim(xlsx->sheet), &number) && number >= 1 &&
        (uint64_t)number <= count)
        *sheet = (size_t)number - 1;
    if (*sheet != SIZE_MAX)
        return true;
    for (size_t i = 0; i < count && names.size < 400; i++)
        names = arena_format(&arena, "%.*s%s%.*s", TEXT_ARGUMENT(names), i ? ", " : "",
                             TEXT_ARGUMENT(sheets[i].name));
    error_set(error, ERROR_USAGE, "%s: no sheet '%.*s'; there are: %.*s", path,
              TEXT_ARGUMENT(xlsx->sheet), TEXT_ARGUMENT(names));
    arena_free(&arena);
    return false;
}

static void note_left_out(struct xlsx *xlsx, struct text name)
{
    xlsx->left_out = arena_format(&xlsx->tabular.arena, "%.*s%s%.*s", TEXT_ARGUMENT(xlsx->left_out),
                                  xlsx->left_out.size ? ", " : "", TEXT_ARGUMENT(name));
}

static void add_sheet(struct xlsx *xlsx, size_t sheet, const struct layout *layout)
{
    xlsx->skips[xlsx->sheet_count] = layout->preamble;
    xlsx->sheets[xlsx->sheet_count++] = sheet;
}

/* Names that exports use weigh most, then what looks like a table, then how much is in it. */
static int score_sheet(const struct layout *layout, struct arena *arena)
{
    enum { NAMES_WEIGH = 100, MANY_ROWS = 100 };
    if (layout->count == 0)
        return 0;
    size_t rows = layout->samples.rows < MANY_ROWS ? layout->samples.rows : MANY_ROWS;
    return tabular_recognize(layout, arena).score + (layout->known_names ? NAMES_WEIGH : 0) +
           (int)rows / 10;
}

/* Looks at every sheet that people see, and takes the best and those with its header. */
static bool choose_sheets(struct xlsx *xlsx, struct error *error)
{
    struct arena *arena = &xlsx->tabular.arena;
    size_t count, best = 0;
    int best_score = -1;
    const struct workbook_sheet *sheets = workbook_sheets(xlsx->workbook, &count);
    count = count < MOST_SHEETS ? count : MOST_SHEETS;
    struct layout *layouts = arena_alloc(arena, count, sizeof(*layouts));
    for (size_t i = 0; i < count; i++) {
        if (sheets[i].hidden)
            continue;
        if (!find_layout(xlsx, i, &layouts[i], error))
            return false;
        int score = score_sheet(&layouts[i], arena);
        if (score > best_score) {
            best_score = score;
            best = i;
        }
    }
    xlsx->tabular.layout = layouts[best];
    for (size_t i = 0; i < count; i++)
        if (i == best || (!sheets[i].hidden && same_header(&layouts[i], &layouts[best])))
            add_sheet(xlsx, i, &layouts[i]);
        else
            note_left_out(xlsx, sheets[i].name);
    return true;
}

/* ---- Rows ---- */

/* Goes to the next sheet's first row of data. */
static bool begin_sheet(struct xlsx *xlsx, struct error *error)
{
    struct workbook_row row;
    size_t index = xlsx->next_sheet++;
    if (!workbook_begin(xlsx->workbook, xlsx->sheets[index], error))
        return false;
    for (size_t i = xlsx->skips[index] + xlsx->tabular.survey.header_rows; i > 0; i--) {
        enum reading reading = workbook_read(xlsx->workbook, &row, error);
        if (reading != READING_MORE)
            return reading == READING_DONE;
    }
    return true;
}

static bool open_xlsx(void *state, const char *path, struct error *error)
{
    struct xlsx *xlsx = state;
    size_t wanted;
    if (!workbook_open(&xlsx->workbook, path, error) || !find_wanted(xlsx, path, &wanted, error))
        return false;
    if (wanted == SIZE_MAX) {
        if (!choose_sheets(xlsx, error))
            return false;
    } else {
        if (!find_layout(xlsx, wanted, &xlsx->tabular.layout, error))
            return false;
        add_sheet(xlsx, wanted, &xlsx->tabular.layout);
    }
    return tabular_learn(&xlsx->tabular, path, error) && begin_sheet(xlsx, error);
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

static enum reading read_xlsx(void *state, struct batch *batch, struct error *error)
{
    struct xlsx *xlsx = state;
    struct workbook_row row;
    for (;;) {
        enum reading reading = workbook_read(xlsx->workbook, &row, error);
        if (reading == READING_FAILED)
            return READING_FAILED;
        if (reading == READING_DONE) {
            if (xlsx->next_sheet == xlsx->sheet_count || xlsx->tabular.count == 0)
                return READING_DONE;
            if (!begin_sheet(xlsx, error))
                return READING_FAILED;
            continue;
        }
        if (xlsx->tabular.count == 0)
            continue; /* a sheet of which nothing can be made */
        struct placed_row placed = {row.cells, row.count, join_cells(xlsx, &row), row.number, 0};
        if (row.too_long)
            batch_reject_row(batch, row.number, 0, TEXT("a cell is longer than the limit"),
                             placed.raw);
        else
            tabular_add(&xlsx->tabular, &placed, batch);
        return READING_MORE;
    }
}

static struct text explain(void *state, struct arena *arena)
{
    struct xlsx *xlsx = state;
    if (xlsx->tabular.count == 0)
        return TEXT("layout: nothing in it");
    struct text table = tabular_explain(&xlsx->tabular, arena);
    struct text lines =
        arena_format(arena, "layout: %.*s", TEXT_ARGUMENT(xlsx->tabular.layout.reason));
    if (xlsx->sheet_count > 1)
        lines = arena_format(arena, "%.*s\nsheets: %zu with this header, one after the other",
                             TEXT_ARGUMENT(lines), xlsx->sheet_count);
    if (xlsx->left_out.size > 0)
        lines = arena_format(arena, "%.*s\nnot read: %.*s; 'sheet =' names one",
                             TEXT_ARGUMENT(lines), TEXT_ARGUMENT(xlsx->left_out));
    return arena_format(arena, "%.*s\n%.*s", TEXT_ARGUMENT(lines), TEXT_ARGUMENT(table));
}

static void close_xlsx(void *state)
{
    struct xlsx *xlsx = state;
    workbook_close(xlsx->workbook);
    free(xlsx->raw);
    tabular_free(&xlsx->tabular);
}

const struct connector xlsx_connector = {
    .name = "xlsx",
    .summary = "spreadsheets (.xlsx), a sheet read as a table",
    .options = options,
    .state_size = sizeof(struct xlsx),
    .recognize = recognize,
    .open = open_xlsx,
    .read = read_xlsx,
    .explain = explain,
    .close = close_xlsx,
};
