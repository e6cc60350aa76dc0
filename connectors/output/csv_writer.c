/* csv_writer.c - the report formats in CSV: `raw` for programs (RFC 4180), `excel` for
 * spreadsheets, where no cell can run as a formula. */
#include <errno.h>
#include <string.h>

#include "base/spreadsheet.h"
#include "base/utf8.h"
#include "connectors/connectors.h"

enum { TRUNCATION_NOTE_SIZE = 64 };

struct csv_writer {
    struct text delimiter_name; /* option of excel */
    bool for_spreadsheet;
    char delimiter;
    const struct column *columns; /* borrowed */
    uint64_t rows, truncated_cells;
};

/* Replaces bytes that are not UTF-8 by U+FFFD, and NUL, which ends the cell for many readers. */
static void write_bytes(FILE *out, struct text cell)
{
    for (size_t at = 0, size; at < cell.size; at += size) {
        bool is_invalid = utf8_decode(cell, at, &size) == 0xFFFD || cell.bytes[at] == '\0';
        if (is_invalid)
            fputs("\xEF\xBF\xBD", out);
        else if (cell.bytes[at] == '"')
            fputs("\"\"", out);
        else
            fwrite(cell.bytes + at, 1, size, out);
    }
}

static bool needs_quotes(const struct csv_writer *csv, struct text cell)
{
    for (size_t i = 0; i < cell.size; i++)
        if (cell.bytes[i] == csv->delimiter || strchr("\"\r\n", cell.bytes[i]))
            return true; /* strchr also finds NUL, which does no harm */
    return false;
}

/* `is_only_cell`: an empty cell gets quotes, since readers skip blank lines. */
static void write_cell(struct csv_writer *csv, FILE *out, const struct column *column,
                       struct text cell, bool is_only_cell)
{
    char truncation_note[TRUNCATION_NOTE_SIZE] = "";
    bool needs_guard =
        csv->for_spreadsheet && column->kind == COLUMN_TEXT && spreadsheet_needs_guard(cell);
    size_t units = csv->for_spreadsheet ? spreadsheet_count_units(cell) : 0;
    if (units + needs_guard > SPREADSHEET_MAX_CELL_UNITS) {
        int size = snprintf(truncation_note, sizeof(truncation_note),
                            " [cut here: %zu characters in total]", units);
        cell.size =
            spreadsheet_cut_units(cell, (size_t)(SPREADSHEET_MAX_CELL_UNITS - size - needs_guard));
        csv->truncated_cells++;
    }
    bool quoted = needs_quotes(csv, cell) || (is_only_cell && cell.size == 0);
    if (quoted)
        fputc('"', out);
    if (needs_guard)
        fputc('\'', out);
    write_bytes(out, cell);
    fputs(truncation_note, out);
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

static bool begin(struct csv_writer *csv, FILE *out, const struct column *columns, size_t count,
                  struct error *error)
{
    csv->columns = columns;
    csv->rows = csv->truncated_cells = 0;
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
    struct csv_writer *csv = state;
    csv->delimiter = ',';
    return begin(csv, out, columns, count, error);
}

static bool begin_excel(void *state, FILE *out, const struct column *columns, size_t count,
                        struct error *error)
{
    struct csv_writer *csv = state;
    struct text name = csv->delimiter_name;
    csv->for_spreadsheet = true;
    csv->delimiter = text_equal(name, TEXT("tab"))                                        ? '\t'
                     : text_equal(name, TEXT(";")) || text_equal(name, TEXT("semicolon")) ? ';'
                                                                                          : ',';
    fputs("\xEF\xBB\xBF", out); /* otherwise Excel assumes the code page of the system */
    return begin(csv, out, columns, count, error);
}

static bool write_row(void *state, FILE *out, const struct text *cells, size_t count,
                      struct error *error)
{
    struct csv_writer *csv = state;
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
    const struct csv_writer *csv = state;
    struct text truncation_warning = {0}, row_limit_warning = {0};
    if (csv->truncated_cells)
        truncation_warning =
            arena_format(arena,
                         "%llu cells exceed %d characters, the maximum of a spreadsheet cell; they "
                         "end with \"[cut here ...]\" and are complete in winnow.db",
                         (unsigned long long)csv->truncated_cells, SPREADSHEET_MAX_CELL_UNITS);
    if (csv->for_spreadsheet && csv->rows >= SPREADSHEET_MAX_ROWS)
        row_limit_warning = arena_format(arena,
                                         "%s%llu rows and the header exceed the %d rows of a "
                                         "spreadsheet; report a shorter period with --since",
                                         truncation_warning.size ? "; " : "",
                                         (unsigned long long)csv->rows, SPREADSHEET_MAX_ROWS);
    return arena_format(arena, "%.*s%.*s", TEXT_ARGUMENT(truncation_warning),
                        TEXT_ARGUMENT(row_limit_warning));
}

static const struct option raw_options[] = {{.name = NULL}};

static const struct option excel_options[] = {
    {"delimiter", OPTION_CHOICE, offsetof(struct csv_writer, delimiter_name), ",", 0, 0,
     ",|;|tab|comma|semicolon", "separator that your spreadsheet's locale expects between cells"},
    {.name = NULL},
};

const struct report_format raw_format = {
    .name = "raw",
    .summary = "CSV for programs: RFC 4180, UTF-8 without a byte order mark",
    .extension = ".csv",
    .options = raw_options,
    .state_size = sizeof(struct csv_writer),
    .begin = begin_raw,
    .row = write_row,
    .note = note,
};

const struct report_format excel_format = {
    .name = "excel",
    .summary = "CSV for spreadsheets: byte order mark, formulas disarmed, ids kept as text",
    .extension = ".csv",
    .options = excel_options,
    .state_size = sizeof(struct csv_writer),
    .begin = begin_excel,
    .row = write_row,
    .note = note,
};
