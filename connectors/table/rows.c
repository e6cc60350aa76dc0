/* rows.c - cells.h cuts the rows that follow the rules; libcsv judges the others, fed line by line
 * so that lines can be counted, and asked again where a quote runs away. */
#include "connectors/table/rows.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    BUFFER_STEP = 64 * 1024,
    MAX_RESUME_ROW_SIZE = 64 * 1024, /* of a row at which reading may go on after a broken one */
    MAX_ROW_SIZE_IN_CELLS = 8,       /* the longest row, in longest cells */
};

struct rows {
    struct dialect dialect;
    size_t max_cell_size;
    struct csv_parser parser;
    bool is_skipping_line; /* the line end of a broken row is still to come */

    /* The row being read. libcsv's cells lie one behind the other in cells.bytes. */
    struct cells cells;
    size_t *ends; /* where each does */
    size_t end_count, end_capacity;
    bool row_ended;
    char *unescaped; /* a line of a dialect with backslashes, in the way of the others */
    size_t unescaped_capacity;
};

/* How an attempt to read a row ended. */
enum row_parse_status { ROW_PARSE_COMPLETE, ROW_PARSE_FAULT, ROW_PARSE_INCOMPLETE };

struct row_parse_result {
    enum row_parse_status row_parse_status;
    size_t size; /* of the row */
    bool is_multiline;
    const char *reason;
};

static void *resize_or_abort(void *memory, size_t size)
{
    return memory_resize(memory, size, 1);
}

struct rows *rows_open(struct dialect dialect, size_t max_cell_size)
{
    struct rows *rows = memory_alloc(1, sizeof(*rows));
    rows->dialect = dialect;
    rows->max_cell_size = max_cell_size;
    csv_init(&rows->parser, CSV_STRICT | CSV_STRICT_FINI);
    csv_set_delim(&rows->parser, (unsigned char)dialect.delimiter);
    csv_set_quote(&rows->parser, (unsigned char)dialect.quote);
    csv_set_realloc_func(&rows->parser, resize_or_abort);
    csv_set_blk_size(&rows->parser, BUFFER_STEP);
    return rows;
}

void rows_close(struct rows *rows)
{
    if (!rows)
        return;
    csv_free(&rows->parser);
    cells_free(&rows->cells);
    free(rows->ends);
    free(rows->unescaped);
    free(rows);
}

/* libcsv would trim blanks around cells. */
static int is_never_space(unsigned char byte)
{
    (void)byte;
    return 0;
}

static int is_space(unsigned char byte)
{
    return byte == ' ';
}

static void on_cell_end(void *bytes, size_t size, void *user)
{
    struct rows *rows = user;
    struct cells *cells = &rows->cells;
    if (size > cells->longest_size)
        cells->longest_size = size;
    cells->bytes = memory_grow(cells->bytes, &cells->byte_capacity, cells->size + size + 1, 1);
    if (size > 0)
        memcpy(cells->bytes + cells->size, bytes, size);
    cells->size += size;
    rows->ends =
        memory_grow(rows->ends, &rows->end_capacity, rows->end_count + 1, sizeof(*rows->ends));
    rows->ends[rows->end_count++] = cells->size;
}

static void on_row_end(int terminator, void *user)
{
    struct rows *rows = user;
    (void)terminator;
    rows->row_ended = true;
}

static bool cell_is_too_long(const struct rows *rows)
{
    return rows->cells.longest_size > rows->max_cell_size;
}

/* A blank line at the front, its size in *size. */
static bool find_blank_line(const struct rows *rows, struct text ahead, bool is_final, size_t *size)
{
    size_t at = 0, content_size;
    while (at < ahead.size && (ahead.bytes[at] == ' ' || ahead.bytes[at] == '\t') &&
           ahead.bytes[at] != rows->dialect.delimiter)
        at++;
    bool ended = at == ahead.size || ahead.bytes[at] == '\n' || ahead.bytes[at] == '\r';
    return ended && cells_measure_line(ahead, is_final, size, &content_size);
}

static void start_parser(struct rows *rows, bool strict)
{
    /* Not strict, csv_fini only puts the state back. */
    csv_set_opts(&rows->parser, 0);
    csv_fini(&rows->parser, NULL, NULL, NULL);
    csv_set_opts(&rows->parser, strict ? CSV_STRICT | CSV_STRICT_FINI : CSV_STRICT_FINI);
    csv_set_space_func(&rows->parser, rows->dialect.trims_blanks ? is_space : is_never_space);
    cells_reset(&rows->cells);
    rows->end_count = 0;
    rows->row_ended = false;
}

static void collect_cells(struct rows *rows)
{
    size_t begin = 0;
    for (size_t i = 0; i < rows->end_count; i++) {
        cells_add(&rows->cells, (struct text){rows->cells.bytes + begin, rows->ends[i] - begin});
        begin = rows->ends[i];
    }
}

/* Feeds bytes to libcsv. Two liberties that lose nothing: a quote within a cell that does not begin
 * with one stands for itself (5'8" tall), and blanks behind a closing quote are dropped. */
static bool feed_parser(struct rows *rows, struct text bytes)
{
    struct csv_parser *parser = &rows->parser;
    size_t at = 0;
    while (at < bytes.size) {
        at += csv_parse(parser, bytes.bytes + at, bytes.size - at, on_cell_end, on_row_end, rows);
        if (at == bytes.size)
            return true;
        if (!parser->quoted) {
            csv_set_opts(parser, CSV_STRICT_FINI);
            csv_parse(parser, bytes.bytes + at, 1, on_cell_end, on_row_end, rows);
            csv_set_opts(parser, CSV_STRICT | CSV_STRICT_FINI);
            at++;
            continue;
        }
        size_t blanks = at;
        while (blanks < bytes.size && bytes.bytes[blanks] == ' ')
            blanks++;
        bool closes = blanks == bytes.size || bytes.bytes[blanks] == rows->dialect.delimiter ||
                      bytes.bytes[blanks] == '\n' || bytes.bytes[blanks] == '\r';
        if (blanks == at || !closes)
            return false;
        at = blanks;
    }
    return true;
}

/* \" becomes "", and \\ one backslash. */
static struct text convert_backslash_escapes(struct rows *rows, struct text line)
{
    size_t size = 0;
    rows->unescaped = memory_grow(rows->unescaped, &rows->unescaped_capacity, line.size, 1);
    for (size_t i = 0; i < line.size; i++) {
        char next = line.bytes[i] == '\\' && i + 1 < line.size ? line.bytes[i + 1] : 0;
        bool escape = next && (next == rows->dialect.quote || next == '\\');
        rows->unescaped[size++] = next == '\\' || !escape ? line.bytes[i] : next;
        if (escape && next != '\\')
            rows->unescaped[size++] = next;
        i += escape;
    }
    return (struct text){rows->unescaped, size};
}

/* Reads the row that begins `ahead`, by the rules. */
static struct row_parse_result parse_row(struct rows *rows, struct text ahead, bool is_final)
{
    struct row_parse_result result = {.row_parse_status = ROW_PARSE_COMPLETE};
    bool parsing = false;
    while (result.size < ahead.size) {
        size_t size, content_size;
        struct text rest = text_slice(ahead, result.size, ahead.size);
        if (!cells_measure_line(rest, is_final, &size, &content_size)) {
            result.row_parse_status = ROW_PARSE_INCOMPLETE;
            return result;
        }
        if (!parsing &&
            (!rows->dialect.quote || !memchr(rest.bytes, rows->dialect.quote, content_size))) {
            cells_split_line(&rows->cells, &rows->dialect, text_slice(rest, 0, content_size));
            result.size = size;
            return result;
        }
        if (!parsing && cells_split_row(&rows->cells, &rows->dialect, ahead, is_final, &result.size,
                                        &result.is_multiline))
            return result;
        result.is_multiline = parsing;
        result.size += size;
        if (!parsing)
            start_parser(rows, true);
        parsing = true;
        struct text line = text_slice(rest, 0, size);
        if (rows->dialect.uses_backslash_escapes)
            line = convert_backslash_escapes(rows, line);
        if (!feed_parser(rows, line)) {
            result.row_parse_status = ROW_PARSE_FAULT;
            result.reason = "a quoted cell goes on behind its closing quote";
            return result;
        }
        if (rows->row_ended) {
            collect_cells(rows);
            return result;
        }
        if (rows->parser.entry_pos > rows->max_cell_size) {
            rows->cells.longest_size = rows->parser.entry_pos;
            result.row_parse_status = ROW_PARSE_FAULT;
            return result;
        }
    }
    if (!is_final) {
        result.row_parse_status = ROW_PARSE_INCOMPLETE;
    } else if (csv_fini(&rows->parser, on_cell_end, on_row_end, rows) != 0) {
        result.row_parse_status = ROW_PARSE_FAULT;
        result.reason = "a quote opens a cell and is never closed";
    } else {
        collect_cells(rows);
    }
    return result;
}

/* One line whose quotes break the rules, but that can be read in one way only: quotes within a
 * quoted cell left single (1,"he said "no" twice",5), or, between tabs, quotes that are letters.
 * Only with as many cells as a whole row has. */
static bool repair_line(struct rows *rows, struct text ahead, bool is_final, size_t expected_cells,
                        size_t *size)
{
    size_t content_size;
    if (expected_cells == 0 || !cells_measure_line(ahead, is_final, size, &content_size))
        return false;
    struct text line = text_slice(ahead, 0, content_size);
    start_parser(rows, false);
    csv_parse(&rows->parser, line.bytes, line.size, on_cell_end, on_row_end, rows);
    csv_parse(&rows->parser, "\n", 1, on_cell_end, on_row_end, rows);
    if (rows->row_ended && rows->end_count == expected_cells && !cell_is_too_long(rows)) {
        collect_cells(rows);
        return true;
    }
    if (rows->dialect.delimiter != '\t')
        return false;
    cells_split_line(&rows->cells, &rows->dialect, line);
    return rows->cells.count == expected_cells && !cell_is_too_long(rows);
}

/* Whether reading can go on at the front of `ahead`: a row by the rules, as wide as all. */
static enum row_parse_status parse_whole_row(struct rows *rows, struct text ahead, bool is_final,
                                             size_t expected_cells)
{
    bool cut = ahead.size > MAX_RESUME_ROW_SIZE;
    struct row_parse_result result =
        parse_row(rows, text_slice(ahead, 0, MAX_RESUME_ROW_SIZE), is_final && !cut);
    if (result.row_parse_status == ROW_PARSE_INCOMPLETE)
        return cut ? ROW_PARSE_FAULT : ROW_PARSE_INCOMPLETE;
    if (result.row_parse_status == ROW_PARSE_COMPLETE && expected_cells > 0 &&
        rows->cells.count != expected_cells)
        return ROW_PARSE_FAULT;
    return result.row_parse_status;
}

/* Where a broken row ends: before the next line that reads as a whole row. ROW_INCOMPLETE when that
 * cannot be seen yet. */
static enum row_status find_broken_row_end(struct rows *rows, struct text ahead, bool is_final,
                                           size_t expected_cells, struct table_row *row)
{
    size_t at = 0, longest_size = rows->max_cell_size * MAX_ROW_SIZE_IN_CELLS;
    while (at < ahead.size) {
        size_t size, content_size;
        struct text rest = text_slice(ahead, at, ahead.size);
        if (at > 0) {
            enum row_parse_status row_parse_status =
                parse_whole_row(rows, rest, is_final, expected_cells);
            if (row_parse_status == ROW_PARSE_COMPLETE || at > longest_size)
                break;
            if (row_parse_status == ROW_PARSE_INCOMPLETE && !is_final)
                return ROW_INCOMPLETE;
        }
        if (!cells_measure_line(rest, is_final, &size, &content_size)) {
            if (ahead.size <= longest_size)
                return ROW_INCOMPLETE;
            rows->is_skipping_line = true;
            at = ahead.size;
            break;
        }
        at += size;
    }
    if (at == ahead.size && !is_final && !rows->is_skipping_line && at <= longest_size)
        return ROW_INCOMPLETE;
    row->size = at;
    return ROW_BROKEN;
}

/* The rest of a line too long to be held. */
static enum row_status skip_line(struct rows *rows, struct text ahead, bool is_final,
                                 struct table_row *row)
{
    size_t content_size;
    if (cells_measure_line(ahead, is_final, &row->size, &content_size)) {
        rows->is_skipping_line = false;
        return ROW_BROKEN_REST;
    }
    row->size = ahead.size;
    if (row->size > 0 && ahead.bytes[row->size - 1] == '\r')
        row->size--; /* its LF may follow */
    return row->size > 0 ? ROW_BROKEN_REST : ROW_INCOMPLETE;
}

enum row_status rows_next(struct rows *rows, struct text ahead, bool is_final,
                          size_t expected_cells, struct table_row *row)
{
    *row = (struct table_row){0};
    if (rows->is_skipping_line && ahead.size > 0)
        return skip_line(rows, ahead, is_final, row);
    size_t size, content_size;
    while (row->blank_size < ahead.size) {
        if (!find_blank_line(rows, text_slice(ahead, row->blank_size, ahead.size), is_final, &size))
            break;
        row->blank_size += size;
    }
    struct text rest = text_slice(ahead, row->blank_size, ahead.size);
    if (rest.size == 0)
        return is_final ? ROW_END : ROW_INCOMPLETE;
    struct row_parse_result result = parse_row(rows, rest, is_final);
    bool too_long = rest.size > rows->max_cell_size * MAX_ROW_SIZE_IN_CELLS;
    if (result.row_parse_status == ROW_PARSE_INCOMPLETE && !too_long)
        return ROW_INCOMPLETE;
    if (result.row_parse_status == ROW_PARSE_COMPLETE && !cell_is_too_long(rows)) {
        row->size = result.size;
        row->cells = rows->cells.list;
        row->count = rows->cells.count;
        if (!result.is_multiline || expected_cells == 0 || rows->cells.count == expected_cells)
            return ROW_FOUND;
        /* Several lines and not as wide as all: did a quote swallow rows? */
        cells_measure_line(rest, is_final, &size, &content_size);
        struct text second = text_slice(rest, size, rest.size);
        enum row_parse_status row_parse_status =
            parse_whole_row(rows, second, is_final, expected_cells);
        if (row_parse_status == ROW_PARSE_INCOMPLETE && !is_final)
            return ROW_INCOMPLETE;
        if (row_parse_status != ROW_PARSE_COMPLETE) {
            parse_row(rows, rest, is_final); /* its cells again */
            row->cells = rows->cells.list;
            return ROW_FOUND;
        }
        result.reason = "a quote opens a cell and closes only behind other rows";
    }
    if (!cell_is_too_long(rows) && repair_line(rows, rest, is_final, expected_cells, &row->size)) {
        row->cells = rows->cells.list;
        row->count = rows->cells.count;
        row->is_repaired = true;
        return ROW_FOUND;
    }
    row->reason =
        cell_is_too_long(rows) || too_long ? "a cell is longer than the limit" : result.reason;
    row->cells = NULL;
    row->count = 0;
    return find_broken_row_end(rows, rest, is_final, expected_cells, row);
}
