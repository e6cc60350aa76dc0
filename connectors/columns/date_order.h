/* date_order.h - which number of a column's dates is the day, which the month, which the year. */
#ifndef CONNECTORS_COLUMNS_DATE_ORDER_H
#define CONNECTORS_COLUMNS_DATE_ORDER_H

#include "connectors/columns/roles.h"

/* The numbers that stand first, second and third in the dates of a column. */
struct date_number_stats {
    struct {
        uint64_t seen[2]; /* bits of 0 to 127 */
        size_t above_12, above_31;
    } positions[3];
    size_t cells;          /* dates that only the whole column can tell */
    size_t not_year_first; /* of them, those that cannot begin with their year */
};

void date_number_stats_add(struct date_number_stats *dates, struct text cell);

/* Sets *order, unless it cannot be told, and says why, in `arena`; empty where there are no such
 * dates. A number above 12 is a day, one above 31 a year; else, where one number changes more than
 * the other, that is the day. */
struct text date_number_stats_decide_order(const struct date_number_stats *dates,
                                           enum date_order *order, struct arena *arena);

#endif
