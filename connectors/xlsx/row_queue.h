/* row_queue.h - rows of a sheet that were parsed but not yet read: a push parser produces several
 * at once. */
#ifndef CONNECTORS_XLSX_ROW_QUEUE_H
#define CONNECTORS_XLSX_ROW_QUEUE_H

#include "connectors/xlsx/workbook.h"

struct sheet_cell;
struct queued_row;

/* A zeroed one is empty and ready. */
struct row_queue {
    uint64_t number; /* of the row that began last, from 1 */
    struct queued_row *rows;
    size_t next, complete, count, row_capacity; /* numbers of rows: read, ended, begun */
    struct sheet_cell *cells;
    size_t cell_count, cell_capacity;
    char *bytes; /* of the cells that are copied */
    size_t size, capacity;
    struct text *lent_cells;
    size_t lent_cell_capacity;
};

/* Begins a row; a number below 1 means the one after the last. */
void row_queue_begin_row(struct row_queue *queue, int64_t number);
bool row_queue_is_in_row(const struct row_queue *queue); /* a row began and has not ended */
void row_queue_end_row(struct row_queue *queue);

/* Adds a cell to the row that began. Columns count from 0 and must come in order. `is_shared`: its
 * bytes outlive the rows; others are copied. A row with too many bytes is marked as too long. */
void row_queue_add_cell(struct row_queue *queue, size_t column, struct text cell, bool is_shared);
void row_queue_mark_too_long(struct row_queue *queue); /* a cell of the row that began was cut */

/* Lends the next ended row that is not empty; false if there is none. */
bool row_queue_next(struct row_queue *queue, struct workbook_row *row);

/* Drops the rows that were read. */
void row_queue_discard_read(struct row_queue *queue);

void row_queue_reset(struct row_queue *queue); /* for another sheet */
void row_queue_free(struct row_queue *queue);

#endif
