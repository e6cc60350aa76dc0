/* column_names.h - what a column's name says about its role. The lists are in docs/FORMATS.md. */
#ifndef CONNECTORS_COLUMNS_COLUMN_NAMES_H
#define CONNECTORS_COLUMNS_COLUMN_NAMES_H

#include "connectors/columns/roles.h"

enum { COLUMN_NAME_EXACT = 60, COLUMN_NAME_PARTIAL = 30 };

/* 0 (says nothing, or speaks against it) to 100 (certain); from COLUMN_NAME_EXACT on the name is a
 * known one, below it holds a known word. Case, blanks, underscores and camelCase do not matter;
 * "a.b.c" of a nested object counts as a whole or by its last part. */
int column_name_score(enum role role, struct text name);

/* True when the name is a question or asks to write: "What could be better?", "Please explain". */
bool column_name_is_question(struct text name);

#endif
