/* rows.h - rows of delimited text (over libcsv): strict where quotes open and close, and never lost
 * for long where they do not. */
#ifndef CONNECTORS_TABLE_ROWS_H
#define CONNECTORS_TABLE_ROWS_H

#include "connectors/table/cells.h"

enum row_status {
    ROW_FOUND,       /* a row */
    ROW_BROKEN,      /* bytes that make no row; `reason` says why */
    ROW_BROKEN_REST, /* more bytes of the broken row before: to be left out */
    ROW_INCOMPLETE,  /* the bytes end before the row does: ask again with more of them */
    ROW_END          /* nothing but blank lines is left */
};

struct table_row {
    size_t blank_size; /* bytes of blank lines before it */
    size_t size;       /* its bytes, the line end included */
    const struct text *cells;
    size_t count;
    bool is_repaired;   /* quotes in it did not follow the rules, but it can only be read so */
    const char *reason; /* of ROW_BROKEN: "the quote that opens in cell 2 is never closed" */
};

struct rows;

/* A cell longer than `max_cell_size` bytes makes its row broken. */
struct rows *rows_open(struct dialect dialect, size_t max_cell_size);
void rows_close(struct rows *rows); /* NULL is fine */

/* The row that begins `ahead` (UTF-8). `last`: the file ends with these bytes. `expected`: cells of
 * a whole row, 0 when not known; it decides where a broken row ends: at the next line that reads as
 * a whole row. Cells are good until the next call and while `ahead` is. */
enum row_status rows_next(struct rows *rows, struct text ahead, bool is_final,
                          size_t expected_cells, struct table_row *row);

#endif
