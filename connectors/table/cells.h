/* cells.h - cuts lines and rows of delimited text into cells, in place: what nearly all rows are,
 * lines without quotes and rows whose quotes follow the rules. */
#ifndef CONNECTORS_TABLE_CELLS_H
#define CONNECTORS_TABLE_CELLS_H

#include "base/text.h"

struct dialect {
    char delimiter;              /* 0: every line is one cell */
    char quote;                  /* cells may stand in it; 0: quotes are letters like others */
    bool uses_backslash_escapes; /* a quote within quotes is written \", not "" */
    bool trims_blanks;           /* blanks around cells do not belong to them: 1, "two, three", 4 */
};

/* The cells of one row after the other; {0} is fine to begin with. A cell lies in the bytes that
 * were cut or, put together, in `bytes`: it is good until the next row and while those are. */
struct cells {
    struct text *list;
    size_t count, capacity;
    size_t longest_size; /* size of the longest so far */
    char *bytes;
    size_t size, byte_capacity;
};

void cells_free(struct cells *cells);

/* Begins the next row. */
void cells_reset(struct cells *cells);
void cells_add(struct cells *cells, struct text cell);

/* Size of the line at the front with its end (LF, CR LF or CR), and without it in *content. False
 * when more bytes are needed to see the end; `last`: there are none. */
bool cells_measure_line(struct text ahead, bool is_final, size_t *size, size_t *content_size);

/* Cuts a line, given without its end, at every delimiter; quotes are letters. */
void cells_split_line(struct cells *cells, const struct dialect *dialect, struct text line);

/* Cuts the row at the front, when every quote in it opens a cell, closes one or is doubled within
 * one; its size in *size, and whether a cell holds line ends in *is_multiline. False when it is
 * not such a row, its end is not in sight, or the dialect knows more than doubled quotes. */
bool cells_split_row(struct cells *cells, const struct dialect *dialect, struct text ahead,
                     bool is_final, size_t *size, bool *is_multiline);

#endif
