/* aggregate.c - the aggregate stage: figures by period, segment and topic, from saved rows alone.
 */
#include "stages/stages.h"
#include "stages/stats/group_key.h"
#include "stages/stats/topic_stats.h"

struct aggregate {
    struct split split;
    bool totals;
    const struct workbench *workbench; /* borrowed */
    struct figures figures;
    struct arena scratch; /* reset from row to row */
};

static bool open_aggregate(void *state, const struct workbench *workbench, struct error *error)
{
    struct aggregate *aggregate = state;
    aggregate->workbench = workbench;
    return split_open(&aggregate->split, error);
}

static void close_aggregate(void *state)
{
    struct aggregate *aggregate = state;
    figures_free(&aggregate->figures);
    arena_free(&aggregate->scratch);
}

/* All records, each topic, and "other" for those that speak of none. */
static void add_row(struct aggregate *aggregate, struct text period, struct text segment,
                    const struct row *row)
{
    const struct analysis *analysis = &row->analysis;
    struct figures *figures = &aggregate->figures;
    figures_add(figures, period, segment, TEXT("(all)"), analysis->sentiment, row);
    for (size_t i = 0; i < analysis->topic_count; i++)
        figures_add(figures, period, segment, analysis->topics[i].topic,
                    analysis->topics[i].polarity, row);
    if (analysis->topic_count == 0)
        figures_add(figures, period, segment, TEXT("other"), analysis->sentiment, row);
}

static bool visit(void *user, const struct row *row, struct error *error)
{
    (void)error;
    struct aggregate *aggregate = user;
    arena_reset(&aggregate->scratch);
    struct text all = TEXT("all");
    struct text segment = split_segment(&aggregate->split, row, &aggregate->scratch);
    struct text period = split_period(&aggregate->split, row, &aggregate->scratch);
    bool has_segments = !text_equal(segment, all), has_periods = !text_equal(period, all);
    add_row(aggregate, period, segment, row);
    if (aggregate->totals && has_segments)
        add_row(aggregate, period, all, row);
    if (aggregate->totals && has_periods)
        add_row(aggregate, all, segment, row);
    if (aggregate->totals && has_segments && has_periods)
        add_row(aggregate, all, all, row);
    return true;
}

static bool finish(void *state, struct error *error)
{
    struct aggregate *aggregate = state;
    const struct workbench *workbench = aggregate->workbench;
    if (!store_each_row(workbench->store, workbench->selection, workbench->model_key, visit,
                        aggregate, error) ||
        !split_check(&aggregate->split, workbench->store, workbench->selection,
                     workbench->model_key, "aggregate", error))
        return false;
    size_t count;
    const struct figure *figures = figures_finish(&aggregate->figures, &count);
    uint64_t view = workbench->selection ? workbench->selection->view : 0;
    return store_save_figures(workbench->store, view, figures, count, error);
}

static const struct option options[] = {
    {.name = "by",
     .type = OPTION_TEXT,
     .offset = offsetof(struct aggregate, split.by),
     .fallback = "",
     .help = SPLIT_BY_HELP "; where the job does not say, those of [group]"},
    {.name = "period",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct aggregate, split.period),
     .fallback = "month",
     .choices = SPLIT_PERIODS,
     .help = SPLIT_PERIOD_HELP "; where the job does not say, that of [group]"},
    {.name = "totals",
     .type = OPTION_BOOLEAN,
     .offset = offsetof(struct aggregate, totals),
     .fallback = "yes",
     .help = "also count over all segments and over all periods"},
    {0},
};

const struct stage aggregate_stage = {
    .name = "aggregate",
    .summary = "figures from saved rows",
    .options = options,
    .state_size = sizeof(struct aggregate),
    .open = open_aggregate,
    .finish = finish,
    .close = close_aggregate,
};
