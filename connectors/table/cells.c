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
    cells->longest = 0;
    cells->size = 0;
}

void cells_add(struct cells *cells, struct text cell)
{
    cells->list =
        memory_grow(cells->list, &cells->capacity, cells->count + 1, sizeof(*cells->list));
    cells->list[cells->count++] = cell;
    if (cell.size > cells->longest)
        cells->longest = cell.size;
}

bool cells_measure_line(struct text ahead, bool last, size_t *size, size_t *content)
{
    const char *feed = memchr(ahead.bytes, '\n', ahead.size);
    size_t limit = feed ? (size_t)(feed - ahead.bytes) : ahead.size;
    const char *carriage = limit > 0 ? memchr(ahead.bytes, '\r', limit) : NULL;
    if (carriage) {
        *content = (size_t)(carriage - ahead.bytes);
        *size = *content + 1;
        if (*size == ahead.size)
            return last;
        *size += ahead.bytes[*size] == '\n';
        return true;
    }
    *content = limit;
    *size = feed ? limit + 1 : limit;
    return feed || last;
}

static void add_unquoted(struct cells *cells, const struct dialect *dialect, struct text cell)
{
    cells_add(cells, dialect->padded ? text_trim(cell) : cell);
}

void cells_cut_line(struct cells *cells, const struct dialect *dialect, struct text line)
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

static void join(struct cells *cells, const char *bytes, size_t size)
{
    memcpy(cells->bytes + cells->size, bytes, size);
    cells->size += size;
}

/* The cell whose opening quote `ahead` begins with; behind its closing quote in *size. False when
 * that is not in sight. Where quotes in it are doubled, it is put together in `bytes`, which have
 * room for all of `ahead`. */
static bool cut_quoted_cell(struct cells *cells, char quote, struct text ahead, size_t *size,
                            bool *several_lines)
{
    const char *begin = ahead.bytes + 1, *end = ahead.bytes + ahead.size, *close;
    size_t joined = cells->size;
    while ((close = memchr(begin, quote, (size_t)(end - begin))) && close + 1 < end &&
           close[1] == quote) {
        join(cells, begin, (size_t)(close + 1 - begin));
        begin = close + 2;
    }
    if (!close)
        return false;
    struct text cell = {begin, (size_t)(close - begin)};
    if (cells->size > joined) {
        join(cells, begin, cell.size);
        cell = (struct text){cells->bytes + joined, cells->size - joined};
    }
    *several_lines |= has_line_end(cell);
    *size = (size_t)(close + 1 - ahead.bytes);
    cells_add(cells, cell);
    return true;
}

/* The cell without quotes that begins at `at`; its size in *size. *line_end is where the line ends
 * that was looked at last. */
static bool cut_plain_cell(struct cells *cells, const struct dialect *dialect, struct text ahead,
                           bool last, size_t at, size_t *line_end, size_t *size)
{
    struct text rest = text_slice(ahead, at, ahead.size);
    size_t whole_line, content;
    if (at >= *line_end) { /* behind a cell of several lines */
        if (!cells_measure_line(rest, last, &whole_line, &content))
            return false;
        *line_end = at + content;
    }
    size_t limit = *line_end - at;
    const char *cut = limit > 0 ? memchr(rest.bytes, dialect->delimiter, limit) : NULL;
    *size = cut ? (size_t)(cut - rest.bytes) : limit;
    if (*size > 0 && memchr(rest.bytes, dialect->quote, *size))
        return false;
    cells_add(cells, text_slice(rest, 0, *size));
    return true;
}

bool cells_cut_row(struct cells *cells, const struct dialect *dialect, struct text ahead, bool last,
                   size_t *size, bool *several_lines)
{
    size_t at = 0, line_end = 0, step, content;
    bool more = true;
    *several_lines = false;
    if (dialect->backslash || dialect->padded || !dialect->delimiter || !dialect->quote)
        return false;
    cells_reset(cells);
    cells->bytes = memory_grow(cells->bytes, &cells->byte_capacity, ahead.size, 1);
    while (more) {
        struct text rest = text_slice(ahead, at, ahead.size);
        bool quoted = rest.size > 0 && rest.bytes[0] == dialect->quote;
        if (quoted ? !cut_quoted_cell(cells, dialect->quote, rest, &step, several_lines)
                   : !cut_plain_cell(cells, dialect, ahead, last, at, &line_end, &step))
            return false;
        at += step;
        more = at < ahead.size && ahead.bytes[at] == dialect->delimiter;
        at += more;
    }
    if (!cells_measure_line(text_slice(ahead, at, ahead.size), last, &step, &content) ||
        content > 0)
        return false;
    *size = at + step;
    return true;
}
