/* changes.c - the changes stage: which negative shares of topics rose or fell beyond chance in the
 * latest finished periods, in all records or in a part of them. */
#include <math.h>
#include <stdlib.h>

#include "pipeline/insight.h"
#include "stages/stages.h"
#include "stages/stats/change_search.h"
#include "stages/stats/part_counts.h"
#include "stages/stats/timeline.h"
#include "stages/stats/wilson.h"

/* A change that is over is reported only if its q value was at most this. A weaker one may have
 * been chance, and would be reported twice. */
static const double max_over_q_value = 0.002;

/* Minimum number of records in the unfinished period. */
static const double min_so_far = 10;

struct changes {
    struct grouping grouping;
    const struct stage_context *stage_context; /* borrowed */
    struct part_counts counts;
    struct arena arena;
};

static bool open_changes(void *state, const struct stage_context *stage_context,
                         struct error *error)
{
    struct changes *changes = state;
    changes->stage_context = stage_context;
    return grouping_parse_columns(&changes->grouping, error);
}

static void close_changes(void *state)
{
    struct changes *changes = state;
    part_counts_free(&changes->counts);
    arena_free(&changes->arena);
}

static bool check_columns(void *state, const struct name_set *columns, struct error *error)
{
    struct changes *changes = state;
    return grouping_check_columns(&changes->grouping, columns, "changes", error);
}

static bool count_record(void *state, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct changes *changes = state;
    if (record->created_at != TIME_UNKNOWN)
        part_counts_add(&changes->counts, &changes->grouping, record,
                        timeline_day_of(record->created_at));
    return true;
}

/* ---- Periods ---- */

static double *sum_periods(const struct day_counts *days, const struct timeline *timeline,
                           struct arena *arena)
{
    double *sums = arena_alloc(arena, timeline->count, sizeof(*sums));
    for (size_t i = 0; i < days->count; i++) {
        size_t period = timeline_find(timeline, days->days[i].day);
        if (period < timeline->count)
            sums[period] += (double)days->days[i].count;
    }
    return sums;
}

static struct change_search make_search(struct changes *changes, const struct timeline *timeline,
                                        size_t all_topics)
{
    const struct part_counts *counts = &changes->counts;
    struct arena *arena = &changes->arena;
    struct change_series *series = arena_alloc(arena, counts->part_topic_count, sizeof(*series));
    struct change_search search = {.series = series, .period_count = timeline->count};
    double **records = arena_alloc(arena, counts->part_count, sizeof(*records));
    for (size_t i = 0; i < counts->part_count; i++)
        records[i] = sum_periods(&counts->parts[i].days, timeline, arena);
    for (size_t i = 0; i < counts->part_topic_count; i++) {
        const struct part_topic *part_topic = &counts->part_topics[i];
        if (counts->parts[part_topic->part].people_count < PART_MIN_PEOPLE)
            continue;
        series[search.series_count++] = (struct change_series){
            .part = part_topic->part,
            .topic = part_topic->topic,
            .is_pooled = part_topic->part == 0 && part_topic->topic != all_topics,
            .hits = sum_periods(&part_topic->days, timeline, arena),
            .records = records[part_topic->part],
        };
    }
    const struct timeline_period *first = &timeline->periods[0];
    search.same_weekdays = first->end - first->begin == 1;
    return search;
}

/* ---- Insights ---- */

static double sum_range(const double *values, size_t begin, size_t end)
{
    double sum = 0;
    for (size_t i = begin; i < end; i++)
        sum += values[i];
    return sum;
}

/* The periods from the onset to `last`, against those before it. */
static void add_insight(struct changes *changes, const struct change_search *search,
                        const struct timeline *timeline, const struct change *change, size_t last,
                        enum insight_state state)
{
    const struct change_series *series = &search->series[change->series];
    size_t onset = change_find_onset(search, change, last);
    size_t span = CHANGE_MAX_BASELINE + change->window;
    size_t first = last + 1 > span ? last + 1 - span : 0;
    double hits = sum_range(series->hits, onset, last + 1),
           records = sum_range(series->records, onset, last + 1),
           hits_before = sum_range(series->hits, first, onset),
           records_before = sum_range(series->records, first, onset);
    struct insight insight = insight_make(INSIGHT_CHANGE);
    const struct field *field = &changes->counts.parts[series->part].field;
    insight.state = state;
    insight.measure = MEASURE_NEGATIVE_SHARE;
    insight.key = (struct group_key){field, field->name.size > 0 ? 1 : 0,
                                     changes->counts.topics.texts[series->topic]};
    insight.since = timeline->periods[onset].name;
    insight.until = timeline->periods[last].name;
    insight.value = wilson_share(hits, records);
    insight.n = (uint64_t)records;
    insight.baseline = hits_before / records_before;
    insight.baseline_n = (uint64_t)records_before;
    insight.q_value = change->q_value;
    insight.strength = fabs(hits - records * insight.baseline);
    insight.polarity = SENTIMENT_NEGATIVE;
    /* Of a fall, the records before it show what is no longer said. */
    insight.from = timeline->periods[change->rises ? onset : first].begin * TIMELINE_DAY_SECONDS;
    insight.to = (change->rises ? timeline->periods[last].end : timeline->periods[onset].begin) *
                 TIMELINE_DAY_SECONDS;
    insight_list_add(changes->stage_context->insights, &insight);
}

static double count_days(const struct day_counts *days, const struct timeline_period *period)
{
    double sum = 0;
    for (size_t i = 0; i < days->count; i++)
        if (days->days[i].day >= period->begin && days->days[i].day < period->end)
            sum += (double)days->days[i].count;
    return sum;
}

/* Adds how the change continues in the unfinished period, compared with its baseline. */
static void add_so_far(struct changes *changes, const struct change_search *search,
                       const struct timeline *timeline, const struct change *change)
{
    const struct timeline_period *open = &timeline->open;
    const struct change_series *series = &search->series[change->series];
    const struct part *part = &changes->counts.parts[series->part];
    double records = count_days(&part->days, open);
    if (records < min_so_far)
        return;
    struct insight insight = insight_make(INSIGHT_CHANGE);
    insight.state = INSIGHT_SO_FAR;
    insight.measure = MEASURE_NEGATIVE_SHARE;
    insight.key = (struct group_key){&part->field, part->field.name.size > 0 ? 1 : 0,
                                     changes->counts.topics.texts[series->topic]};
    insight.since = insight.until = open->name;
    const struct part_topic *part_topic =
        part_counts_find(&changes->counts, series->part, series->topic);
    insight.value = wilson_share(count_days(&part_topic->days, open), records);
    insight.n = (uint64_t)records;
    insight.baseline = change->baseline_hits / change->baseline_records;
    insight.baseline_n = (uint64_t)change->baseline_records;
    insight.strength = fabs(insight.value.value - insight.baseline) * records;
    insight.polarity = SENTIMENT_NEGATIVE;
    insight.from = open->begin * TIMELINE_DAY_SECONDS;
    insight.to = open->end * TIMELINE_DAY_SECONDS;
    insight_list_add(changes->stage_context->insights, &insight);
}

/* The changes that end with a period. */
struct found_changes {
    const struct change *changes;
    size_t count;
};

enum { MEMORY = 4 }; /* periods before the last one whose changes are no news */

static bool is_found(const struct change_search *search, const struct found_changes *found,
                     size_t topic, bool rises)
{
    for (size_t i = 0; i < found->count; i++)
        if (search->series[found->changes[i].series].topic == topic &&
            found->changes[i].rises == rises)
            return true;
    return false;
}

static bool was_found(const struct change_search *search, const struct found_changes *before,
                      size_t topic, bool rises)
{
    for (size_t i = 0; i < MEMORY; i++)
        if (is_found(search, &before[i], topic, rises))
            return true;
    return false;
}

/* Earlier findings are computed again from the same records, not stored, so a report does not
 * depend on when earlier reports were made. */
static void find_changes(struct changes *changes, const struct timeline *timeline)
{
    size_t all_topics = name_set_add(&changes->counts.topics, group_key_all_topics);
    struct change_search search = make_search(changes, timeline, all_topics);
    size_t last = timeline->count - 1;
    struct found_changes now = {0}, before[MEMORY] = {0};
    now.changes = change_search_run(&search, last, all_topics, &changes->arena, &now.count);
    for (size_t i = 0; i < MEMORY && i < last; i++)
        before[i].changes =
            change_search_run(&search, last - 1 - i, all_topics, &changes->arena, &before[i].count);
    for (size_t i = 0; i < now.count; i++) {
        const struct change *change = &now.changes[i];
        size_t topic = search.series[change->series].topic;
        add_insight(changes, &search, timeline, change, last,
                    was_found(&search, before, topic, change->rises) ? INSIGHT_STILL : INSIGHT_NEW);
        if (timeline->open.name.size > 0)
            add_so_far(changes, &search, timeline, change);
    }
    for (size_t i = 0; i < before[0].count; i++) {
        const struct change *change = &before[0].changes[i];
        size_t topic = search.series[change->series].topic;
        if (change->q_value <= max_over_q_value && !is_found(&search, &now, topic, change->rises) &&
            change_is_over(&search, change, last))
            add_insight(changes, &search, timeline, change, last - 1, INSIGHT_OVER);
    }
}

static bool finish(void *state, struct error *error)
{
    struct changes *changes = state;
    if (!grouping_check_records(&changes->grouping, changes->stage_context, "changes", error))
        return false;
    if (changes->counts.part_count == 0)
        return true;
    struct timeline timeline = day_counts_choose_timeline(
        &changes->counts.parts[0].days, changes->grouping.period, &changes->arena);
    if (timeline.count > CHANGE_MIN_BASELINE)
        find_changes(changes, &timeline);
    return true;
}

static const struct option options[] = {
    {.name = "by",
     .type = OPTION_TEXT,
     .offset = offsetof(struct changes, grouping.by),
     .default_value = "",
     .help = "columns whose values are tested, too; default: the value in [aggregate] or [group]"},
    {.name = "period",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct changes, grouping.period),
     .default_value = "auto",
     .choices = DAY_COUNTS_PERIODS,
     .help = DAY_COUNTS_PERIOD_HELP},
    {0},
};

const struct stage changes_stage = {
    .name = "changes",
    .summary = "find shares that changed beyond chance",
    .options = options,
    .state_size = sizeof(struct changes),
    .open = open_changes,
    .check_columns = check_columns,
    .count_record = count_record,
    .finish = finish,
    .close = close_changes,
};
