/* spreadsheet.h - limits of spreadsheets, and how programs protect cells from them: an apostrophe
 * before a cell that would run as a formula or change its value, ="00123" for a text. */
#ifndef BASE_SPREADSHEET_H
#define BASE_SPREADSHEET_H

#include "base/text.h"

/* Whether a spreadsheet would take the cell for a formula, or change it (007, 3-4, 12e4): then an
 * apostrophe belongs before it. */
bool spreadsheet_needs_guard(struct text cell);

/* Whether the cell can be in one of these notations. Cheap: most cells are not. */
static inline bool spreadsheet_may_be_protected(struct text cell)
{
    return cell.size > 1 && (cell.bytes[0] == '=' || cell.bytes[0] == '\'');
}

/* The text that a protected cell stands for, all others unchanged. `cell` is not empty and begins
 * at `bytes`, where its quotes are removed in place. */
struct text spreadsheet_restore(struct text cell, char *bytes);

/* Limits of Excel: UTF-16 code units of a cell, rows of a sheet. */
enum { SPREADSHEET_MAX_CELL_UNITS = 32767, SPREADSHEET_MAX_ROWS = 1048576 };

/* The UTF-16 code units of a cell. */
size_t spreadsheet_count_units(struct text cell);

/* The number of bytes, in whole characters, that fit into `max` UTF-16 code units. */
size_t spreadsheet_cut_units(struct text cell, size_t max);

#endif
