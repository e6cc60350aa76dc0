/* date_parts.h - the numbers and words of a date as the text has them, before it is decided which
 * number is the day, the month, the year; for dates.c and date_orders.c. */
#ifndef CONNECTORS_COLUMNS_DATE_PARTS_H
#define CONNECTORS_COLUMNS_DATE_PARTS_H

#include "base/text.h"

enum { MAX_DATE_NUMBERS = 4 };

struct date_parts {
    int64_t numbers[MAX_DATE_NUMBERS]; /* of the date, not of the time */
    int digits[MAX_DATE_NUMBERS];
    size_t count;
    char separator;                         /* between the first two */
    int year_index, month_index, day_index; /* of numbers followed by "년", "月" ...; -1: none */
    int month;                              /* given by name; 0: none */
    int64_t hour, minute, second;           /* as written */
    int day_half;                           /* DATE_WORD_AM or _PM; 0: none */
    bool has_zone;
    int zone; /* in seconds east of UTC */
};

/* Parses any notation but decimal numbers. `text` is folded as normalize_value does. False if
 * anything in it belongs to no date, or if its words have no language in common. */
bool date_parts_parse(struct date_parts *parts, struct text text);

#endif
