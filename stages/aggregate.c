/* aggregate.c - the aggregate stage: figures by period, segment and topic, from saved records. */
#include <math.h>
#include <stdio.h>

#include "stages/stages.h"
#include "stages/stats/grouping.h"
#include "stages/stats/source_tally.h"
#include "stages/stats/topic_parents.h"
#include "stages/stats/topic_stats.h"
#include "stages/tasks/prompt.h"

struct aggregate {
    struct grouping grouping;
    bool totals;
    const struct stage_context *stage_context; /* borrowed */
    struct share_errors share_errors;
    struct topic_parents topic_parents;
    bool has_topic_parents; /* are loaded */
    struct topic_stats_table topic_stats_table;
    struct source_tallies source_tallies;
    struct arena scratch; /* reset for every record */
};

/* Reads shares.error_negative and the like from the model's prompts. The model has none of them,
 * or all; that of mixed is optional, since models need not have this label. */
static bool load_share_errors(struct share_errors *share_errors, const struct t5_model *model,
                              struct error *error)
{
    static const enum sentiment labels[] = {SENTIMENT_NEGATIVE, SENTIMENT_NEUTRAL,
                                            SENTIMENT_POSITIVE, SENTIMENT_MIXED};
    double *errors = share_errors->errors;
    errors[SENTIMENT_UNDETECTED] = NAN;
    for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
        char name[64];
        snprintf(name, sizeof(name), "shares.error_%s", sentiment_names[labels[i]]);
        if (!prompt_get_number(model, name, NAN, &errors[labels[i]], error))
            return false;
        if (errors[labels[i]] < 0 || errors[labels[i]] > 1)
            return error_set(error, ERROR_MODEL,
                             "the model's prompt %s = %g: expected a number from 0 to 1; import "
                             "the model again with a corrected prompts.ini",
                             name, errors[labels[i]]);
        share_errors->are_known |= !isnan(errors[labels[i]]);
    }
    for (size_t i = 0; share_errors->are_known && labels[i] != SENTIMENT_MIXED; i++)
        if (isnan(errors[labels[i]]))
            return error_set(error, ERROR_MODEL,
                             "the model has no prompt shares.error_%s, but others of shares.*; "
                             "import the model again with a corrected prompts.ini",
                             sentiment_names[labels[i]]);
    return true;
}

static bool open_aggregate(void *state, const struct stage_context *stage_context,
                           struct error *error)
{
    struct aggregate *aggregate = state;
    aggregate->stage_context = stage_context;
    return grouping_parse_columns(&aggregate->grouping, error) &&
           load_share_errors(&aggregate->share_errors, stage_context->model, error);
}

static void close_aggregate(void *state)
{
    struct aggregate *aggregate = state;
    topic_stats_table_free(&aggregate->topic_stats_table);
    source_tallies_free(&aggregate->source_tallies);
    topic_parents_free(&aggregate->topic_parents);
    arena_free(&aggregate->scratch);
}

/* Counts the record under "(all)", under each of its topics and under those above them. */
static void count_mentions(struct aggregate *aggregate, struct group_key key, struct text period,
                           const struct saved_record *record)
{
    size_t count;
    struct topic_stats_table *table = &aggregate->topic_stats_table;
    const struct topic_mention *mentions = topic_parents_roll_up(
        &aggregate->topic_parents, &record->analysis, &aggregate->scratch, &count);
    key.topic = group_key_all_topics;
    topic_stats_table_add(table, &key, period, record->analysis.sentiment, record);
    for (size_t i = 0; i < count; i++) {
        key.topic = mentions[i].topic;
        topic_stats_table_add(table, &key, period, mentions[i].polarity, record);
    }
}

static bool count_record(void *state, const struct saved_record *record, struct error *error)
{
    struct aggregate *aggregate = state;
    struct saved_record with_probabilities;
    if (aggregate->share_errors.are_known) {
        with_probabilities = *record;
        record = &with_probabilities;
        if (!store_load_probabilities(aggregate->stage_context->store, &with_probabilities, error))
            return false;
    }
    if (!aggregate->has_topic_parents &&
        !topic_parents_load(&aggregate->topic_parents, aggregate->stage_context->store, error))
        return false;
    aggregate->has_topic_parents = true;
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
    source_tallies_add(&aggregate->source_tallies, record);
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
        topic_stats_table_finish(&aggregate->topic_stats_table, &aggregate->share_errors, &count);
    const struct label_share *shares =
        source_tallies_finish(&aggregate->source_tallies, &aggregate->share_errors, &share_count);
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
