/* cells.c - finds delimiters, quotes and line ends with memchr; copies a cell only if it contains
 * doubled quotes. */
#include "connectors/table/cells.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void cells_free(struct cells *cells)
{
    free(cells->list);
    free(cells->bytes);
}

void cells_reset(struct cells *cells)
{
    cells->count = 0;
    cells->longest_size = 0;
    cells->size = 0;
}

void cells_add(struct cells *cells, struct text cell)
{
    cells->list =
        memory_grow(cells->list, &cells->capacity, cells->count + 1, sizeof(*cells->list));
    cells->list[cells->count++] = cell;
    if (cell.size > cells->longest_size)
        cells->longest_size = cell.size;
}

bool cells_measure_line(struct lookahead lookahead, size_t *size, size_t *content_size)
{
    struct text ahead = lookahead.text;
    const char *line_feed = memchr(ahead.bytes, '\n', ahead.size);
    size_t limit = line_feed ? (size_t)(line_feed - ahead.bytes) : ahead.size;
    const char *carriage_return = limit > 0 ? memchr(ahead.bytes, '\r', limit) : NULL;
    if (carriage_return) {
        *content_size = (size_t)(carriage_return - ahead.bytes);
        *size = *content_size + 1;
        if (*size == ahead.size)
            return lookahead.is_final; /* otherwise an LF may follow */
        *size += ahead.bytes[*size] == '\n';
        return true;
    }
    *content_size = limit;
    *size = line_feed ? limit + 1 : limit;
    return line_feed || lookahead.is_final;
}

static void add_unquoted(struct cells *cells, const struct dialect *dialect, struct text cell)
{
    cells_add(cells, dialect->trims_blanks ? text_trim(cell) : cell);
}

void cells_split_line(struct cells *cells, const struct dialect *dialect, struct text line)
{
    cells_reset(cells);
    const char *begin = line.bytes, *end = line.bytes + line.size, *cut;
    while (dialect->delimiter && (cut = memchr(begin, dialect->delimiter, (size_t)(end - begin)))) {
        add_unquoted(cells, dialect, (struct text){begin, (size_t)(cut - begin)});
        begin = cut + 1;
    }
    add_unquoted(cells, dialect, (struct text){begin, (size_t)(end - begin)});
}

static bool has_line_end(struct text text)
{
    return text.size > 0 &&
           (memchr(text.bytes, '\n', text.size) || memchr(text.bytes, '\r', text.size));
}

static void append_bytes(struct cells *cells, const char *bytes, size_t size)
{
    memcpy(cells->bytes + cells->size, bytes, size);
    cells->size += size;
}

/* Parses the quoted cell at the front of `rest`; *size includes both quotes. False if the closing
 * quote is not visible. A cell with doubled quotes is assembled in cells->bytes, which has room for
 * the whole row. */
static bool parse_quoted_cell(struct cells *cells, char quote, struct text rest, size_t *size,
                              bool *is_multiline)
{
    const char *begin = rest.bytes + 1, *end = rest.bytes + rest.size, *close;
    size_t joined_start = cells->size;
    while ((close = memchr(begin, quote, (size_t)(end - begin))) && close + 1 < end &&
           close[1] == quote) {
        append_bytes(cells, begin, (size_t)(close + 1 - begin));
        begin = close + 2;
    }
    if (!close)
        return false;
    struct text cell = {begin, (size_t)(close - begin)};
    if (cells->size > joined_start) {
        append_bytes(cells, begin, cell.size);
        cell = (struct text){cells->bytes + joined_start, cells->size - joined_start};
    }
    *is_multiline |= has_line_end(cell);
    *size = (size_t)(close + 1 - rest.bytes);
    cells_add(cells, cell);
    return true;
}

/* Position in the row that is being split. */
struct row_cursor {
    struct lookahead ahead;
    size_t at;
    size_t line_end; /* of the last line that was measured */
};

/* Parses a cell ="..." at the cursor, whose text may contain delimiters. False if it is not such a
 * cell, or does not end in its line. */
static bool parse_formula_cell(struct cells *cells, const struct dialect *dialect,
                               struct text rest_of_line, size_t *size)
{
    size_t count = cells->count, joined_size = cells->size, quoted_size;
    bool is_multiline = false;
    *size = 0;
    if (rest_of_line.size < 3 || rest_of_line.bytes[0] != '=' ||
        rest_of_line.bytes[1] != dialect->quote)
        return false;
    if (parse_quoted_cell(cells, dialect->quote, text_slice(rest_of_line, 1, rest_of_line.size),
                          &quoted_size, &is_multiline))
        *size = quoted_size + 1;
    if (*size > 0 &&
        (*size == rest_of_line.size || rest_of_line.bytes[*size] == dialect->delimiter))
        return true;
    cells->count = count;
    cells->size = joined_size;
    return false;
}

/* Parses the unquoted cell at the cursor. False if the end of its line is not visible, or if it
 * contains a quote that does not belong to ="...". */
static bool parse_unquoted_cell(struct cells *cells, const struct dialect *dialect,
                                struct row_cursor *cursor, size_t *size)
{
    struct lookahead rest = {text_slice(cursor->ahead.text, cursor->at, cursor->ahead.text.size),
                             cursor->ahead.is_final};
    size_t whole_line, content_size;
    if (cursor->at >= cursor->line_end) { /* after a cell of several lines */
        if (!cells_measure_line(rest, &whole_line, &content_size))
            return false;
        cursor->line_end = cursor->at + content_size;
    }
    size_t limit = cursor->line_end - cursor->at;
    if (limit > 0 && rest.text.bytes[0] == '=' &&
        parse_formula_cell(cells, dialect, text_slice(rest.text, 0, limit), size))
        return true;
    const char *cut = limit > 0 ? memchr(rest.text.bytes, dialect->delimiter, limit) : NULL;
    *size = cut ? (size_t)(cut - rest.text.bytes) : limit;
    if (*size > 0 && memchr(rest.text.bytes, dialect->quote, *size))
        return false;
    cells_add(cells, text_slice(rest.text, 0, *size));
    return true;
}

bool cells_split_row(struct cells *cells, const struct dialect *dialect, struct lookahead ahead,
                     struct row_extent *extent)
{
    struct text text = ahead.text;
    struct row_cursor cursor = {.ahead = ahead};
    size_t size, content_size;
    bool more = true;
    extent->is_multiline = false;
    if (dialect->uses_backslash_escapes || dialect->trims_blanks || !dialect->delimiter ||
        !dialect->quote)
        return false;
    cells_reset(cells);
    cells->bytes = memory_grow(cells->bytes, &cells->byte_capacity, text.size, 1);
    while (more) {
        struct text rest = text_slice(text, cursor.at, text.size);
        bool is_quoted = rest.size > 0 && rest.bytes[0] == dialect->quote;
        if (is_quoted
                ? !parse_quoted_cell(cells, dialect->quote, rest, &size, &extent->is_multiline)
                : !parse_unquoted_cell(cells, dialect, &cursor, &size))
            return false;
        cursor.at += size;
        more = cursor.at < text.size && text.bytes[cursor.at] == dialect->delimiter;
        cursor.at += more;
    }
    struct lookahead end = {text_slice(text, cursor.at, text.size), ahead.is_final};
    if (!cells_measure_line(end, &size, &content_size) || content_size > 0)
        return false;
    extent->size = cursor.at + size;
    return true;
}
