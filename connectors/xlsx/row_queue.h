/* row_queue.h - rows of a sheet that wait to be read: a parser that pushes makes several at once.
 */
#ifndef CONNECTORS_XLSX_ROW_QUEUE_H
#define CONNECTORS_XLSX_ROW_QUEUE_H

#include "connectors/xlsx/workbook.h"

struct sheet_cell;
struct queued_row;

/* A zeroed one is empty and ready. */
struct row_queue {
    uint64_t number; /* of the row that began last, from 1 */
    struct queued_row *rows;
    size_t next, whole, count, row_capacity; /* rows: lent so far, ended, begun */
    struct sheet_cell *cells;
    size_t cell_count, cell_capacity;
    char *bytes; /* of cells that are not shared */
    size_t size, capacity;
    struct text *lent_cells;
    size_t lent_cell_capacity;
};

/* Begins a row; number 0 or less: the one below the last. */
void row_queue_begin_row(struct row_queue *rows, int64_t number);
bool row_queue_is_in_row(const struct row_queue *rows); /* a row began and has not ended */
void row_queue_end_row(struct row_queue *rows);

/* A cell of the row that began, columns counted from 0, in their order. `shared`: its bytes stay
 * while the rows do; others are copied, unless the row has more than a row should: it is too long
 * then. */
void row_queue_add_cell(struct row_queue *rows, size_t column, struct text cell, bool shared);
void row_queue_mark_too_long(struct row_queue *rows); /* one of its cells was cut */

/* Lends the next row that holds anything and has ended. */
bool row_queue_next(struct row_queue *rows, struct workbook_row *row);

/* Forgets the rows that were lent. */
void row_queue_discard_read(struct row_queue *rows);

void row_queue_reset(struct row_queue *rows); /* to the first row of another sheet */
void row_queue_free(struct row_queue *rows);

#endif
