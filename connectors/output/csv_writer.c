/* csv_writer.c - tables as CSV: `raw` for programs (RFC 4180), `excel` for people (opens cleanly in
 * a spreadsheet, and cannot run anything there). */
#include <errno.h>
#include <string.h>

#include "base/utf8.h"
#include "connectors/connectors.h"

/* What one spreadsheet cell and one sheet hold; cells count in UTF-16 units. */
enum { CELL_MOST = 32767, SHEET_MOST = 1048576 };

enum { CUT_MARK_SIZE = 64 };

struct csv_out {
    struct text delimiter_name; /* option of excel */
    bool excel;
    char delimiter;
    const struct column *columns; /* borrowed */
    uint64_t rows, cut_cells;
};

static const char spreadsheet_starts[] = "=+-@\t\r\n";

/* The full-width forms of = + - @, which some locales take for the ASCII ones. */
static const uint32_t wide_starts[] = {0xFF1D, 0xFF0B, 0xFF0D, 0xFF20};

/* Whether a spreadsheet could take the cell for a formula. Spaces before one do not disarm it
 * everywhere. */
static bool starts_like_a_formula(struct text cell)
{
    size_t at = 0, size;
    while (at < cell.size && cell.bytes[at] == ' ')
        at++;
    if (at == cell.size)
        return false;
    if (cell.bytes[at] && strchr(spreadsheet_starts, cell.bytes[at]))
        return true;
    uint32_t point = utf8_decode(cell, at, &size);
    for (size_t i = 0; i < sizeof(wide_starts) / sizeof(*wide_starts); i++)
        if (point == wide_starts[i])
            return true;
    return false;
}

static size_t digits_at(struct text cell, size_t at)
{
    size_t begin = at;
    while (at < cell.size && cell.bytes[at] >= '0' && cell.bytes[at] <= '9')
        at++;
    return at - begin;
}

/* Whether a spreadsheet would show an identifier as something else: 007 as 7, 114159265358 as
 * 1.14E+11, 12e4 as 120000, 3-4 as the fourth of March. */
static bool looks_like_another_value(struct text cell)
{
    size_t first = digits_at(cell, 0);
    if (first == 0)
        return false;
    if (first == cell.size)
        return first > 11 || (cell.bytes[0] == '0' && first > 1);
    size_t second = digits_at(cell, first + 1);
    bool whole = second > 0 && first + 1 + second == cell.size;
    char between = cell.bytes[first];
    if (between == 'e' || between == 'E')
        return whole;
    return (between == '-' || between == '/') && whole && first <= 2 && second <= 2;
}

static size_t units_of(uint32_t point)
{
    return point > 0xFFFF ? 2 : 1;
}

static size_t utf16_units(struct text cell)
{
    size_t units = 0;
    for (size_t at = 0, size; at < cell.size; at += size)
        units += units_of(utf8_decode(cell, at, &size));
    return units;
}

/* How many bytes of the cell come within `most` units, no code point cut. */
static size_t bytes_within(struct text cell, size_t most)
{
    size_t at = 0, size, units = 0;
    while (at < cell.size) {
        units += units_of(utf8_decode(cell, at, &size));
        if (units > most)
            break;
        at += size;
    }
    return at;
}

/* Bytes that are not UTF-8, and NUL, which ends a cell for many readers, become U+FFFD. */
static void write_bytes(FILE *out, struct text cell)
{
    for (size_t at = 0, size; at < cell.size; at += size) {
        bool broken = utf8_decode(cell, at, &size) == 0xFFFD || cell.bytes[at] == '\0';
        if (broken)
            fputs("\xEF\xBF\xBD", out);
        else if (cell.bytes[at] == '"')
            fputs("\"\"", out);
        else
            fwrite(cell.bytes + at, 1, size, out);
    }
}

static bool needs_quotes(const struct csv_out *csv, struct text cell)
{
    for (size_t i = 0; i < cell.size; i++)
        if (cell.bytes[i] == csv->delimiter || strchr("\"\r\n", cell.bytes[i]))
            return true; /* strchr finds NUL too: harmless */
    return false;
}

/* `alone`: the row's only cell; left empty it would make a blank line, which readers skip. */
static void write_cell(struct csv_out *csv, FILE *out, const struct column *column,
                       struct text cell, bool alone)
{
    char mark[CUT_MARK_SIZE] = "";
    bool guard = csv->excel && column->kind == COLUMN_TEXT &&
                 (starts_like_a_formula(cell) || looks_like_another_value(cell));
    size_t units = csv->excel ? utf16_units(cell) : 0;
    if (units + guard > CELL_MOST) {
        int size = snprintf(mark, sizeof(mark), " [cut here: %zu characters in all]", units);
        cell.size = bytes_within(cell, (size_t)(CELL_MOST - size - guard));
        csv->cut_cells++;
    }
    bool quoted = needs_quotes(csv, cell) || (alone && cell.size == 0);
    if (quoted)
        fputc('"', out);
    if (guard)
        fputc('\'', out);
    write_bytes(out, cell);
    fputs(mark, out);
    if (quoted)
        fputc('"', out);
}

static bool end_row(FILE *out, struct error *error)
{
    fputs("\r\n", out);
    if (ferror(out))
        return error_set(error, ERROR_STORE, "the report cannot be written: %s", strerror(errno));
    return true;
}

static bool begin(struct csv_out *csv, FILE *out, const struct column *columns, size_t count,
                  struct error *error)
{
    csv->columns = columns;
    csv->rows = csv->cut_cells = 0;
    for (size_t i = 0; i < count; i++) {
        if (i)
            fputc(csv->delimiter, out);
        write_cell(csv, out, &columns[i], text_of(columns[i].name), count == 1);
    }
    return end_row(out, error);
}

static bool begin_raw(void *state, FILE *out, const struct column *columns, size_t count,
                      struct error *error)
{
    struct csv_out *csv = state;
    csv->delimiter = ',';
    return begin(csv, out, columns, count, error);
}

static bool begin_excel(void *state, FILE *out, const struct column *columns, size_t count,
                        struct error *error)
{
    struct csv_out *csv = state;
    struct text name = csv->delimiter_name;
    csv->excel = true;
    csv->delimiter = text_equal(name, TEXT("tab"))                                        ? '\t'
                     : text_equal(name, TEXT(";")) || text_equal(name, TEXT("semicolon")) ? ';'
                                                                                          : ',';
    fputs("\xEF\xBB\xBF", out); /* without it Excel reads UTF-8 as the system's old code page */
    return begin(csv, out, columns, count, error);
}

static bool write_row(void *state, FILE *out, const struct text *cells, size_t count,
                      struct error *error)
{
    struct csv_out *csv = state;
    csv->rows++;
    for (size_t i = 0; i < count; i++) {
        if (i)
            fputc(csv->delimiter, out);
        write_cell(csv, out, &csv->columns[i], cells[i], count == 1);
    }
    return end_row(out, error);
}

static struct text note(void *state, struct arena *arena)
{
    const struct csv_out *csv = state;
    struct text cut = {0}, long_sheet = {0};
    if (csv->cut_cells)
        cut = arena_format(arena,
                           "%llu cells are longer than the %d characters that a spreadsheet cell "
                           "holds; they end in \"[cut here ...]\" and are whole in winnow.db",
                           (unsigned long long)csv->cut_cells, CELL_MOST);
    if (csv->excel && csv->rows >= SHEET_MOST)
        long_sheet = arena_format(arena,
                                  "%s%llu rows are more than the %d that a spreadsheet opens; "
                                  "report a shorter time with --since",
                                  cut.size ? "; " : "", (unsigned long long)csv->rows, SHEET_MOST);
    return arena_format(arena, "%.*s%.*s", TEXT_ARGUMENT(cut), TEXT_ARGUMENT(long_sheet));
}

static const struct option raw_options[] = {{.name = NULL}};

static const struct option excel_options[] = {
    {"delimiter", OPTION_CHOICE, offsetof(struct csv_out, delimiter_name), ",", 0, 0,
     ",|;|tab|comma|semicolon",
     "what stands between cells: what your spreadsheet's locale expects"},
    {.name = NULL},
};

const struct report_format raw_format = {
    .name = "raw",
    .summary = "CSV for programs: RFC 4180, UTF-8 without a byte order mark",
    .extension = ".csv",
    .options = raw_options,
    .state_size = sizeof(struct csv_out),
    .begin = begin_raw,
    .row = write_row,
    .note = note,
};

const struct report_format excel_format = {
    .name = "excel",
    .summary = "CSV for spreadsheets: byte order mark, formulas made harmless, ids kept as text",
    .extension = ".csv",
    .options = excel_options,
    .state_size = sizeof(struct csv_out),
    .begin = begin_excel,
    .row = write_row,
    .note = note,
};
