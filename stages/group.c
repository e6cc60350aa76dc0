/* group.c - the group stage: records that are summarised together. Every segment and period, every
 * topic in them that enough records speak of, and the whole. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/table.h"
#include "stages/stages.h"
#include "stages/stats/group_key.h"

struct group_state {
    struct grouping grouping;
    bool topics;
    int64_t min_records, max_groups;
    const struct stage_context *stage_context; /* borrowed */
};

/* A group that grows. */
struct group_builder {
    struct text key, period, topic; /* topic: empty where the group is not about one */
    uint64_t *ids;                  /* owned */
    size_t count, capacity;
    uint64_t fingerprint;
};

struct group_collector {
    struct group_state *state;
    struct names names; /* of key and period, numbered as `groups` is */
    struct group_builder *groups;
    size_t capacity;
    struct arena arena;   /* of keys and periods */
    struct arena scratch; /* reset from row to row */
};

static void add_row_to_group(struct group_collector *group_collector, struct text key,
                             struct text period, struct text topic, const struct row *row)
{
    struct text name = arena_format(&group_collector->scratch, "%.*s\n%.*s", TEXT_ARGUMENT(period),
                                    TEXT_ARGUMENT(key));
    size_t old_count = group_collector->names.count,
           index = names_add(&group_collector->names, name);
    if (index == old_count) {
        group_collector->groups = memory_grow(group_collector->groups, &group_collector->capacity,
                                              index + 1, sizeof(*group_collector->groups));
        group_collector->groups[index] = (struct group_builder){
            .key = arena_copy_text(&group_collector->arena, key),
            .period = arena_copy_text(&group_collector->arena, period),
            .topic = arena_copy_text(&group_collector->arena, topic),
            .fingerprint =
                hash_combine_number(HASH_SEED, group_collector->state->stage_context->summary_key),
        };
    }
    struct group_builder *group = &group_collector->groups[index];
    group->ids = memory_grow(group->ids, &group->capacity, group->count + 1, sizeof(*group->ids));
    group->ids[group->count++] = row->feedback_id;
    group->fingerprint = hash_combine_number(
        hash_combine_number(group->fingerprint, row->feedback_id), row->text_hash);
}

static bool collect_row(void *user, const struct row *row, struct error *error)
{
    (void)error;
    struct group_collector *group_collector = user;
    struct group_state *state = group_collector->state;
    struct arena *scratch = &group_collector->scratch;
    arena_reset(scratch);
    struct text all = TEXT("all"), none = {0},
                segment = grouping_format_segment(&state->grouping, row, scratch);
    struct text period = grouping_format_period(&state->grouping, row, scratch);
    add_row_to_group(group_collector, segment, period, none, row);
    if (!text_equal(segment, all) || !text_equal(period, all))
        add_row_to_group(group_collector, all, all, none, row);
    for (size_t i = 0; state->topics && i < row->analysis.topic_count; i++) {
        struct text topic = row->analysis.topics[i].topic;
        bool is_whole = text_equal(segment, all);
        struct text key =
            arena_format(scratch, "%.*s%stopic=%.*s", TEXT_ARGUMENT(is_whole ? TEXT("") : segment),
                         is_whole ? "" : "; ", TEXT_ARGUMENT(topic));
        add_row_to_group(group_collector, key, period, topic, row);
    }
    return true;
}

/* The largest first; then, and in the end, in the order of their names. */
static int compare_by_size(const void *a, const void *b)
{
    const struct group_builder *left = a, *right = b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    int order = text_compare(left->key, right->key);
    return order ? order : text_compare(left->period, right->period);
}

static int compare_by_name(const void *a, const void *b)
{
    const struct group_builder *left = a, *right = b;
    int order = text_compare(left->key, right->key);
    return order ? order : text_compare(left->period, right->period);
}

static void write_group_list(struct group_collector *group_collector, struct group_list *groups)
{
    const struct group_state *state = group_collector->state;
    struct group_builder *group_builder = group_collector->groups;
    size_t count = 0;
    for (size_t i = 0; i < group_collector->names.count; i++)
        if (group_builder[i].topic.size == 0 ||
            group_builder[i].count >= (size_t)state->min_records) {
            struct group_builder kept = group_builder[i];
            group_builder[i] = group_builder[count]; /* swapped: every array is freed in the end */
            group_builder[count++] = kept;
        }
    if (count == 0)
        return;
    qsort(group_builder, count, sizeof(*group_builder), compare_by_size);
    if (state->max_groups > 0 && count > (size_t)state->max_groups) {
        groups->skipped = count - (size_t)state->max_groups;
        count = (size_t)state->max_groups;
    }
    qsort(group_builder, count, sizeof(*group_builder), compare_by_name);
    groups->groups = arena_alloc(&groups->arena, count, sizeof(*groups->groups));
    groups->count = count;
    for (size_t i = 0; i < count; i++) {
        uint64_t *ids = arena_alloc(&groups->arena, group_builder[i].count, sizeof(*ids));
        for (size_t k = 0; k < group_builder[i].count; k++)
            ids[k] = group_builder[i].ids[k];
        groups->groups[i] = (struct group_entry){
            .key = arena_copy_text(&groups->arena, group_builder[i].key),
            .period = arena_copy_text(&groups->arena, group_builder[i].period),
            .topic = arena_copy_text(&groups->arena, group_builder[i].topic),
            .fingerprint = group_builder[i].fingerprint,
            .feedback_ids = ids,
            .member_count = group_builder[i].count,
        };
    }
}

static bool open_group(void *state, const struct stage_context *stage_context, struct error *error)
{
    struct group_state *group = state;
    group->stage_context = stage_context;
    return grouping_parse_columns(&group->grouping, error);
}

static bool list_groups(void *state, struct group_list *groups, struct error *error)
{
    struct group_state *group = state;
    const struct stage_context *stage_context = group->stage_context;
    struct group_collector group_collector = {.state = group};
    bool ok =
        store_for_each_record(stage_context->store, stage_context->selection,
                              stage_context->model_key, collect_row, &group_collector, error) &&
        grouping_check_columns(&group->grouping, stage_context->store, stage_context->selection,
                               stage_context->model_key, "group", error);
    if (ok)
        write_group_list(&group_collector, groups);
    for (size_t i = 0; i < group_collector.names.count; i++)
        free(group_collector.groups[i].ids);
    free(group_collector.groups);
    names_free(&group_collector.names);
    arena_free(&group_collector.arena);
    arena_free(&group_collector.scratch);
    return ok;
}

static const struct option options[] = {
    {.name = "by",
     .type = OPTION_TEXT,
     .offset = offsetof(struct group_state, grouping.by),
     .default_value = "",
     .help = GROUPING_BY_HELP},
    {.name = "period",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct group_state, grouping.period),
     .default_value = "month",
     .choices = GROUPING_PERIODS,
     .help = GROUPING_PERIOD_HELP},
    {.name = "topics",
     .type = OPTION_BOOLEAN,
     .offset = offsetof(struct group_state, topics),
     .default_value = "yes",
     .help = "also summarise each topic of a segment and period"},
    {.name = "min_records",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct group_state, min_records),
     .default_value = "3",
     .min = 1,
     .max = 1000000,
     .help = "minimum records that must mention a topic for a summary of it"},
    {.name = "max_groups",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct group_state, max_groups),
     .default_value = "1000",
     .min = 0,
     .max = 1000000,
     .help = "maximum groups to summarise, largest first; a note reports the rest; 0: no limit"},
    {0},
};

const struct stage group_stage = {
    .name = "group",
    .summary = "choose which records are summarised together",
    .options = options,
    .state_size = sizeof(struct group_state),
    .open = open_group,
    .list_groups = list_groups,
};
