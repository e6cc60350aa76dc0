/* column_sides.h - which columns hold the company's words; names such as "response" and "answer"
 * need the other columns to tell. */
#ifndef CONNECTORS_COLUMNS_COLUMN_SIDES_H
#define CONNECTORS_COLUMNS_COLUMN_SIDES_H

#include "connectors/columns/role_cells.h"

/* Sets table->unclear_is_company and the scores of ROLE_REPLY, before the roles are chosen.
 * `given_text`: the column that the user or a known export gives as the text, or SIZE_MAX.
 * `can_have_reply`: false if the user or the export says that there is no reply. */
void column_sides_decide(struct column_table *table, size_t given_text, bool can_have_reply);

/* Whether the name says for what the column is. */
bool column_has_known_name(const struct column_traits *traits);

#endif
