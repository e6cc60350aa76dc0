/* group.c - the group stage: records that are summarised together. Every segment and period, every
 * topic in them that enough records speak of, and the whole. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/table.h"
#include "stages/stages.h"
#include "stages/stats/group_key.h"

struct group_state {
    struct split split;
    bool topics;
    int64_t min_records, most_groups;
    const struct workbench *workbench; /* borrowed */
};

/* A group that grows. */
struct growing {
    struct text key, period, topic; /* topic: empty where the group is not about one */
    uint64_t *ids;                  /* owned */
    size_t count, capacity;
    uint64_t fingerprint;
};

struct gathering {
    struct group_state *state;
    struct names names; /* of key and period, numbered as `groups` is */
    struct growing *groups;
    size_t capacity;
    struct arena arena;   /* of keys and periods */
    struct arena scratch; /* reset from row to row */
};

static void gather(struct gathering *gathering, struct text key, struct text period,
                   struct text topic, const struct row *row)
{
    struct text name =
        arena_format(&gathering->scratch, "%.*s\n%.*s", TEXT_ARGUMENT(period), TEXT_ARGUMENT(key));
    size_t before = gathering->names.count, number = names_add(&gathering->names, name);
    if (number == before) {
        gathering->groups = memory_grow(gathering->groups, &gathering->capacity, number + 1,
                                        sizeof(*gathering->groups));
        gathering->groups[number] = (struct growing){
            .key = arena_copy(&gathering->arena, key),
            .period = arena_copy(&gathering->arena, period),
            .topic = arena_copy(&gathering->arena, topic),
            .fingerprint = hash_add_number(HASH_START, gathering->state->workbench->summary_key),
        };
    }
    struct growing *group = &gathering->groups[number];
    group->ids = memory_grow(group->ids, &group->capacity, group->count + 1, sizeof(*group->ids));
    group->ids[group->count++] = row->feedback_id;
    group->fingerprint =
        hash_add_number(hash_add_number(group->fingerprint, row->feedback_id), row->text_hash);
}

static bool gather_row(void *user, const struct row *row, struct error *error)
{
    (void)error;
    struct gathering *gathering = user;
    struct group_state *state = gathering->state;
    struct arena *scratch = &gathering->scratch;
    arena_reset(scratch);
    struct text all = TEXT("all"), none = {0}, segment = split_segment(&state->split, row, scratch);
    struct text period = split_period(&state->split, row, scratch);
    gather(gathering, segment, period, none, row);
    if (!text_equal(segment, all) || !text_equal(period, all))
        gather(gathering, all, all, none, row);
    for (size_t i = 0; state->topics && i < row->analysis.topic_count; i++) {
        struct text topic = row->analysis.topics[i].topic;
        bool whole = text_equal(segment, all);
        struct text key =
            arena_format(scratch, "%.*s%stopic=%.*s", TEXT_ARGUMENT(whole ? TEXT("") : segment),
                         whole ? "" : "; ", TEXT_ARGUMENT(topic));
        gather(gathering, key, period, topic, row);
    }
    return true;
}

/* The largest first; then, and in the end, in the order of their names. */
static int by_size(const void *a, const void *b)
{
    const struct growing *left = a, *right = b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    int order = text_compare(left->key, right->key);
    return order ? order : text_compare(left->period, right->period);
}

static int by_name(const void *a, const void *b)
{
    const struct growing *left = a, *right = b;
    int order = text_compare(left->key, right->key);
    return order ? order : text_compare(left->period, right->period);
}

static void list(struct gathering *gathering, struct group_list *groups)
{
    const struct group_state *state = gathering->state;
    struct growing *growing = gathering->groups;
    size_t count = 0;
    for (size_t i = 0; i < gathering->names.count; i++)
        if (growing[i].topic.size == 0 || growing[i].count >= (size_t)state->min_records) {
            struct growing kept = growing[i];
            growing[i] = growing[count]; /* swapped: every array is freed in the end */
            growing[count++] = kept;
        }
    if (count == 0)
        return;
    qsort(growing, count, sizeof(*growing), by_size);
    if (state->most_groups > 0 && count > (size_t)state->most_groups) {
        groups->left_out = count - (size_t)state->most_groups;
        count = (size_t)state->most_groups;
    }
    qsort(growing, count, sizeof(*growing), by_name);
    groups->groups = arena_alloc(&groups->arena, count, sizeof(*groups->groups));
    groups->count = count;
    for (size_t i = 0; i < count; i++) {
        uint64_t *ids = arena_alloc(&groups->arena, growing[i].count, sizeof(*ids));
        for (size_t k = 0; k < growing[i].count; k++)
            ids[k] = growing[i].ids[k];
        groups->groups[i] = (struct group_header){
            .key = arena_copy(&groups->arena, growing[i].key),
            .period = arena_copy(&groups->arena, growing[i].period),
            .topic = arena_copy(&groups->arena, growing[i].topic),
            .fingerprint = growing[i].fingerprint,
            .feedback_ids = ids,
            .member_count = growing[i].count,
        };
    }
}

static bool open_group(void *state, const struct workbench *workbench, struct error *error)
{
    struct group_state *group = state;
    group->workbench = workbench;
    return split_open(&group->split, error);
}

static bool list_groups(void *state, struct group_list *groups, struct error *error)
{
    struct group_state *group = state;
    const struct workbench *workbench = group->workbench;
    struct gathering gathering = {.state = group};
    bool ok = store_each_row(workbench->store, workbench->selection, workbench->model_key,
                             gather_row, &gathering, error) &&
              split_check(&group->split, workbench->store, workbench->selection,
                          workbench->model_key, "group", error);
    if (ok)
        list(&gathering, groups);
    for (size_t i = 0; i < gathering.names.count; i++)
        free(gathering.groups[i].ids);
    free(gathering.groups);
    names_free(&gathering.names);
    arena_free(&gathering.arena);
    arena_free(&gathering.scratch);
    return ok;
}

static const struct option options[] = {
    {.name = "by",
     .type = OPTION_TEXT,
     .offset = offsetof(struct group_state, split.by),
     .fallback = "",
     .help = SPLIT_BY_HELP},
    {.name = "period",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct group_state, split.period),
     .fallback = "month",
     .choices = SPLIT_PERIODS,
     .help = SPLIT_PERIOD_HELP},
    {.name = "topics",
     .type = OPTION_BOOLEAN,
     .offset = offsetof(struct group_state, topics),
     .fallback = "yes",
     .help = "summarise each topic of a segment and period too"},
    {.name = "min_records",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct group_state, min_records),
     .fallback = "3",
     .least = 1,
     .most = 1000000,
     .help = "records that must speak of a topic before it is summarised"},
    {.name = "most_groups",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct group_state, most_groups),
     .fallback = "1000",
     .least = 0,
     .most = 1000000,
     .help = "groups summarised, the largest first; a note tells how many were left out; 0: all"},
    {0},
};

const struct stage group_stage = {
    .name = "group",
    .summary = "which records are summarised together",
    .options = options,
    .state_size = sizeof(struct group_state),
    .open = open_group,
    .list_groups = list_groups,
};
