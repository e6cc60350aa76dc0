/* column_names.h - the likely role of a column by its name; the word lists are in data/. */
#ifndef CONNECTORS_COLUMNS_COLUMN_NAMES_H
#define CONNECTORS_COLUMNS_COLUMN_NAMES_H

#include "connectors/columns/roles.h"

/* Scores from here on mean that the whole name is listed; lower ones that it contains a listed
 * word. */
enum { COLUMN_NAME_EXACT = 60 };

/* How likely a column of this name has the role: 0 (unknown or excluded) to 100 (certain). Case,
 * blanks, underscores and camelCase are ignored. Of a nested name, "a.b.c", the whole or the last
 * part counts. */
int column_name_score(enum role role, struct text name);

/* Whether the name says that its cells do not belong to the role, whatever they look like: the date
 * of an annotation is no date of the feedback. */
bool column_name_forbids(enum role role, struct text name);

/* Whether the name is an open question: "What could be better?", "Please explain". */
bool column_name_is_question(struct text name);

/* The first column of that name, or SIZE_MAX. */
size_t column_find_exactly(const struct text *names, size_t count, struct text name);

/* The same, ignoring case and blanks around the columns' names. */
size_t column_find_ignoring_case(const struct text *names, size_t count, struct text name);

#endif
