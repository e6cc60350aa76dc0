/* aggregate.c - the aggregate stage: figures by period, segment and topic, from saved rows alone.
 */
#include "stages/stages.h"
#include "stages/stats/group_key.h"
#include "stages/stats/topic_stats.h"

struct aggregate {
    struct grouping grouping;
    bool totals;
    const struct stage_context *stage_context; /* borrowed */
    struct topic_stats_table topic_stats_table;
    struct arena scratch; /* reset from row to row */
};

static bool open_aggregate(void *state, const struct stage_context *stage_context,
                           struct error *error)
{
    struct aggregate *aggregate = state;
    aggregate->stage_context = stage_context;
    return grouping_parse_columns(&aggregate->grouping, error);
}

static void close_aggregate(void *state)
{
    struct aggregate *aggregate = state;
    topic_stats_table_free(&aggregate->topic_stats_table);
    arena_free(&aggregate->scratch);
}

/* All records, each topic, and "other" for those that speak of none. */
static void count_mentions(struct aggregate *aggregate, struct text period, struct text segment,
                           const struct row *row)
{
    const struct analysis *analysis = &row->analysis;
    struct topic_stats_table *topic_stats_table = &aggregate->topic_stats_table;
    topic_stats_table_add(topic_stats_table, period, segment, TEXT("(all)"), analysis->sentiment,
                          row);
    for (size_t i = 0; i < analysis->topic_count; i++)
        topic_stats_table_add(topic_stats_table, period, segment, analysis->topics[i].topic,
                              analysis->topics[i].polarity, row);
    if (analysis->topic_count == 0)
        topic_stats_table_add(topic_stats_table, period, segment, TEXT("other"),
                              analysis->sentiment, row);
}

static bool count_row(void *user, const struct row *row, struct error *error)
{
    (void)error;
    struct aggregate *aggregate = user;
    arena_reset(&aggregate->scratch);
    struct text all = TEXT("all");
    struct text segment = grouping_format_segment(&aggregate->grouping, row, &aggregate->scratch);
    struct text period = grouping_format_period(&aggregate->grouping, row, &aggregate->scratch);
    bool has_segments = !text_equal(segment, all), has_periods = !text_equal(period, all);
    count_mentions(aggregate, period, segment, row);
    if (aggregate->totals && has_segments)
        count_mentions(aggregate, period, all, row);
    if (aggregate->totals && has_periods)
        count_mentions(aggregate, all, segment, row);
    if (aggregate->totals && has_segments && has_periods)
        count_mentions(aggregate, all, all, row);
    return true;
}

static bool finish(void *state, struct error *error)
{
    struct aggregate *aggregate = state;
    const struct stage_context *stage_context = aggregate->stage_context;
    if (!store_for_each_record(stage_context->store, stage_context->selection,
                               stage_context->model_key, count_row, aggregate, error) ||
        !grouping_check_columns(&aggregate->grouping, stage_context->store,
                                stage_context->selection, stage_context->model_key, "aggregate",
                                error))
        return false;
    size_t count;
    const struct topic_stats *topic_stats_table =
        topic_stats_table_finish(&aggregate->topic_stats_table, &count);
    uint64_t view = stage_context->selection ? stage_context->selection->view : 0;
    return store_save_topic_stats(stage_context->store, view, topic_stats_table, count, error);
}

static const struct option options[] = {
    {.name = "by",
     .type = OPTION_TEXT,
     .offset = offsetof(struct aggregate, grouping.by),
     .default_value = "",
     .help = GROUPING_BY_HELP "; default: the value in [group]"},
    {.name = "period",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct aggregate, grouping.period),
     .default_value = "month",
     .choices = GROUPING_PERIODS,
     .help = GROUPING_PERIOD_HELP "; default: the value in [group]"},
    {.name = "totals",
     .type = OPTION_BOOLEAN,
     .offset = offsetof(struct aggregate, totals),
     .default_value = "yes",
     .help = "also write totals over all segments and over all periods"},
    {0},
};

const struct stage aggregate_stage = {
    .name = "aggregate",
    .summary = "compute figures from saved rows",
    .options = options,
    .state_size = sizeof(struct aggregate),
    .open = open_aggregate,
    .finish = finish,
    .close = close_aggregate,
};
