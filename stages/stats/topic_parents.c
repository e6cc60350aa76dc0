/* topic_parents.c - adds mentions of parents. */
#include "stages/stats/topic_parents.h"

#include <stdlib.h>

#include "base/memory.h"

static bool add_topic(void *user, const struct shown_topic *topic, struct error *error)
{
    (void)error;
    struct topic_parents *topic_parents = user;
    if (topic->parent.size == 0 || !text_equal(topic->id, topic->reported))
        return true;
    size_t id = name_set_add(&topic_parents->ids, topic->id);
    topic_parents->parent_of = memory_grow(topic_parents->parent_of, &topic_parents->capacity,
                                           id + 1, sizeof(*topic_parents->parent_of));
    topic_parents->parent_of[id] = name_set_add(&topic_parents->parents, topic->parent);
    topic_parents->count = topic_parents->ids.count;
    return true;
}

bool topic_parents_load(struct topic_parents *topic_parents, struct store *store,
                        struct error *error)
{
    return store_for_each_shown_topic(store, add_topic, topic_parents, error);
}

void topic_parents_free(struct topic_parents *topic_parents)
{
    name_set_free(&topic_parents->ids);
    name_set_free(&topic_parents->parents);
    free(topic_parents->parent_of);
    *topic_parents = (struct topic_parents){0};
}

/* Registries have tens of topics with a parent. Empty if the topic has none. */
static struct text find_parent(const struct topic_parents *topic_parents, struct text topic)
{
    for (size_t i = 0; i < topic_parents->count; i++)
        if (text_equal(topic_parents->ids.texts[i], topic))
            return topic_parents->parents.texts[topic_parents->parent_of[i]];
    return (struct text){0};
}

/* Of all mentions of the topic and of the topics below it. */
static enum sentiment merge_polarities(const struct topic_parents *topic_parents,
                                       const struct analysis *analysis, struct text topic)
{
    bool has_negative = false, has_positive = false;
    for (size_t i = 0; i < analysis->topic_count; i++) {
        const struct topic_mention *mention = &analysis->topics[i];
        if (!text_equal(mention->topic, topic) &&
            !text_equal(find_parent(topic_parents, mention->topic), topic))
            continue;
        has_negative |= mention->polarity == SENTIMENT_NEGATIVE;
        has_positive |= mention->polarity == SENTIMENT_POSITIVE;
    }
    return has_negative == has_positive ? SENTIMENT_NEUTRAL
           : has_negative               ? SENTIMENT_NEGATIVE
                                        : SENTIMENT_POSITIVE;
}

static bool has_topic(const struct topic_mention *mentions, size_t count, struct text topic)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(mentions[i].topic, topic))
            return true;
    return false;
}

const struct topic_mention *topic_parents_roll_up(const struct topic_parents *topic_parents,
                                                  const struct analysis *analysis,
                                                  struct arena *arena, size_t *count)
{
    *count = analysis->topic_count;
    if (topic_parents->count == 0)
        return analysis->topics;
    struct topic_mention *mentions =
        arena_alloc(arena, 2 * analysis->topic_count + 1, sizeof(*mentions));
    for (size_t i = 0; i < analysis->topic_count; i++)
        mentions[i] = analysis->topics[i];
    for (size_t i = 0; i < analysis->topic_count; i++) {
        struct text parent = find_parent(topic_parents, analysis->topics[i].topic);
        if (parent.size > 0 && !has_topic(mentions, *count, parent))
            mentions[(*count)++].topic = parent;
    }
    for (size_t i = 0; i < *count; i++) {
        bool is_parent = i >= analysis->topic_count;
        for (size_t k = 0; k < topic_parents->parents.count; k++)
            is_parent |= text_equal(topic_parents->parents.texts[k], mentions[i].topic);
        if (is_parent)
            mentions[i].polarity = merge_polarities(topic_parents, analysis, mentions[i].topic);
    }
    return mentions;
}
