/* workbook.h - reads the sheets of an .xlsx file row by row: shared and inline strings, numbers,
 * and dates by their style. Shared strings are held in memory, sheets are streamed. Nothing outside
 * the file is read, formulas are not evaluated. */
#ifndef CONNECTORS_XLSX_WORKBOOK_H
#define CONNECTORS_XLSX_WORKBOOK_H

#include "base/arena.h"
#include "base/error.h"
#include "pipeline/connector.h"

struct workbook;

/* Functions begin with book_: those of libxlsxwriter, which writes workbooks, with workbook_. */
struct workbook_sheet {
    struct text name;
    bool is_hidden;
};

struct workbook_row {
    uint64_t number; /* in the sheet, from 1 */
    const struct text *cells;
    size_t count;     /* up to the last cell that is not empty; at least 1, or 0 if too long */
    bool is_too_long; /* a cell or the row exceeds the limit and was cut */
};

/* Whether the file, or the file in an archive, at `path` is a workbook. */
bool book_probe(const char *path);

/* Reads the list of sheets, the styles and the shared strings. Fails with ERROR_INPUT if the file
 * is damaged or its strings exceed 256 MiB. */
bool book_open(struct workbook **workbook, const char *path, struct error *error);
void book_close(struct workbook *workbook); /* NULL is fine */

/* The sheets in order, without charts; valid until book_close. */
const struct workbook_sheet *book_sheets(const struct workbook *workbook, size_t *count);

/* Moves to the first row of a sheet. */
bool book_begin_sheet(struct workbook *workbook, size_t sheet, struct error *error);

/* Reads the next row that is not empty; its cells are valid until the next call. */
enum read_status book_read_row(struct workbook *workbook, struct workbook_row *row,
                               struct error *error);

#endif
