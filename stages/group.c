/* group.c - the group stage: which records are summarized together. Every segment and period, every
 * topic in them that enough records mention, and all records. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/hash_table.h"
#include "base/memory.h"
#include "stages/stages.h"
#include "stages/stats/grouping.h"

struct group_state {
    struct grouping grouping;
    bool topics;
    int64_t min_records, max_groups;
    const struct stage_context *stage_context; /* borrowed */
};

/* A group while its members are collected. */
struct group_builder {
    struct group_key key;
    struct text period;
    struct text label; /* the key as text: the order of groups */
    uint64_t *ids;     /* owned */
    size_t count, capacity;
    uint64_t fingerprint;
};

struct group_collector {
    struct group_state *state;
    struct hash_table indexes; /* hash of key and period: index into `groups` */
    struct group_builder *groups;
    size_t count, capacity;
    struct arena arena;   /* of keys, periods and labels */
    struct arena scratch; /* reset for every record */
};

static struct group_builder *get_or_add_group(struct group_collector *collector,
                                              const struct group_key *key, struct text period)
{
    bool is_new;
    uint64_t hash = group_key_combine_hash(hash_combine(HASH_SEED, period), key);
    size_t index = *hash_table_get_or_insert(&collector->indexes, hash, collector->count, &is_new);
    if (is_new) {
        uint64_t summary_key = collector->state->stage_context->summary_key;
        collector->groups = memory_grow(collector->groups, &collector->capacity, ++collector->count,
                                        sizeof(*collector->groups));
        collector->groups[index] = (struct group_builder){
            .key = group_key_copy(key, &collector->arena),
            .period = arena_copy_text(&collector->arena, period),
            .label = group_key_format(key, &collector->arena),
            .fingerprint = hash_combine_number(HASH_SEED, summary_key),
        };
    }
    return &collector->groups[index];
}

static void add_member(struct group_builder *group, const struct saved_record *record)
{
    group->ids = memory_grow(group->ids, &group->capacity, group->count + 1, sizeof(*group->ids));
    group->ids[group->count++] = record->feedback_id;
    const uint64_t facts[] = {record->feedback_id, record->text_hash,
                              (uint64_t)record_rating_side(record->rating, record->rating_scale)};
    for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
        group->fingerprint = hash_combine_number(group->fingerprint, facts[i]);
}

static bool collect_record(void *user, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct group_collector *collector = user;
    struct group_state *state = collector->state;
    struct arena *scratch = &collector->scratch;
    arena_reset(scratch);
    const struct group_key everything = {0};
    struct group_key key = grouping_make_key(&state->grouping, record, scratch);
    struct text period = grouping_format_period(&state->grouping, record, scratch);
    add_member(get_or_add_group(collector, &key, period), record);
    if (key.field_count > 0 || !text_equal(period, TEXT("all")))
        add_member(get_or_add_group(collector, &everything, TEXT("all")), record);
    for (size_t i = 0; state->topics && i < record->analysis.topic_count; i++) {
        key.topic = record->analysis.topics[i].topic;
        add_member(get_or_add_group(collector, &key, period), record);
    }
    return true;
}

static int compare_by_name(const void *a, const void *b)
{
    const struct group_builder *left = a, *right = b;
    int order = text_compare(left->label, right->label);
    return order ? order : text_compare(left->period, right->period);
}

/* The largest first; groups of one size by name. */
static int compare_by_size(const void *a, const void *b)
{
    const struct group_builder *left = a, *right = b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    return compare_by_name(a, b);
}

/* Moves the groups about a topic with fewer than min_records members to the end, where only their
 * memory is freed, and returns the number of the others. */
static size_t drop_small_topics(struct group_collector *collector)
{
    struct group_builder *groups = collector->groups;
    size_t min_records = (size_t)collector->state->min_records, count = 0;
    for (size_t i = 0; i < collector->count; i++)
        if (groups[i].key.topic.size == 0 || groups[i].count >= min_records) {
            struct group_builder kept = groups[i];
            groups[i] = groups[count];
            groups[count++] = kept;
        }
    return count;
}

/* Groups of one key are next to each other, by period. The fingerprint of a group includes the
 * members of the one before, with which it is compared. */
static void link_periods(const struct group_builder *builders, struct group_list *groups)
{
    static const char *const no_periods[] = {"all", "undated", NULL};
    for (size_t i = 1; i < groups->count; i++) {
        struct group_entry *entry = &groups->groups[i];
        if (!text_equal(builders[i].label, builders[i - 1].label) ||
            text_is_one_of(entry->period, no_periods) ||
            text_is_one_of(builders[i - 1].period, no_periods))
            continue;
        entry->previous = &groups->groups[i - 1];
        entry->fingerprint = hash_combine_number(entry->fingerprint, builders[i - 1].fingerprint);
    }
}

static void write_group_list(struct group_collector *collector, struct group_list *groups)
{
    size_t max_groups = (size_t)collector->state->max_groups;
    struct group_builder *builders = collector->groups;
    size_t count = drop_small_topics(collector);
    if (count == 0)
        return;
    qsort(builders, count, sizeof(*builders), compare_by_size);
    if (max_groups > 0 && count > max_groups) {
        groups->skipped = count - max_groups;
        count = max_groups;
    }
    qsort(builders, count, sizeof(*builders), compare_by_name);
    groups->groups = arena_alloc(&groups->arena, count, sizeof(*groups->groups));
    groups->count = count;
    for (size_t i = 0; i < count; i++) {
        const struct group_builder *builder = &builders[i];
        uint64_t *ids = arena_alloc(&groups->arena, builder->count, sizeof(*ids));
        memcpy(ids, builder->ids, builder->count * sizeof(*ids));
        groups->groups[i] = (struct group_entry){
            .key = group_key_copy(&builder->key, &groups->arena),
            .period = arena_copy_text(&groups->arena, builder->period),
            .fingerprint = builder->fingerprint,
            .feedback_ids = ids,
            .member_count = builder->count,
        };
    }
    link_periods(builders, groups);
}

static bool open_group(void *state, const struct stage_context *stage_context, struct error *error)
{
    struct group_state *group = state;
    group->stage_context = stage_context;
    return grouping_parse_columns(&group->grouping, error);
}

static bool check_columns(void *state, const struct name_set *columns, struct error *error)
{
    struct group_state *group = state;
    return grouping_check_columns(&group->grouping, columns, "group", error);
}

static bool list_groups(void *state, struct group_list *groups, struct error *error)
{
    struct group_state *group = state;
    const struct stage_context *stage_context = group->stage_context;
    struct group_collector collector = {.state = group};
    bool ok = store_for_each_record(stage_context->store, stage_context->selection, collect_record,
                                    &collector, error) &&
              grouping_check_records(&group->grouping, stage_context, "group", error);
    if (ok)
        write_group_list(&collector, groups);
    for (size_t i = 0; i < collector.count; i++)
        free(collector.groups[i].ids);
    free(collector.groups);
    hash_table_free(&collector.indexes);
    arena_free(&collector.arena);
    arena_free(&collector.scratch);
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
     .help = "also summarize each topic of a segment and period"},
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
     .help = "maximum groups to summarize, largest first; a note reports the rest; 0: no limit"},
    {0},
};

const struct stage group_stage = {
    .name = "group",
    .summary = "choose which records are summarized together",
    .options = options,
    .state_size = sizeof(struct group_state),
    .open = open_group,
    .check_columns = check_columns,
    .list_groups = list_groups,
};
