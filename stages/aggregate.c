/* aggregate.c - the aggregate stage: figures by period, segment and topic, from saved records. */
#include <stdio.h>

#include "stages/stages.h"
#include "stages/stats/grouping.h"
#include "stages/stats/source_tally.h"
#include "stages/stats/topic_stats.h"
#include "stages/tasks/prompt.h"

struct aggregate {
    struct grouping grouping;
    bool totals;
    const struct stage_context *stage_context; /* borrowed */
    struct confusions confusions;
    struct topic_stats_table topic_stats_table;
    struct source_tallies source_tallies;
    struct arena scratch; /* reset for every record */
};

/* Reads the rows PREFIX.negative, PREFIX.neutral, ... from the model's prompts. Without any of
 * them, there is no matrix. */
static bool load_confusion(struct confusion *confusion, const struct t5_model *model,
                           const char *prefix, struct error *error)
{
    struct text rows[CONFUSION_MAX_LABELS];
    char names[CONFUSION_MAX_LABELS][64];
    size_t row_count = 0;
    for (size_t i = 0; i < confusion->label_count; i++) {
        snprintf(names[i], sizeof(names[i]), "%s.%s", prefix, sentiment_names[confusion_labels[i]]);
        rows[i] = prompt_get_text(model, names[i], "");
        row_count += rows[i].size > 0;
    }
    if (row_count == 0)
        confusion->label_count = 0;
    for (size_t i = 0; i < confusion->label_count; i++)
        if (!confusion_parse_row(confusion, i, rows[i]))
            return error_set(error, ERROR_MODEL,
                             "the model's prompt %s = %.*s: expected %zu counts of texts, "
                             "separated by commas; import the model again with a corrected "
                             "prompts.ini",
                             names[i], TEXT_ARGUMENT(rows[i]), confusion->prediction_count);
    return true;
}

static bool load_confusions(struct confusions *confusions, const struct t5_model *model,
                            struct error *error)
{
    confusions->sentiment = (struct confusion){.label_count = 4, .prediction_count = 5};
    confusions->polarity = (struct confusion){.label_count = 3, .prediction_count = 3};
    return load_confusion(&confusions->sentiment, model, "confusion", error) &&
           load_confusion(&confusions->polarity, model, "topics.confusion", error);
}

static bool open_aggregate(void *state, const struct stage_context *stage_context,
                           struct error *error)
{
    struct aggregate *aggregate = state;
    aggregate->stage_context = stage_context;
    return grouping_parse_columns(&aggregate->grouping, error) &&
           load_confusions(&aggregate->confusions, stage_context->model, error);
}

static void close_aggregate(void *state)
{
    struct aggregate *aggregate = state;
    topic_stats_table_free(&aggregate->topic_stats_table);
    source_tallies_free(&aggregate->source_tallies);
    arena_free(&aggregate->scratch);
}

/* Counts the record under "(all)", and under each of its topics. */
static void count_mentions(struct aggregate *aggregate, struct group_key key, struct text period,
                           const struct saved_record *record)
{
    const struct analysis *analysis = &record->analysis;
    struct topic_stats_table *table = &aggregate->topic_stats_table;
    key.topic = group_key_all_topics;
    topic_stats_table_add(table, &key, period, analysis->sentiment, record);
    for (size_t i = 0; i < analysis->topic_count; i++) {
        key.topic = analysis->topics[i].topic;
        topic_stats_table_add(table, &key, period, analysis->topics[i].polarity, record);
    }
}

static bool count_record(void *state, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct aggregate *aggregate = state;
    arena_reset(&aggregate->scratch);
    const struct group_key everything = {0};
    struct text all = TEXT("all");
    struct group_key key = grouping_make_key(&aggregate->grouping, record, &aggregate->scratch);
    struct text period = grouping_format_period(&aggregate->grouping, record, &aggregate->scratch);
    bool has_segments = key.field_count > 0, has_periods = !text_equal(period, all);
    count_mentions(aggregate, key, period, record);
    if (aggregate->totals && has_segments)
        count_mentions(aggregate, everything, period, record);
    if (aggregate->totals && has_periods)
        count_mentions(aggregate, key, all, record);
    if (aggregate->totals && has_segments && has_periods)
        count_mentions(aggregate, everything, all, record);
    source_tallies_add(&aggregate->source_tallies, record->source, record->analysis.sentiment);
    return true;
}

static bool check_columns(void *state, const struct name_set *columns, struct error *error)
{
    struct aggregate *aggregate = state;
    return grouping_check_columns(&aggregate->grouping, columns, "aggregate", error);
}

static bool finish(void *state, struct error *error)
{
    struct aggregate *aggregate = state;
    const struct stage_context *stage_context = aggregate->stage_context;
    if (!grouping_check_records(&aggregate->grouping, stage_context, "aggregate", error))
        return false;
    size_t count, share_count;
    const struct topic_stats *figures =
        topic_stats_table_finish(&aggregate->topic_stats_table, &aggregate->confusions, &count);
    const struct label_share *shares = source_tallies_finish(
        &aggregate->source_tallies, &aggregate->confusions.sentiment, &share_count);
    uint64_t view = stage_context->selection ? stage_context->selection->view : 0;
    return store_save_topic_stats(stage_context->store, view, figures, count, error) &&
           store_save_label_shares(stage_context->store, view, shares, share_count, error);
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
    .check_columns = check_columns,
    .count_record = count_record,
    .finish = finish,
    .close = close_aggregate,
};
