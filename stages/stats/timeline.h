/* timeline.h - the finished periods up to the last record, without a clock. */
#ifndef STAGES_STATS_TIMELINE_H
#define STAGES_STATS_TIMELINE_H

#include <stdint.h>

#include "base/arena.h"

enum { TIMELINE_MAX_PERIODS = 90, TIMELINE_DAY_SECONDS = 86400 };

/* Days since 1970-01-01 UTC; [begin, end). */
struct timeline_period {
    struct text name; /* "2026-W41" */
    int64_t begin, end;
};

struct timeline {
    struct timeline_period *periods; /* in ascending order, without gaps; also empty ones */
    size_t count;                    /* finished periods */
    struct timeline_period open;     /* the period of the last record, if that is before its last
                                        day: it is not over; else without a name */
};

/* The last TIMELINE_MAX_PERIODS periods of this granularity (calendar_format_period) that have a
 * day in [first_day, last_day]. Allocated from `arena`. */
struct timeline timeline_make(int64_t first_day, int64_t last_day, struct text granularity,
                              struct arena *arena);

/* The number of the period that contains the day; timeline->count if none does. */
size_t timeline_find(const struct timeline *timeline, int64_t day);

int64_t timeline_day_of(int64_t seconds);

#endif
