/* spreadsheet.h - the notations with which programs protect cells from spreadsheets: an apostrophe
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

#endif
