/* role_doubts.h - the columns that should have a role by their names and were refused. */
#ifndef CONNECTORS_COLUMNS_ROLE_DOUBTS_H
#define CONNECTORS_COLUMNS_ROLE_DOUBTS_H

#include "connectors/columns/role_cells.h"

/* "'when' was refused: 'soon' (row 2) is no date". Allocated from `arena`. */
struct text refusal_describe(struct column_table *table, enum role role, size_t column,
                             struct arena *arena);

/* Sets mapping->doubts after the roles are chosen: for each role that was searched, the columns
 * whose names fit it better than that of the chosen column and whose cells do not; or an author
 * that many rows have. */
void doubts_find(struct column_table *table, struct mapping *mapping,
                 const bool is_given[ROLE_COUNT], struct arena *arena);

#endif
