/* calendar.h - dates without a time-zone database: seconds since 1970-01-01 UTC and back. */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include "base/text.h"

#define TIME_UNKNOWN INT64_MIN

/* Proleptic Gregorian calendar. */
struct civil_time {
    int64_t year;
    int month, day; /* from 1 */
    int hour, minute, second;
};

/* False when a part is out of its range (31 June; second 60 counts as 59). */
bool calendar_to_seconds(struct civil_time civil, int64_t *seconds);
struct civil_time calendar_from_seconds(int64_t seconds);

/* "2026-03-09T14:05:00Z" and a NUL; empty for TIME_UNKNOWN. */
void calendar_format(int64_t seconds, char text[32]);

/* The period that `seconds` falls in: "2026-03-09" (day), "2026-W11" (week, ISO 8601), "2026-03"
 * (month), "2026-Q1" (quarter), "2026" (year), "all". TIME_UNKNOWN gives "undated" except for
 * "all". `length` is one of those words. */
void calendar_format_period(int64_t seconds, struct text granularity, char period[16]);

#endif
