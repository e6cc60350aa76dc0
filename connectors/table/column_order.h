/* column_order.h - joined files that have the same columns in different orders. */
#ifndef CONNECTORS_TABLE_COLUMN_ORDER_H
#define CONNECTORS_TABLE_COLUMN_ORDER_H

#include "base/arena.h"
#include "base/text.h"

/* Names of columns, and the order in which the rows below another header have them. Zeroed: the
 * order of the names. */
struct column_order {
    const struct text *names; /* borrowed */
    size_t count;
    uint64_t initials; /* a bit for each first byte of a name, modulo 64 */
    size_t *positions; /* of each column in a row; owned by the arena */
    bool is_changed;
};

void column_order_init(struct column_order *order, const struct text *names, size_t count,
                       struct arena *arena);

/* Whether the row is a header with the same names in another order, which then holds for the rows
 * below. Case and outer blanks are ignored. */
bool column_order_read_header(struct column_order *order, const struct text *cells, size_t count);

/* The cells in the order of the names; allocated from `arena` if the order has changed. Missing
 * cells are empty. */
const struct text *column_order_apply(const struct column_order *order, const struct text *cells,
                                      size_t count, struct arena *arena);

#endif
