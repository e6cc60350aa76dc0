/* row_queue.c - rows, their cells and the cells' bytes one behind the other. */
#include "connectors/xlsx/row_queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    MAX_ROW_SIZE = 8 << 20, /* bytes of its own */
    MAX_COLUMNS = 16384     /* of a sheet: to XFD */
};

struct sheet_cell {
    const char *shared; /* NULL: the bytes lie at `begin` of the rows' own */
    size_t begin, size;
};

struct queued_row {
    uint64_t number;
    size_t first, count; /* of `cells` */
    size_t bytes_begin;  /* of its own bytes */
    bool too_long;
};

void row_queue_begin_row(struct row_queue *rows, int64_t number)
{
    rows->number = number > 0 ? (uint64_t)number : rows->number + 1;
    rows->rows = memory_grow(rows->rows, &rows->row_capacity, rows->count + 1, sizeof(*rows->rows));
    rows->rows[rows->count++] = (struct queued_row){
        .number = rows->number, .first = rows->cell_count, .bytes_begin = rows->size};
}

bool row_queue_is_in_row(const struct row_queue *rows)
{
    return rows->count > rows->whole;
}

void row_queue_end_row(struct row_queue *rows)
{
    rows->whole = rows->count;
}

static struct sheet_cell copy_cell(struct row_queue *rows, struct text cell)
{
    size_t begin = rows->size;
    rows->bytes = memory_grow(rows->bytes, &rows->capacity, begin + cell.size + 1, 1);
    memcpy(rows->bytes + begin, cell.bytes, cell.size);
    rows->size += cell.size;
    return (struct sheet_cell){NULL, begin, cell.size};
}

void row_queue_add_cell(struct row_queue *rows, size_t column, struct text cell, bool shared)
{
    struct queued_row *row = &rows->rows[rows->count - 1];
    if (rows->size - row->bytes_begin > MAX_ROW_SIZE) {
        row->too_long = true;
        return;
    }
    if (cell.size == 0 || column >= MAX_COLUMNS || column < row->count)
        return; /* empty, or not in order: no spreadsheet writes that */
    size_t wanted = row->first + column + 1;
    rows->cells = memory_grow(rows->cells, &rows->cell_capacity, wanted, sizeof(*rows->cells));
    memset(rows->cells + rows->cell_count, 0, (wanted - rows->cell_count) * sizeof(*rows->cells));
    rows->cells[wanted - 1] =
        shared ? (struct sheet_cell){cell.bytes, 0, cell.size} : copy_cell(rows, cell);
    rows->cell_count = wanted;
    row->count = column + 1;
}

void row_queue_mark_too_long(struct row_queue *rows)
{
    rows->rows[rows->count - 1].too_long = true;
}

static void lend_row(struct row_queue *rows, const struct queued_row *queued_row,
                     struct workbook_row *row)
{
    rows->lent_cells = memory_grow(rows->lent_cells, &rows->lent_cell_capacity, queued_row->count,
                                   sizeof(*rows->lent_cells));
    for (size_t i = 0; i < queued_row->count; i++) {
        const struct sheet_cell *cell = &rows->cells[queued_row->first + i];
        if (cell->size == 0)
            rows->lent_cells[i] = TEXT("");
        else
            rows->lent_cells[i] =
                (struct text){cell->shared ? cell->shared : rows->bytes + cell->begin, cell->size};
    }
    *row = (struct workbook_row){queued_row->number, rows->lent_cells, queued_row->count,
                                 queued_row->too_long};
}

bool row_queue_next(struct row_queue *rows, struct workbook_row *row)
{
    while (rows->next < rows->whole) {
        const struct queued_row *queued_row = &rows->rows[rows->next++];
        if (queued_row->count == 0 && !queued_row->too_long)
            continue;
        lend_row(rows, queued_row, row);
        return true;
    }
    return false;
}

void row_queue_discard_read(struct row_queue *rows)
{
    if (!row_queue_is_in_row(rows)) {
        rows->count = rows->cell_count = rows->size = 0;
    } else { /* one that is not whole yet moves to the front */
        struct queued_row row = rows->rows[rows->count - 1];
        rows->cell_count -= row.first;
        if (rows->cell_count > 0)
            memmove(rows->cells, rows->cells + row.first, rows->cell_count * sizeof(*rows->cells));
        rows->size -= row.bytes_begin;
        if (rows->size > 0)
            memmove(rows->bytes, rows->bytes + row.bytes_begin, rows->size);
        for (size_t i = 0; i < rows->cell_count; i++)
            if (!rows->cells[i].shared && rows->cells[i].size > 0)
                rows->cells[i].begin -= row.bytes_begin;
        row.first = row.bytes_begin = 0;
        rows->rows[0] = row;
        rows->count = 1;
    }
    rows->whole = rows->next = 0;
}

void row_queue_reset(struct row_queue *rows)
{
    rows->number = 0;
    rows->next = rows->whole = rows->count = 0;
    rows->cell_count = rows->size = 0;
}

void row_queue_free(struct row_queue *rows)
{
    free(rows->rows);
    free(rows->cells);
    free(rows->bytes);
    free(rows->lent_cells);
}
