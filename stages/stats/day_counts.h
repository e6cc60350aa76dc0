/* day_counts.h - records by day, and the periods that have enough of them to compare. */
#ifndef STAGES_STATS_DAY_COUNTS_H
#define STAGES_STATS_DAY_COUNTS_H

#include "stages/stats/timeline.h"

struct day_count {
    int64_t day; /* since 1970-01-01 */
    size_t count;
};

/* Days in ascending order. A zeroed one is empty. */
struct day_counts {
    struct day_count *days; /* owned */
    size_t count, capacity;
};

/* Counts a record. Days must not decrease. */
void day_counts_add(struct day_counts *counts, int64_t day);
void day_counts_free(struct day_counts *counts);

/* The finished periods of these records: of the granularity, or with "auto" of the shortest of
 * week, month and quarter with 20 records a period on average and enough periods to compare
 * (change_search.h); otherwise of the longest with enough periods. Allocated from `arena`. */
struct timeline day_counts_choose_timeline(const struct day_counts *counts, struct text granularity,
                                           struct arena *arena);

#define DAY_COUNTS_PERIODS "auto|day|week|month|quarter|year"
#define DAY_COUNTS_PERIOD_HELP                                                                     \
    "length of the periods to compare; auto: the shortest of week, month and quarter with 20 "     \
    "records on average"

#endif
