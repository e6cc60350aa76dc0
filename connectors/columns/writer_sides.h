/* writer_sides.h - a column that says of each row who wrote it: "author_type" with the cells
 * "customer" and "agent", "direction", "from_me". Rows of the company's side are no feedback. The
 * word lists are data/writer_words.tsv (cells) and data/writer_columns.tsv (names). */
#ifndef CONNECTORS_COLUMNS_WRITER_SIDES_H
#define CONNECTORS_COLUMNS_WRITER_SIDES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* What the name says about the cells. */
enum writer_column_kind {
    WRITER_UNKNOWN,      /* nothing */
    WRITER_SENDER,       /* who wrote the row: "author_type", "direction" */
    WRITER_COMPANY_FLAG, /* "is_staff" */
    WRITER_CUSTOMER_FLAG /* "from_customer" */
};

struct writer_sides {
    size_t column; /* SIZE_MAX: none */
    enum writer_column_kind kind;
};

struct column_table;

/* Finds the column in the samples of `table`: nearly all its cells are known words, of both sides.
 * Columns in `is_taken` do not count, nor a column by which the company would have rated. */
struct writer_sides writer_sides_find(const struct column_table *table, const bool *is_taken);

/* Whether a cell of that column says that the company wrote its row. */
bool writer_sides_is_company(const struct writer_sides *sides, struct text cell);

#endif
