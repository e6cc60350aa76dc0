/* date_orders.h - the time that the parts of a date mean: one if the notation shows the order of
 * day, month and year, else one for each possible order; for dates.c. */
#ifndef CONNECTORS_COLUMNS_DATE_ORDERS_H
#define CONNECTORS_COLUMNS_DATE_ORDERS_H

#include "connectors/columns/date_parts.h"
#include "pipeline/record.h"

/* How the column of a date is read. */
struct date_context {
    enum date_order order, given_order; /* found in the sample; set by the user */
    int zone_seconds;                   /* east of UTC, for dates without a zone */
    uint64_t column_hash;
};

/* Sets *seconds (UTC) to the time in the order of the context, and *readings to those in all
 * orders: everything but given_order, column, cell and file_order. A shape of 0 means that the
 * notation shows the order, so that there is one reading. False if it is no date. */
bool date_parts_read(const struct date_parts *parts, const struct date_context *context,
                     int64_t *seconds, struct date_readings *readings);

#endif
