/* row_reader.h - reads rows of delimited text, over libcsv. Quotes must follow RFC 4180; where they
 * do not, as few rows as possible are lost. */
#ifndef CONNECTORS_TABLE_ROW_READER_H
#define CONNECTORS_TABLE_ROW_READER_H

#include "connectors/table/cells.h"

enum row_status {
    ROW_FOUND,       /* a row */
    ROW_BROKEN,      /* malformed bytes; `reason` says why */
    ROW_BROKEN_REST, /* more bytes of the malformed row before, to be skipped */
    ROW_INCOMPLETE,  /* the row is longer than the text: call again with more bytes */
    ROW_END          /* only blank lines are left */
};

struct table_row {
    size_t blank_size; /* bytes of blank lines and byte order marks before the row */
    size_t size;       /* bytes of the row, with its line end */
    const struct text *cells;
    size_t count;
    const char *reason; /* of ROW_BROKEN: "a quote opens a cell and is never closed" */
};

struct row_reader;

/* A row with a cell of more than `max_cell_size` bytes is broken. */
struct row_reader *row_reader_open(struct dialect dialect, size_t max_cell_size);
void row_reader_close(struct row_reader *reader); /* NULL is fine */

/* Reads the row at the front of `ahead` (UTF-8). `expected_cells` is the number of cells of a whole
 * row, or 0 if unknown: a broken row ends before the next line that parses as a whole row. The
 * cells are valid until the next call and as long as the text. */
enum row_status row_reader_next(struct row_reader *reader, struct lookahead ahead,
                                size_t expected_cells, struct table_row *row);

#endif
