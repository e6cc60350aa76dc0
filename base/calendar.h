/* calendar.h - converts between dates and seconds since 1970-01-01 UTC, without time zones. */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include "base/text.h"

#define TIME_UNKNOWN INT64_MIN

/* A date of the proleptic Gregorian calendar. */
struct civil_time {
    int64_t year;
    int month, day; /* from 1 */
    int hour, minute, second;
};

/* False if a part is out of range (31 June). Second 60 counts as 59. */
bool calendar_to_seconds(struct civil_time civil, int64_t *seconds);
struct civil_time calendar_from_seconds(int64_t seconds);

/* Writes "2026-03-09T14:05:00Z" and a NUL; the empty string for TIME_UNKNOWN. */
void calendar_format(int64_t seconds, char text[32]);

/* Writes the period that contains `seconds`. `granularity` is "day" ("2026-03-09"), "week"
 * ("2026-W11", ISO 8601), "month" ("2026-03"), "quarter" ("2026-Q1"), "year" ("2026") or "all"
 * ("all"). TIME_UNKNOWN gives "undated", unless the granularity is "all". */
void calendar_format_period(int64_t seconds, struct text granularity, char period[16]);

#endif
