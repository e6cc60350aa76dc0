/* date_order.h - decides the order of day, month and year in a column from all its dates. */
#ifndef CONNECTORS_COLUMNS_DATE_ORDER_H
#define CONNECTORS_COLUMNS_DATE_ORDER_H

#include "connectors/columns/roles.h"

/* The first, second and third numbers in the dates of a column; zeroed is empty. */
struct date_number_stats {
    struct {
        uint64_t seen[2]; /* bit set of the numbers 0 to 127 */
        size_t above_12, above_31;
    } positions[3];
    size_t cells;          /* dates whose order only the whole column shows */
    size_t not_year_first; /* those of them that cannot begin with a year */
};

/* Cells that are not such dates (date_split_numbers) are ignored. */
void date_number_stats_add(struct date_number_stats *dates, struct text cell);

/* Sets *order unless the dates leave it open, and returns the reason, allocated from `arena`; empty
 * if no cell was counted. A number above 12 is a day, one above 31 a year; otherwise the number
 * with more different values is the day. */
struct text date_number_stats_decide_order(const struct date_number_stats *dates,
                                           enum date_order *order, struct arena *arena);

#endif
