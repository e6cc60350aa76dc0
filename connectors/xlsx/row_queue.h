/* row_queue.h - rows of a sheet that wait to be read: a parser that pushes makes several at once.
 */
#ifndef CONNECTORS_XLSX_ROW_QUEUE_H
#define CONNECTORS_XLSX_ROW_QUEUE_H

#include "connectors/xlsx/workbook.h"

struct sheet_cell;
struct waiting_row;

/* A zeroed one is empty and ready. */
struct sheet_rows {
    uint64_t number; /* of the row that began last, from 1 */
    struct waiting_row *rows;
    size_t next, whole, count, row_capacity; /* rows: lent so far, ended, begun */
    struct sheet_cell *cells;
    size_t cell_count, cell_capacity;
    char *bytes; /* of cells that are not shared */
    size_t size, capacity;
    struct text *lent;
    size_t lent_capacity;
};

/* Begins a row; number 0 or less: the one below the last. */
void sheet_rows_begin(struct sheet_rows *rows, int64_t number);
bool sheet_rows_inside(const struct sheet_rows *rows); /* a row began and has not ended */
void sheet_rows_end(struct sheet_rows *rows);

/* A cell of the row that began, columns counted from 0, in their order. `shared`: its bytes stay
 * while the rows do; others are copied, unless the row has more than a row should: it is too long
 * then. */
void sheet_rows_add(struct sheet_rows *rows, size_t column, struct text cell, bool shared);
void sheet_rows_mark_long(struct sheet_rows *rows); /* one of its cells was cut */

/* Lends the next row that holds anything and has ended. */
bool sheet_rows_next(struct sheet_rows *rows, struct workbook_row *row);

/* Forgets the rows that were lent. */
void sheet_rows_drop(struct sheet_rows *rows);

void sheet_rows_reset(struct sheet_rows *rows); /* to the first row of another sheet */
void sheet_rows_free(struct sheet_rows *rows);

#endif
