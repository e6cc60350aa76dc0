/* row_reader.c - cells.h splits rows whose quotes follow the rules. libcsv parses the others: it
 * gets one line at a time, so that lines can be counted and a row can be given up where a quote
 * does not close. */
#include "connectors/table/row_reader.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    BUFFER_STEP = 64 * 1024,
    MAX_RESUME_ROW_SIZE = 64 * 1024, /* of a row at which reading may resume after a broken one */
    MAX_ROW_SIZE_IN_CELLS = 8,       /* maximum size of a row, in multiples of max_cell_size */
};

struct row_reader {
    struct dialect dialect;
    size_t max_cell_size;
    struct csv_parser parser;
    bool is_skipping_line; /* the line end of a broken row has not been reached */

    /* The row being parsed. libcsv's cells are stored one after the other in cells.bytes. */
    struct cells cells;
    size_t *ends; /* end of each of them */
    size_t end_count, end_capacity;
    bool row_ended;
    char *unescaped; /* a line with its backslash escapes converted */
    size_t unescaped_capacity;
};

/* How an attempt to read a row ended. */
enum row_parse_status { ROW_PARSE_COMPLETE, ROW_PARSE_FAULT, ROW_PARSE_INCOMPLETE };

struct row_parse_result {
    enum row_parse_status status;
    struct row_extent extent;
    const char *reason; /* of ROW_PARSE_FAULT */
};

/* realloc for libcsv. */
static void *resize_bytes(void *memory, size_t size)
{
    return memory_resize(memory, size, 1);
}

struct row_reader *row_reader_open(struct dialect dialect, size_t max_cell_size)
{
    struct row_reader *reader = memory_alloc(1, sizeof(*reader));
    reader->dialect = dialect;
    reader->max_cell_size = max_cell_size;
    csv_init(&reader->parser, CSV_STRICT | CSV_STRICT_FINI);
    csv_set_delim(&reader->parser, (unsigned char)dialect.delimiter);
    csv_set_quote(&reader->parser, (unsigned char)dialect.quote);
    csv_set_realloc_func(&reader->parser, resize_bytes);
    csv_set_blk_size(&reader->parser, BUFFER_STEP);
    return reader;
}

void row_reader_close(struct row_reader *reader)
{
    if (!reader)
        return;
    csv_free(&reader->parser);
    cells_free(&reader->cells);
    free(reader->ends);
    free(reader->unescaped);
    free(reader);
}

/* Keeps libcsv from trimming blanks around cells. */
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
    struct row_reader *reader = user;
    struct cells *cells = &reader->cells;
    if (size > cells->longest_size)
        cells->longest_size = size;
    cells->bytes = memory_grow(cells->bytes, &cells->byte_capacity, cells->size + size + 1, 1);
    if (size > 0)
        memcpy(cells->bytes + cells->size, bytes, size);
    cells->size += size;
    reader->ends = memory_grow(reader->ends, &reader->end_capacity, reader->end_count + 1,
                               sizeof(*reader->ends));
    reader->ends[reader->end_count++] = cells->size;
}

static void on_row_end(int terminator, void *user)
{
    struct row_reader *reader = user;
    (void)terminator;
    reader->row_ended = true;
}

static bool cell_is_too_long(const struct row_reader *reader)
{
    return reader->cells.longest_size > reader->max_cell_size;
}

/* Whether the first line is blank; *size is its size. */
static bool find_blank_line(const struct row_reader *reader, struct lookahead ahead, size_t *size)
{
    struct text text = ahead.text;
    size_t at = 0, content_size;
    while (at < text.size && (text.bytes[at] == ' ' || text.bytes[at] == '\t') &&
           text.bytes[at] != reader->dialect.delimiter)
        at++;
    bool ended = at == text.size || text.bytes[at] == '\n' || text.bytes[at] == '\r';
    return ended && cells_measure_line(ahead, size, &content_size);
}

/* Whether a byte order mark is at the front, as where files were joined; *size is its size. */
static bool find_byte_order_mark(struct lookahead ahead, size_t *size)
{
    struct text mark = TEXT("\xEF\xBB\xBF");
    *size = mark.size;
    return text_starts_with(ahead.text, mark);
}

static struct lookahead skip_bytes(struct lookahead ahead, size_t size)
{
    return (struct lookahead){text_slice(ahead.text, size, ahead.text.size), ahead.is_final};
}

static void start_parser(struct row_reader *reader, bool strict)
{
    /* Without CSV_STRICT, csv_fini only resets the state. */
    csv_set_opts(&reader->parser, 0);
    csv_fini(&reader->parser, NULL, NULL, NULL);
    csv_set_opts(&reader->parser, strict ? CSV_STRICT | CSV_STRICT_FINI : CSV_STRICT_FINI);
    csv_set_space_func(&reader->parser, reader->dialect.trims_blanks ? is_space : is_never_space);
    cells_reset(&reader->cells);
    reader->end_count = 0;
    reader->row_ended = false;
}

static void collect_cells(struct row_reader *reader)
{
    size_t begin = 0;
    for (size_t i = 0; i < reader->end_count; i++) {
        cells_add(&reader->cells,
                  (struct text){reader->cells.bytes + begin, reader->ends[i] - begin});
        begin = reader->ends[i];
    }
}

/* Feeds bytes to libcsv. Two deviations from the rules are accepted: a quote within a cell that
 * does not begin with one is an ordinary character (5'8" tall), and blanks after a closing quote
 * are dropped. */
static bool feed_parser(struct row_reader *reader, struct text bytes)
{
    struct csv_parser *parser = &reader->parser;
    size_t at = 0;
    while (at < bytes.size) {
        at += csv_parse(parser, bytes.bytes + at, bytes.size - at, on_cell_end, on_row_end, reader);
        if (at == bytes.size)
            return true;
        if (!parser->quoted) {
            csv_set_opts(parser, CSV_STRICT_FINI);
            csv_parse(parser, bytes.bytes + at, 1, on_cell_end, on_row_end, reader);
            csv_set_opts(parser, CSV_STRICT | CSV_STRICT_FINI);
            at++;
            continue;
        }
        size_t blanks = at;
        while (blanks < bytes.size && bytes.bytes[blanks] == ' ')
            blanks++;
        bool closes = blanks == bytes.size || bytes.bytes[blanks] == reader->dialect.delimiter ||
                      bytes.bytes[blanks] == '\n' || bytes.bytes[blanks] == '\r';
        if (blanks == at || !closes)
            return false;
        at = blanks;
    }
    return true;
}

/* Converts \" to "", and \\ to one backslash. */
static struct text convert_backslash_escapes(struct row_reader *reader, struct text line)
{
    size_t size = 0;
    reader->unescaped = memory_grow(reader->unescaped, &reader->unescaped_capacity, line.size, 1);
    for (size_t i = 0; i < line.size; i++) {
        char next = line.bytes[i] == '\\' && i + 1 < line.size ? line.bytes[i + 1] : 0;
        bool escape = next && (next == reader->dialect.quote || next == '\\');
        reader->unescaped[size++] = next == '\\' || !escape ? line.bytes[i] : next;
        if (escape && next != '\\')
            reader->unescaped[size++] = next;
        i += escape;
    }
    return (struct text){reader->unescaped, size};
}

/* Gives libcsv the next line of a row. True if the row ends with it, or breaks the rules. */
static bool parse_line(struct row_reader *reader, struct text line, struct row_parse_result *result)
{
    if (reader->dialect.uses_backslash_escapes)
        line = convert_backslash_escapes(reader, line);
    if (!feed_parser(reader, line)) {
        result->status = ROW_PARSE_FAULT;
        result->reason = "a quoted cell continues after its closing quote";
        return true;
    }
    if (reader->row_ended) {
        collect_cells(reader);
        return true;
    }
    if (reader->parser.entry_pos <= reader->max_cell_size)
        return false;
    reader->cells.longest_size = reader->parser.entry_pos;
    result->status = ROW_PARSE_FAULT;
    return true;
}

/* Ends a row whose last line has no line end. */
static void end_row(struct row_reader *reader, bool is_final, struct row_parse_result *result)
{
    if (!is_final) {
        result->status = ROW_PARSE_INCOMPLETE;
    } else if (csv_fini(&reader->parser, on_cell_end, on_row_end, reader) != 0) {
        result->status = ROW_PARSE_FAULT;
        result->reason = "a quote opens a cell and is never closed";
    } else {
        collect_cells(reader);
    }
}

/* Parses one row by the rules, line by line. */
static struct row_parse_result parse_row(struct row_reader *reader, struct lookahead ahead)
{
    struct row_parse_result result = {.status = ROW_PARSE_COMPLETE};
    size_t *row_size = &result.extent.size;
    bool is_parsing = false;
    while (*row_size < ahead.text.size) {
        size_t size, content_size;
        struct lookahead rest = skip_bytes(ahead, *row_size);
        const char *bytes = rest.text.bytes;
        if (!cells_measure_line(rest, &size, &content_size)) {
            result.status = ROW_PARSE_INCOMPLETE;
            return result;
        }
        if (!is_parsing &&
            (!reader->dialect.quote || !memchr(bytes, reader->dialect.quote, content_size))) {
            cells_split_line(&reader->cells, &reader->dialect,
                             text_slice(rest.text, 0, content_size));
            *row_size = size;
            return result;
        }
        if (!is_parsing && cells_split_row(&reader->cells, &reader->dialect, ahead, &result.extent))
            return result;
        result.extent.is_multiline = is_parsing;
        *row_size += size;
        if (!is_parsing)
            start_parser(reader, true);
        is_parsing = true;
        if (parse_line(reader, text_slice(rest.text, 0, size), &result))
            return result;
    }
    end_row(reader, ahead.is_final, &result);
    return result;
}

/* Parses a line whose quotes break the rules but that has only one interpretation: quotes within a
 * quoted cell are not doubled (1,"he said "no" twice",5) or, between tabs, quotes are ordinary
 * characters. Succeeds only if the line has as many cells as a whole row; *size is its size. */
static bool repair_line(struct row_reader *reader, struct lookahead ahead, size_t expected_cells,
                        size_t *size)
{
    size_t content_size;
    if (expected_cells == 0 || !cells_measure_line(ahead, size, &content_size))
        return false;
    struct text line = text_slice(ahead.text, 0, content_size);
    start_parser(reader, false);
    csv_parse(&reader->parser, line.bytes, line.size, on_cell_end, on_row_end, reader);
    csv_parse(&reader->parser, "\n", 1, on_cell_end, on_row_end, reader);
    if (reader->row_ended && reader->end_count == expected_cells && !cell_is_too_long(reader)) {
        collect_cells(reader);
        return true;
    }
    if (reader->dialect.delimiter != '\t')
        return false;
    cells_split_line(&reader->cells, &reader->dialect, line);
    return reader->cells.count == expected_cells && !cell_is_too_long(reader);
}

/* Whether reading can resume here: ROW_PARSE_COMPLETE for a row by the rules with the expected
 * number of cells. */
static enum row_parse_status parse_whole_row(struct row_reader *reader, struct lookahead ahead,
                                             size_t expected_cells)
{
    bool is_cut = ahead.text.size > MAX_RESUME_ROW_SIZE;
    struct lookahead limited = {text_slice(ahead.text, 0, MAX_RESUME_ROW_SIZE),
                                ahead.is_final && !is_cut};
    struct row_parse_result result = parse_row(reader, limited);
    if (result.status == ROW_PARSE_INCOMPLETE)
        return is_cut ? ROW_PARSE_FAULT : ROW_PARSE_INCOMPLETE;
    if (result.status == ROW_PARSE_COMPLETE && expected_cells > 0 &&
        reader->cells.count != expected_cells)
        return ROW_PARSE_FAULT;
    return result.status;
}

/* Sets the size of a broken row, which ends before the next line that parses as a whole row.
 * Returns ROW_INCOMPLETE if that line is not visible yet. */
static enum row_status find_broken_row_end(struct row_reader *reader, struct lookahead ahead,
                                           size_t expected_cells, struct table_row *row)
{
    size_t at = 0, max_size = reader->max_cell_size * MAX_ROW_SIZE_IN_CELLS;
    while (at < ahead.text.size) {
        size_t size, content_size;
        struct lookahead rest = skip_bytes(ahead, at);
        if (at > 0) {
            enum row_parse_status status = parse_whole_row(reader, rest, expected_cells);
            if (status == ROW_PARSE_COMPLETE || at > max_size)
                break;
            if (status == ROW_PARSE_INCOMPLETE && !ahead.is_final)
                return ROW_INCOMPLETE;
        }
        if (!cells_measure_line(rest, &size, &content_size)) {
            if (ahead.text.size <= max_size)
                return ROW_INCOMPLETE;
            reader->is_skipping_line = true;
            at = ahead.text.size;
            break;
        }
        at += size;
    }
    if (at == ahead.text.size && !ahead.is_final && !reader->is_skipping_line && at <= max_size)
        return ROW_INCOMPLETE;
    row->size = at;
    return ROW_BROKEN;
}

/* Skips the rest of a line that is too long to be held. */
static enum row_status skip_line(struct row_reader *reader, struct lookahead ahead,
                                 struct table_row *row)
{
    size_t content_size;
    if (cells_measure_line(ahead, &row->size, &content_size)) {
        reader->is_skipping_line = false;
        return ROW_BROKEN_REST;
    }
    row->size = ahead.text.size;
    if (row->size > 0 && ahead.text.bytes[row->size - 1] == '\r')
        row->size--; /* an LF may follow */
    return row->size > 0 ? ROW_BROKEN_REST : ROW_INCOMPLETE;
}

/* Whether a quote swallowed rows: the row has several lines and not the expected number of cells,
 * but its second line is a whole row. ROW_PARSE_COMPLETE: it did. */
static enum row_parse_status check_swallowed_rows(struct row_reader *reader, struct lookahead ahead,
                                                  size_t expected_cells)
{
    size_t size = 0, content_size;
    cells_measure_line(ahead, &size, &content_size);
    return parse_whole_row(reader, skip_bytes(ahead, size), expected_cells);
}

static void lend_cells(const struct row_reader *reader, struct table_row *row)
{
    row->cells = reader->cells.list;
    row->count = reader->cells.count;
}

enum row_status row_reader_next(struct row_reader *reader, struct lookahead ahead,
                                size_t expected_cells, struct table_row *row)
{
    size_t size;
    *row = (struct table_row){0};
    if (reader->is_skipping_line && ahead.text.size > 0)
        return skip_line(reader, ahead, row);
    while (row->blank_size < ahead.text.size &&
           (find_blank_line(reader, skip_bytes(ahead, row->blank_size), &size) ||
            find_byte_order_mark(skip_bytes(ahead, row->blank_size), &size)))
        row->blank_size += size;
    struct lookahead rest = skip_bytes(ahead, row->blank_size);
    if (rest.text.size == 0)
        return ahead.is_final ? ROW_END : ROW_INCOMPLETE;
    struct row_parse_result result = parse_row(reader, rest);
    bool is_too_long = rest.text.size > reader->max_cell_size * MAX_ROW_SIZE_IN_CELLS;
    if (result.status == ROW_PARSE_INCOMPLETE && !is_too_long)
        return ROW_INCOMPLETE;
    if (result.status == ROW_PARSE_COMPLETE && !cell_is_too_long(reader)) {
        row->size = result.extent.size;
        lend_cells(reader, row);
        if (!result.extent.is_multiline || expected_cells == 0 || row->count == expected_cells)
            return ROW_FOUND;
        enum row_parse_status swallowed = check_swallowed_rows(reader, rest, expected_cells);
        if (swallowed == ROW_PARSE_INCOMPLETE && !ahead.is_final)
            return ROW_INCOMPLETE;
        if (swallowed != ROW_PARSE_COMPLETE) {
            parse_row(reader, rest); /* restores its cells */
            lend_cells(reader, row);
            return ROW_FOUND;
        }
        result.reason = "a quote opens a cell and closes only after other rows";
    }
    if (!cell_is_too_long(reader) && repair_line(reader, rest, expected_cells, &row->size)) {
        lend_cells(reader, row);
        return ROW_FOUND;
    }
    row->reason =
        cell_is_too_long(reader) || is_too_long ? "a cell is longer than the limit" : result.reason;
    row->cells = NULL;
    row->count = 0;
    return find_broken_row_end(reader, rest, expected_cells, row);
}
