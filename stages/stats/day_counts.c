/* day_counts.c - counts by day, and the choice of a period. */
#include "stages/stats/day_counts.h"

#include <stdlib.h>

#include "base/memory.h"
#include "stages/stats/change_search.h"

enum { MIN_RECORDS = 20 }; /* a period, on average */

void day_counts_add(struct day_counts *counts, int64_t day)
{
    if (counts->count == 0 || counts->days[counts->count - 1].day != day) {
        counts->days =
            memory_grow(counts->days, &counts->capacity, counts->count + 1, sizeof(*counts->days));
        counts->days[counts->count++] = (struct day_count){.day = day};
    }
    counts->days[counts->count - 1].count++;
}

void day_counts_free(struct day_counts *counts)
{
    free(counts->days);
    *counts = (struct day_counts){0};
}

/* Whether the latest periods have enough records. */
static bool has_enough_records(const struct day_counts *counts, const struct timeline *timeline)
{
    size_t first =
        timeline->count > CHANGE_MAX_BASELINE ? timeline->count - CHANGE_MAX_BASELINE : 0;
    size_t records = 0;
    for (size_t i = 0; i < counts->count; i++)
        if (counts->days[i].day >= timeline->periods[first].begin)
            records += counts->days[i].count;
    return records >= MIN_RECORDS * (timeline->count - first);
}

struct timeline day_counts_choose_timeline(const struct day_counts *counts, struct text granularity,
                                           struct arena *arena)
{
    static const char *const granularities[] = {"week", "month", "quarter"};
    enum { GRANULARITY_COUNT = sizeof(granularities) / sizeof(*granularities) };
    struct timeline timeline = {0};
    if (counts->count == 0)
        return timeline;
    int64_t first = counts->days[0].day, last = counts->days[counts->count - 1].day;
    if (!text_equal(granularity, TEXT("auto")))
        return timeline_make(first, last, granularity, arena);
    for (int i = 0; i < GRANULARITY_COUNT; i++) {
        struct timeline candidate = timeline_make(first, last, text_of(granularities[i]), arena);
        if (i > 0 && candidate.count <= CHANGE_MIN_BASELINE)
            break;
        timeline = candidate;
        if (timeline.count > 0 && has_enough_records(counts, &timeline))
            break;
    }
    return timeline;
}
