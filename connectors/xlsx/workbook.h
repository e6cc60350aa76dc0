/* workbook.h - the sheets of an .xlsx file, a row at a time: shared and inline strings, numbers,
 * dates by their style (1900 or 1904). Only the shared strings are held in memory; a sheet is
 * streamed. Nothing outside the file is read, no formula is run. */
#ifndef CONNECTORS_XLSX_WORKBOOK_H
#define CONNECTORS_XLSX_WORKBOOK_H

#include "base/arena.h"
#include "base/error.h"
#include "pipeline/connector.h"

struct workbook;

struct workbook_sheet {
    struct text name;
    bool hidden;
};

struct workbook_row {
    uint64_t number; /* as the spreadsheet counts, from 1 */
    const struct text *cells;
    size_t count;  /* up to the last cell that holds something; at least 1 */
    bool too_long; /* a cell beyond the limit of a spreadsheet: it is cut */
};

/* Whether the file, or member of an archive, at `path` is a workbook. */
bool workbook_probe(const char *path);

/* Reads the list of sheets, the styles and the shared strings. ERROR_INPUT when it is damaged or
 * needs more memory than it should. */
bool workbook_open(struct workbook **workbook, const char *path, struct error *error);
void workbook_close(struct workbook *workbook); /* NULL is fine */

/* The sheets in their order, without charts; good until workbook_close. */
const struct workbook_sheet *workbook_sheets(const struct workbook *workbook, size_t *count);

/* Goes to the first row of a sheet. */
bool workbook_begin_sheet(struct workbook *workbook, size_t sheet, struct error *error);

/* The next row that holds anything; its cells are good until the next call. */
enum read_status workbook_read_row(struct workbook *workbook, struct workbook_row *row,
                                   struct error *error);

#endif
