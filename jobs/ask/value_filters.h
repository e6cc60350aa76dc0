/* value_filters.h - values of columns that a question names: "earbuds", "from Scotland". */
#ifndef JOBS_ASK_VALUE_FILTERS_H
#define JOBS_ASK_VALUE_FILTERS_H

#include "jobs/ask/parser.h"

/* Adds filters to the question for the values that its tokens name, and marks these as used. Longer
 * values come first. Of columns that name things, a part of a name is enough, also in the other
 * language. */
void value_filters_find(struct parser *parser);

/* Adds a value to the filter on the column; does nothing if the question has too many filters. */
void value_filters_add(struct parser *parser, size_t column, size_t value);

#endif
