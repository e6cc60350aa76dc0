/* rows.c - cells.h cuts the rows that follow the rules; libcsv judges the others, fed line by line
 * so that lines can be counted, and asked again where a quote runs away. */
#include "connectors/table/rows.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    BUFFER_STEP = 64 * 1024,
    LONGEST_CANDIDATE = 64 * 1024, /* of a row at which reading may go on after a broken one */
    ROW_CELL_SIZES = 8,            /* the longest row, in longest cells */
};

struct rows {
    struct dialect dialect;
    size_t longest_cell;
    struct csv_parser parser;
    bool skipping; /* the line end of a broken row is still to come */

    /* The row being read. libcsv's cells lie one behind the other in cells.bytes. */
    struct cells cells;
    size_t *ends; /* where each does */
    size_t end_count, end_capacity;
    bool row_ended;
    char *unescaped; /* a line of a dialect with backslashes, in the way of the others */
    size_t unescaped_capacity;
};

/* How an attempt to read a row ended. */
enum attempt { ATTEMPT_ROW, ATTEMPT_FAULT, ATTEMPT_MORE };

struct attempt_result {
    enum attempt attempt;
    size_t size; /* of the row */
    bool several_lines;
    const char *reason;
};

static void *resize_or_end(void *memory, size_t size)
{
    return memory_resize(memory, size, 1);
}

struct rows *rows_open(struct dialect dialect, size_t longest_cell)
{
    struct rows *rows = memory_alloc(1, sizeof(*rows));
    rows->dialect = dialect;
    rows->longest_cell = longest_cell;
    csv_init(&rows->parser, CSV_STRICT | CSV_STRICT_FINI);
    csv_set_delim(&rows->parser, (unsigned char)dialect.delimiter);
    csv_set_quote(&rows->parser, (unsigned char)dialect.quote);
    csv_set_realloc_func(&rows->parser, resize_or_end);
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

static void end_cell(void *bytes, size_t size, void *user)
{
    struct rows *rows = user;
    struct cells *cells = &rows->cells;
    if (size > cells->longest)
        cells->longest = size;
    cells->bytes = memory_grow(cells->bytes, &cells->byte_capacity, cells->size + size + 1, 1);
    if (size > 0)
        memcpy(cells->bytes + cells->size, bytes, size);
    cells->size += size;
    rows->ends =
        memory_grow(rows->ends, &rows->end_capacity, rows->end_count + 1, sizeof(*rows->ends));
    rows->ends[rows->end_count++] = cells->size;
}

static void end_row(int terminator, void *user)
{
    struct rows *rows = user;
    (void)terminator;
    rows->row_ended = true;
}

static bool cell_is_too_long(const struct rows *rows)
{
    return rows->cells.longest > rows->longest_cell;
}

/* A blank line at the front, its size in *size. */
static bool find_blank_line(const struct rows *rows, struct text ahead, bool last, size_t *size)
{
    size_t at = 0, content;
    while (at < ahead.size && (ahead.bytes[at] == ' ' || ahead.bytes[at] == '\t') &&
           ahead.bytes[at] != rows->dialect.delimiter)
        at++;
    bool ended = at == ahead.size || ahead.bytes[at] == '\n' || ahead.bytes[at] == '\r';
    return ended && cells_measure_line(ahead, last, size, &content);
}

static void start_parser(struct rows *rows, bool strict)
{
    /* Not strict, csv_fini only puts the state back. */
    csv_set_opts(&rows->parser, 0);
    csv_fini(&rows->parser, NULL, NULL, NULL);
    csv_set_opts(&rows->parser, strict ? CSV_STRICT | CSV_STRICT_FINI : CSV_STRICT_FINI);
    csv_set_space_func(&rows->parser, rows->dialect.padded ? is_space : is_never_space);
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
static bool feed(struct rows *rows, struct text bytes)
{
    struct csv_parser *parser = &rows->parser;
    size_t at = 0;
    while (at < bytes.size) {
        at += csv_parse(parser, bytes.bytes + at, bytes.size - at, end_cell, end_row, rows);
        if (at == bytes.size)
            return true;
        if (!parser->quoted) {
            csv_set_opts(parser, CSV_STRICT_FINI);
            csv_parse(parser, bytes.bytes + at, 1, end_cell, end_row, rows);
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
static struct text without_backslashes(struct rows *rows, struct text line)
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
static struct attempt_result attempt_row(struct rows *rows, struct text ahead, bool last)
{
    struct attempt_result result = {.attempt = ATTEMPT_ROW};
    bool parsing = false;
    while (result.size < ahead.size) {
        size_t size, content;
        struct text rest = text_slice(ahead, result.size, ahead.size);
        if (!cells_measure_line(rest, last, &size, &content)) {
            result.attempt = ATTEMPT_MORE;
            return result;
        }
        if (!parsing &&
            (!rows->dialect.quote || !memchr(rest.bytes, rows->dialect.quote, content))) {
            cells_cut_line(&rows->cells, &rows->dialect, text_slice(rest, 0, content));
            result.size = size;
            return result;
        }
        if (!parsing && cells_cut_row(&rows->cells, &rows->dialect, ahead, last, &result.size,
                                      &result.several_lines))
            return result;
        result.several_lines = parsing;
        result.size += size;
        if (!parsing)
            start_parser(rows, true);
        parsing = true;
        struct text line = text_slice(rest, 0, size);
        if (rows->dialect.backslash)
            line = without_backslashes(rows, line);
        if (!feed(rows, line)) {
            result.attempt = ATTEMPT_FAULT;
            result.reason = "a quoted cell goes on behind its closing quote";
            return result;
        }
        if (rows->row_ended) {
            collect_cells(rows);
            return result;
        }
        if (rows->parser.entry_pos > rows->longest_cell) {
            rows->cells.longest = rows->parser.entry_pos;
            result.attempt = ATTEMPT_FAULT;
            return result;
        }
    }
    if (!last) {
        result.attempt = ATTEMPT_MORE;
    } else if (csv_fini(&rows->parser, end_cell, end_row, rows) != 0) {
        result.attempt = ATTEMPT_FAULT;
        result.reason = "a quote opens a cell and is never closed";
    } else {
        collect_cells(rows);
    }
    return result;
}

/* One line whose quotes break the rules, but that can be read in one way only: quotes within a
 * quoted cell left single (1,"he said "no" twice",5), or, between tabs, quotes that are letters.
 * Only with as many cells as a whole row has. */
static bool mend_line(struct rows *rows, struct text ahead, bool last, size_t expected,
                      size_t *size)
{
    size_t content;
    if (expected == 0 || !cells_measure_line(ahead, last, size, &content))
        return false;
    struct text line = text_slice(ahead, 0, content);
    start_parser(rows, false);
    csv_parse(&rows->parser, line.bytes, line.size, end_cell, end_row, rows);
    csv_parse(&rows->parser, "\n", 1, end_cell, end_row, rows);
    if (rows->row_ended && rows->end_count == expected && !cell_is_too_long(rows)) {
        collect_cells(rows);
        return true;
    }
    if (rows->dialect.delimiter != '\t')
        return false;
    cells_cut_line(&rows->cells, &rows->dialect, line);
    return rows->cells.count == expected && !cell_is_too_long(rows);
}

/* Whether reading can go on at the front of `ahead`: a row by the rules, as wide as all. */
static enum attempt whole_row(struct rows *rows, struct text ahead, bool last, size_t expected)
{
    bool cut = ahead.size > LONGEST_CANDIDATE;
    struct attempt_result result =
        attempt_row(rows, text_slice(ahead, 0, LONGEST_CANDIDATE), last && !cut);
    if (result.attempt == ATTEMPT_MORE)
        return cut ? ATTEMPT_FAULT : ATTEMPT_MORE;
    if (result.attempt == ATTEMPT_ROW && expected > 0 && rows->cells.count != expected)
        return ATTEMPT_FAULT;
    return result.attempt;
}

/* Where a broken row ends: before the next line that reads as a whole row. ROW_MORE when that
 * cannot be seen yet. */
static enum row_kind leave_out(struct rows *rows, struct text ahead, bool last, size_t expected,
                               struct table_row *row)
{
    size_t at = 0, longest = rows->longest_cell * ROW_CELL_SIZES;
    while (at < ahead.size) {
        size_t size, content;
        struct text rest = text_slice(ahead, at, ahead.size);
        if (at > 0) {
            enum attempt attempt = whole_row(rows, rest, last, expected);
            if (attempt == ATTEMPT_ROW || at > longest)
                break;
            if (attempt == ATTEMPT_MORE && !last)
                return ROW_MORE;
        }
        if (!cells_measure_line(rest, last, &size, &content)) {
            if (ahead.size <= longest)
                return ROW_MORE;
            rows->skipping = true;
            at = ahead.size;
            break;
        }
        at += size;
    }
    if (at == ahead.size && !last && !rows->skipping && at <= longest)
        return ROW_MORE;
    row->size = at;
    return ROW_BROKEN;
}

/* The rest of a line too long to be held. */
static enum row_kind skip_line(struct rows *rows, struct text ahead, bool last,
                               struct table_row *row)
{
    size_t content;
    if (cells_measure_line(ahead, last, &row->size, &content)) {
        rows->skipping = false;
        return ROW_REST;
    }
    row->size = ahead.size;
    if (row->size > 0 && ahead.bytes[row->size - 1] == '\r')
        row->size--; /* its LF may follow */
    return row->size > 0 ? ROW_REST : ROW_MORE;
}

enum row_kind rows_next(struct rows *rows, struct text ahead, bool last, size_t expected,
                        struct table_row *row)
{
    *row = (struct table_row){0};
    if (rows->skipping && ahead.size > 0)
        return skip_line(rows, ahead, last, row);
    size_t size, content;
    while (row->blank < ahead.size) {
        if (!find_blank_line(rows, text_slice(ahead, row->blank, ahead.size), last, &size))
            break;
        row->blank += size;
    }
    struct text rest = text_slice(ahead, row->blank, ahead.size);
    if (rest.size == 0)
        return last ? ROW_NONE : ROW_MORE;
    struct attempt_result result = attempt_row(rows, rest, last);
    bool too_long = rest.size > rows->longest_cell * ROW_CELL_SIZES;
    if (result.attempt == ATTEMPT_MORE && !too_long)
        return ROW_MORE;
    if (result.attempt == ATTEMPT_ROW && !cell_is_too_long(rows)) {
        row->size = result.size;
        row->cells = rows->cells.list;
        row->count = rows->cells.count;
        if (!result.several_lines || expected == 0 || rows->cells.count == expected)
            return ROW_CELLS;
        /* Several lines and not as wide as all: did a quote swallow rows? */
        cells_measure_line(rest, last, &size, &content);
        struct text second = text_slice(rest, size, rest.size);
        enum attempt attempt = whole_row(rows, second, last, expected);
        if (attempt == ATTEMPT_MORE && !last)
            return ROW_MORE;
        if (attempt != ATTEMPT_ROW) {
            attempt_row(rows, rest, last); /* its cells again */
            row->cells = rows->cells.list;
            return ROW_CELLS;
        }
        result.reason = "a quote opens a cell and closes only behind other rows";
    }
    if (!cell_is_too_long(rows) && mend_line(rows, rest, last, expected, &row->size)) {
        row->cells = rows->cells.list;
        row->count = rows->cells.count;
        row->mended = true;
        return ROW_CELLS;
    }
    row->reason =
        cell_is_too_long(rows) || too_long ? "a cell is longer than the limit" : result.reason;
    row->cells = NULL;
    row->count = 0;
    return leave_out(rows, rest, last, expected, row);
}
