/* row_queue.c - rows, their cells and the cells' bytes one behind the other. */
#include "connectors/xlsx/row_queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    LONGEST_ROW = 8 << 20, /* bytes of its own */
    MOST_COLUMNS = 16384   /* of a sheet: to XFD */
};

struct sheet_cell {
    const char *shared; /* NULL: the bytes lie at `begin` of the rows' own */
    size_t begin, size;
};

struct waiting_row {
    uint64_t number;
    size_t first, count; /* of `cells` */
    size_t bytes_begin;  /* of its own bytes */
    bool too_long;
};

void sheet_rows_begin(struct sheet_rows *rows, int64_t number)
{
    rows->number = number > 0 ? (uint64_t)number : rows->number + 1;
    rows->rows = memory_grow(rows->rows, &rows->row_capacity, rows->count + 1, sizeof(*rows->rows));
    rows->rows[rows->count++] = (struct waiting_row){
        .number = rows->number, .first = rows->cell_count, .bytes_begin = rows->size};
}

bool sheet_rows_inside(const struct sheet_rows *rows)
{
    return rows->count > rows->whole;
}

void sheet_rows_end(struct sheet_rows *rows)
{
    rows->whole = rows->count;
}

static struct sheet_cell copy(struct sheet_rows *rows, struct text cell)
{
    size_t begin = rows->size;
    rows->bytes = memory_grow(rows->bytes, &rows->capacity, begin + cell.size + 1, 1);
    memcpy(rows->bytes + begin, cell.bytes, cell.size);
    rows->size += cell.size;
    return (struct sheet_cell){NULL, begin, cell.size};
}

void sheet_rows_add(struct sheet_rows *rows, size_t column, struct text cell, bool shared)
{
    struct waiting_row *row = &rows->rows[rows->count - 1];
    if (rows->size - row->bytes_begin > LONGEST_ROW) {
        row->too_long = true;
        return;
    }
    if (cell.size == 0 || column >= MOST_COLUMNS || column < row->count)
        return; /* empty, or not in order: no spreadsheet writes that */
    size_t wanted = row->first + column + 1;
    rows->cells = memory_grow(rows->cells, &rows->cell_capacity, wanted, sizeof(*rows->cells));
    memset(rows->cells + rows->cell_count, 0, (wanted - rows->cell_count) * sizeof(*rows->cells));
    rows->cells[wanted - 1] =
        shared ? (struct sheet_cell){cell.bytes, 0, cell.size} : copy(rows, cell);
    rows->cell_count = wanted;
    row->count = column + 1;
}

void sheet_rows_mark_long(struct sheet_rows *rows)
{
    rows->rows[rows->count - 1].too_long = true;
}

static void lend(struct sheet_rows *rows, const struct waiting_row *waiting,
                 struct workbook_row *row)
{
    rows->lent = memory_grow(rows->lent, &rows->lent_capacity, waiting->count, sizeof(*rows->lent));
    for (size_t i = 0; i < waiting->count; i++) {
        const struct sheet_cell *cell = &rows->cells[waiting->first + i];
        if (cell->size == 0)
            rows->lent[i] = TEXT("");
        else
            rows->lent[i] =
                (struct text){cell->shared ? cell->shared : rows->bytes + cell->begin, cell->size};
    }
    *row = (struct workbook_row){waiting->number, rows->lent, waiting->count, waiting->too_long};
}

bool sheet_rows_next(struct sheet_rows *rows, struct workbook_row *row)
{
    while (rows->next < rows->whole) {
        const struct waiting_row *waiting = &rows->rows[rows->next++];
        if (waiting->count == 0 && !waiting->too_long)
            continue;
        lend(rows, waiting, row);
        return true;
    }
    return false;
}

void sheet_rows_drop(struct sheet_rows *rows)
{
    if (!sheet_rows_inside(rows)) {
        rows->count = rows->cell_count = rows->size = 0;
    } else { /* one that is not whole yet moves to the front */
        struct waiting_row row = rows->rows[rows->count - 1];
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

void sheet_rows_reset(struct sheet_rows *rows)
{
    rows->number = 0;
    rows->next = rows->whole = rows->count = 0;
    rows->cell_count = rows->size = 0;
}

void sheet_rows_free(struct sheet_rows *rows)
{
    free(rows->rows);
    free(rows->cells);
    free(rows->bytes);
    free(rows->lent);
}
