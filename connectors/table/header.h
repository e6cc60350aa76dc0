/* header.h - whether the first row of a table names its columns; for layout.c. */
#ifndef CONNECTORS_TABLE_HEADER_H
#define CONNECTORS_TABLE_HEADER_H

#include "connectors/table/dialect_trial.h"

/* Whether the first row below the preamble is a header. The trial has at least one row. */
bool header_exists(const struct dialect_trial *trial);

/* The number of columns if it is one: its cells, or more if nearly every row is wider. */
size_t header_count_columns(const struct dialect_trial *trial);

#endif
