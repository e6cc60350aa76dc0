/* cells.c - finds delimiters, quotes and line ends with memchr; copies only where quotes are
 * doubled. */
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

bool cells_measure_line(struct text ahead, bool is_final, size_t *size, size_t *content_size)
{
    const char *line_feed = memchr(ahead.bytes, '\n', ahead.size);
    size_t limit = line_feed ? (size_t)(line_feed - ahead.bytes) : ahead.size;
    const char *carriage_return = limit > 0 ? memchr(ahead.bytes, '\r', limit) : NULL;
    if (carriage_return) {
        *content_size = (size_t)(carriage_return - ahead.bytes);
        *size = *content_size + 1;
        if (*size == ahead.size)
            return is_final;
        *size += ahead.bytes[*size] == '\n';
        return true;
    }
    *content_size = limit;
    *size = line_feed ? limit + 1 : limit;
    return line_feed || is_final;
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

/* The cell whose opening quote `ahead` begins with; behind its closing quote in *size. False when
 * that is not in sight. Where quotes in it are doubled, it is put together in `bytes`, which have
 * room for all of `ahead`. */
static bool parse_quoted_cell(struct cells *cells, char quote, struct text ahead, size_t *size,
                              bool *is_multiline)
{
    const char *begin = ahead.bytes + 1, *end = ahead.bytes + ahead.size, *close;
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
    *size = (size_t)(close + 1 - ahead.bytes);
    cells_add(cells, cell);
    return true;
}

/* The cell without quotes that begins at `at`; its size in *size. *line_end is where the line ends
 * that was looked at last. */
static bool parse_unquoted_cell(struct cells *cells, const struct dialect *dialect,
                                struct text ahead, bool is_final, size_t at, size_t *line_end,
                                size_t *size)
{
    struct text rest = text_slice(ahead, at, ahead.size);
    size_t whole_line, content_size;
    if (at >= *line_end) { /* behind a cell of several lines */
        if (!cells_measure_line(rest, is_final, &whole_line, &content_size))
            return false;
        *line_end = at + content_size;
    }
    size_t limit = *line_end - at;
    const char *cut = limit > 0 ? memchr(rest.bytes, dialect->delimiter, limit) : NULL;
    *size = cut ? (size_t)(cut - rest.bytes) : limit;
    if (*size > 0 && memchr(rest.bytes, dialect->quote, *size))
        return false;
    cells_add(cells, text_slice(rest, 0, *size));
    return true;
}

bool cells_split_row(struct cells *cells, const struct dialect *dialect, struct text ahead,
                     bool is_final, size_t *size, bool *is_multiline)
{
    size_t at = 0, line_end = 0, cell_size, content_size;
    bool more = true;
    *is_multiline = false;
    if (dialect->uses_backslash_escapes || dialect->trims_blanks || !dialect->delimiter ||
        !dialect->quote)
        return false;
    cells_reset(cells);
    cells->bytes = memory_grow(cells->bytes, &cells->byte_capacity, ahead.size, 1);
    while (more) {
        struct text rest = text_slice(ahead, at, ahead.size);
        bool quoted = rest.size > 0 && rest.bytes[0] == dialect->quote;
        if (quoted
                ? !parse_quoted_cell(cells, dialect->quote, rest, &cell_size, is_multiline)
                : !parse_unquoted_cell(cells, dialect, ahead, is_final, at, &line_end, &cell_size))
            return false;
        at += cell_size;
        more = at < ahead.size && ahead.bytes[at] == dialect->delimiter;
        at += more;
    }
    if (!cells_measure_line(text_slice(ahead, at, ahead.size), is_final, &cell_size,
                            &content_size) ||
        content_size > 0)
        return false;
    *size = at + cell_size;
    return true;
}
