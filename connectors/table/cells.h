/* cells.h - splits lines and rows of delimited text into cells, in place: lines without quotes, and
 * rows whose quotes follow the rules. row_reader.h handles the others. */
#ifndef CONNECTORS_TABLE_CELLS_H
#define CONNECTORS_TABLE_CELLS_H

#include "base/text.h"

struct dialect {
    char delimiter;              /* 0: every line is one cell */
    char quote;                  /* encloses cells; 0: quotes are ordinary characters */
    bool uses_backslash_escapes; /* a quote within quotes is written \", not "" */
    bool trims_blanks;           /* blanks around cells are ignored: 1, "two, three", 4 */
};

/* The cells of one row; zeroed is empty. They point into the text that was split or, if quotes were
 * removed from them, into `bytes`: they are valid until the next row and as long as that text. */
struct cells {
    struct text *list;
    size_t count, capacity;
    size_t longest_size; /* of the cells in this row */
    char *bytes;
    size_t size, byte_capacity;
};

void cells_free(struct cells *cells);

/* Begins a row. */
void cells_reset(struct cells *cells);
void cells_add(struct cells *cells, struct text cell);

/* Bytes that were read ahead, from the beginning of a line. */
struct lookahead {
    struct text text;
    bool is_final; /* the file ends here */
};

/* Finds the end of the first line: *size includes its line end (LF, CR LF or CR), *content_size
 * does not. False if more bytes are needed. */
bool cells_measure_line(struct lookahead ahead, size_t *size, size_t *content_size);

/* Splits a line, given without its line end, at every delimiter. Quotes are ordinary characters. */
void cells_split_line(struct cells *cells, const struct dialect *dialect, struct text line);

/* The extent of a row in the text. */
struct row_extent {
    size_t size;       /* bytes, with the line end */
    bool is_multiline; /* a cell contains line ends */
};

/* Splits the first row if every quote in it opens a cell, closes one, or is doubled within one;
 * ="a, b" is one cell. False if it is not such a row, if its end is not visible, or if the dialect
 * has other rules for quotes. */
bool cells_split_row(struct cells *cells, const struct dialect *dialect, struct lookahead ahead,
                     struct row_extent *extent);

#endif
