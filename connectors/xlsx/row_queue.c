/* row_queue.c - rows, their cells and the bytes of the cells, in three arrays. */
#include "connectors/xlsx/row_queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    MAX_ROW_SIZE = 8 << 20, /* bytes of its copied cells */
    MAX_COLUMNS = 16384     /* of a sheet, A to XFD */
};

struct sheet_cell {
    const char *shared; /* NULL: the cell begins at `begin` in queue->bytes */
    size_t begin, size;
};

struct queued_row {
    uint64_t number;
    size_t first, count; /* of its cells */
    size_t bytes_begin;  /* of its copied bytes */
    bool is_too_long;
};

void row_queue_begin_row(struct row_queue *queue, int64_t number)
{
    queue->number = number > 0 ? (uint64_t)number : queue->number + 1;
    queue->rows =
        memory_grow(queue->rows, &queue->row_capacity, queue->count + 1, sizeof(*queue->rows));
    queue->rows[queue->count++] = (struct queued_row){
        .number = queue->number, .first = queue->cell_count, .bytes_begin = queue->size};
}

bool row_queue_is_in_row(const struct row_queue *queue)
{
    return queue->count > queue->complete;
}

void row_queue_end_row(struct row_queue *queue)
{
    queue->complete = queue->count;
}

static struct sheet_cell copy_cell(struct row_queue *queue, struct text cell)
{
    size_t begin = queue->size;
    queue->bytes = memory_grow(queue->bytes, &queue->capacity, begin + cell.size + 1, 1);
    memcpy(queue->bytes + begin, cell.bytes, cell.size);
    queue->size += cell.size;
    return (struct sheet_cell){NULL, begin, cell.size};
}

void row_queue_add_cell(struct row_queue *queue, size_t column, struct text cell, bool is_shared)
{
    struct queued_row *row = &queue->rows[queue->count - 1];
    if (queue->size - row->bytes_begin > MAX_ROW_SIZE) {
        row->is_too_long = true;
        return;
    }
    if (cell.size == 0 || column >= MAX_COLUMNS || column < row->count)
        return; /* empty, or out of order, which no spreadsheet program writes */
    size_t wanted = row->first + column + 1;
    queue->cells = memory_grow(queue->cells, &queue->cell_capacity, wanted, sizeof(*queue->cells));
    memset(queue->cells + queue->cell_count, 0,
           (wanted - queue->cell_count) * sizeof(*queue->cells));
    queue->cells[wanted - 1] =
        is_shared ? (struct sheet_cell){cell.bytes, 0, cell.size} : copy_cell(queue, cell);
    queue->cell_count = wanted;
    row->count = column + 1;
}

void row_queue_mark_too_long(struct row_queue *queue)
{
    queue->rows[queue->count - 1].is_too_long = true;
}

static void lend_row(struct row_queue *queue, const struct queued_row *queued_row,
                     struct workbook_row *row)
{
    queue->lent_cells = memory_grow(queue->lent_cells, &queue->lent_cell_capacity,
                                    queued_row->count, sizeof(*queue->lent_cells));
    for (size_t i = 0; i < queued_row->count; i++) {
        const struct sheet_cell *cell = &queue->cells[queued_row->first + i];
        if (cell->size == 0)
            queue->lent_cells[i] = TEXT("");
        else
            queue->lent_cells[i] =
                (struct text){cell->shared ? cell->shared : queue->bytes + cell->begin, cell->size};
    }
    *row = (struct workbook_row){queued_row->number, queue->lent_cells, queued_row->count,
                                 queued_row->is_too_long};
}

bool row_queue_next(struct row_queue *queue, struct workbook_row *row)
{
    while (queue->next < queue->complete) {
        const struct queued_row *queued_row = &queue->rows[queue->next++];
        if (queued_row->count == 0 && !queued_row->is_too_long)
            continue;
        lend_row(queue, queued_row, row);
        return true;
    }
    return false;
}

void row_queue_discard_read(struct row_queue *queue)
{
    if (!row_queue_is_in_row(queue)) {
        queue->count = queue->cell_count = queue->size = 0;
    } else { /* moves a row that has not ended to the front */
        struct queued_row row = queue->rows[queue->count - 1];
        queue->cell_count -= row.first;
        if (queue->cell_count > 0)
            memmove(queue->cells, queue->cells + row.first,
                    queue->cell_count * sizeof(*queue->cells));
        queue->size -= row.bytes_begin;
        if (queue->size > 0)
            memmove(queue->bytes, queue->bytes + row.bytes_begin, queue->size);
        for (size_t i = 0; i < queue->cell_count; i++)
            if (!queue->cells[i].shared && queue->cells[i].size > 0)
                queue->cells[i].begin -= row.bytes_begin;
        row.first = row.bytes_begin = 0;
        queue->rows[0] = row;
        queue->count = 1;
    }
    queue->complete = queue->next = 0;
}

void row_queue_reset(struct row_queue *queue)
{
    queue->number = 0;
    queue->next = queue->complete = queue->count = 0;
    queue->cell_count = queue->size = 0;
}

void row_queue_free(struct row_queue *queue)
{
    free(queue->rows);
    free(queue->cells);
    free(queue->bytes);
    free(queue->lent_cells);
}
