/* part_counts.c - counts records by part, topic and day. */
#include "stages/stats/part_counts.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"

static size_t get_or_add_part(struct part_counts *counts, struct field field)
{
    bool is_new;
    uint64_t hash = hash_combine(hash_combine(HASH_SEED, field.name), field.value);
    size_t index =
        *hash_table_get_or_insert(&counts->part_index, hash, counts->part_count, &is_new);
    if (is_new) {
        counts->parts = memory_grow(counts->parts, &counts->part_capacity, ++counts->part_count,
                                    sizeof(*counts->parts));
        counts->parts[index] =
            (struct part){.field = {arena_copy_text(&counts->arena, field.name),
                                    arena_copy_text(&counts->arena, field.value)}};
    }
    return index;
}

static void add_person(struct part *part, uint64_t author)
{
    for (size_t i = 0; author != 0 && i < part->people_count; i++)
        if (part->people[i] == author)
            return;
    if (part->people_count < PART_MIN_PEOPLE)
        part->people[part->people_count++] = author;
}

static uint64_t hash_part_topic(size_t part, size_t topic)
{
    return hash_combine_number(hash_combine_number(HASH_SEED, part), topic);
}

static void add_topic(struct part_counts *counts, size_t part, struct text name, int64_t day)
{
    bool is_new;
    size_t topic = name_set_add(&counts->topics, name);
    size_t index = *hash_table_get_or_insert(
        &counts->part_topic_index, hash_part_topic(part, topic), counts->part_topic_count, &is_new);
    if (is_new) {
        counts->part_topics = memory_grow(counts->part_topics, &counts->part_topic_capacity,
                                          ++counts->part_topic_count, sizeof(*counts->part_topics));
        counts->part_topics[index] = (struct part_topic){.part = part, .topic = topic};
    }
    counts->part_topics[index].records++;
    day_counts_add(&counts->part_topics[index].days, day);
}

static void add_to_part(struct part_counts *counts, struct field field,
                        const struct saved_record *record, int64_t day)
{
    size_t index = get_or_add_part(counts, field);
    struct part *part = &counts->parts[index];
    const struct analysis *analysis = &record->analysis;
    part->records++;
    day_counts_add(&part->days, day);
    add_person(part, record->author_hash);
    if (analysis->sentiment == SENTIMENT_NEGATIVE)
        add_topic(counts, index, group_key_all_topics, day);
    for (size_t i = 0; i < analysis->topic_count; i++)
        if (analysis->topics[i].polarity == SENTIMENT_NEGATIVE)
            add_topic(counts, index, analysis->topics[i].topic, day);
}

void part_counts_add(struct part_counts *counts, struct grouping *grouping,
                     const struct saved_record *record, int64_t day)
{
    struct arena scratch = {0};
    struct group_key key = grouping_make_key(grouping, record, &scratch);
    add_to_part(counts, (struct field){0}, record, day);
    for (size_t i = 0; i < key.field_count; i++)
        if (key.fields[i].value.size > 0)
            add_to_part(counts, key.fields[i], record, day);
    arena_free(&scratch);
}

const struct part_topic *part_counts_find(const struct part_counts *counts, size_t part,
                                          size_t topic)
{
    const size_t *index = hash_table_find(&counts->part_topic_index, hash_part_topic(part, topic));
    return index ? &counts->part_topics[*index] : NULL;
}

void part_counts_free(struct part_counts *counts)
{
    for (size_t i = 0; i < counts->part_count; i++)
        day_counts_free(&counts->parts[i].days);
    for (size_t i = 0; i < counts->part_topic_count; i++)
        day_counts_free(&counts->part_topics[i].days);
    free(counts->parts);
    free(counts->part_topics);
    name_set_free(&counts->topics);
    hash_table_free(&counts->part_index);
    hash_table_free(&counts->part_topic_index);
    arena_free(&counts->arena);
    *counts = (struct part_counts){0};
}
