/* timeline.c - walks back from the last day, period by period. */
#include "stages/stats/timeline.h"

#include <string.h>

#include "base/calendar.h"

enum { MAX_PERIOD_DAYS = 366 };

int64_t timeline_day_of(int64_t seconds)
{
    int64_t day = seconds / TIMELINE_DAY_SECONDS;
    return day - (seconds % TIMELINE_DAY_SECONDS < 0);
}

static bool is_in_period(int64_t day, struct text granularity, const char *name)
{
    char period[16];
    calendar_format_period(day * TIMELINE_DAY_SECONDS, granularity, period);
    return strcmp(period, name) == 0;
}

static struct timeline_period find_period(int64_t day, struct text granularity, struct arena *arena)
{
    char name[16];
    calendar_format_period(day * TIMELINE_DAY_SECONDS, granularity, name);
    struct timeline_period period = {.begin = day, .end = day + 1};
    for (int i = 0; i < MAX_PERIOD_DAYS && is_in_period(period.begin - 1, granularity, name); i++)
        period.begin--;
    for (int i = 0; i < MAX_PERIOD_DAYS && is_in_period(period.end, granularity, name); i++)
        period.end++;
    period.name = arena_copy_text(arena, text_of(name));
    return period;
}

struct timeline timeline_make(int64_t first_day, int64_t last_day, struct text granularity,
                              struct arena *arena)
{
    struct timeline timeline = {0};
    struct timeline_period period = find_period(last_day, granularity, arena);
    if (last_day < period.end - 1) {
        timeline.open = period;
        period = find_period(period.begin - 1, granularity, arena);
    }
    timeline.periods = arena_alloc(arena, TIMELINE_MAX_PERIODS, sizeof(*timeline.periods));
    struct timeline_period *last = timeline.periods + TIMELINE_MAX_PERIODS;
    for (; timeline.count < TIMELINE_MAX_PERIODS && period.end > first_day; timeline.count++) {
        *--last = period;
        period = find_period(period.begin - 1, granularity, arena);
    }
    timeline.periods = last;
    return timeline;
}

size_t timeline_find(const struct timeline *timeline, int64_t day)
{
    size_t low = 0, high = timeline->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (timeline->periods[middle].end <= day)
            low = middle + 1;
        else
            high = middle;
    }
    return low < timeline->count && timeline->periods[low].begin <= day ? low : timeline->count;
}
