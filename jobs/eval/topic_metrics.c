/* topic_metrics.c - counts a text and a topic; everything else is a ratio of them. */
#include "jobs/eval/topic_metrics.h"

#include <stdlib.h>

#include "base/memory.h"

static const struct topic_mention *find(const struct topic_mention *mentions, size_t count,
                                        struct text topic)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(mentions[i].topic, topic))
            return &mentions[i];
    return NULL;
}

static struct topic_counts *counts_of(struct topic_metrics *metrics, struct text topic)
{
    size_t before = metrics->names.count, number = names_add(&metrics->names, topic);
    metrics->topics = memory_grow(metrics->topics, &metrics->topic_capacity, number + 1,
                                  sizeof(*metrics->topics));
    if (number == before)
        metrics->topics[number] = (struct topic_counts){0};
    return &metrics->topics[number];
}

void topic_metrics_add(struct topic_metrics *metrics, const struct topic_mention *gold,
                       size_t gold_count, const struct topic_mention *found, size_t found_count)
{
    struct topic_counts text = {.gold = gold_count, .found = found_count};
    for (size_t i = 0; i < gold_count; i++) {
        const struct topic_mention *same = find(found, found_count, gold[i].topic);
        bool agrees = same && same->polarity == gold[i].polarity;
        struct topic_counts *topic = counts_of(metrics, gold[i].topic);
        topic->gold++;
        topic->topics += same != NULL;
        topic->pairs += agrees;
        text.topics += same != NULL;
        text.pairs += agrees;
    }
    for (size_t i = 0; i < found_count; i++)
        counts_of(metrics, found[i].topic)->found++;
    metrics->texts = memory_grow(metrics->texts, &metrics->capacity, metrics->count + 1,
                                 sizeof(*metrics->texts));
    metrics->texts[metrics->count++] = text;
}

static double f1(size_t both, size_t gold, size_t found)
{
    return gold + found ? 2.0 * (double)both / (double)(gold + found) : 0;
}

static struct topic_counts sum(const void *cases, const size_t *drawn, size_t count)
{
    const struct topic_counts *texts = cases;
    struct topic_counts all = {0};
    for (size_t i = 0; i < count; i++) {
        all.gold += texts[drawn[i]].gold;
        all.found += texts[drawn[i]].found;
        all.topics += texts[drawn[i]].topics;
        all.pairs += texts[drawn[i]].pairs;
    }
    return all;
}

static double pairs_figure(const void *cases, const size_t *drawn, size_t count)
{
    struct topic_counts all = sum(cases, drawn, count);
    return f1(all.pairs, all.gold, all.found);
}

static double topics_figure(const void *cases, const size_t *drawn, size_t count)
{
    struct topic_counts all = sum(cases, drawn, count);
    return f1(all.topics, all.gold, all.found);
}

struct interval topic_metrics_pairs(const struct topic_metrics *metrics)
{
    return bootstrap(pairs_figure, metrics->texts, metrics->count);
}

struct interval topic_metrics_topics(const struct topic_metrics *metrics)
{
    return bootstrap(topics_figure, metrics->texts, metrics->count);
}

struct text topic_metrics_print(const struct topic_metrics *metrics, struct arena *arena)
{
    struct interval pairs = topic_metrics_pairs(metrics), topics = topic_metrics_topics(metrics);
    struct text out = arena_format(
        arena,
        "texts                      %zu\n"
        "micro-F1, with polarity    %.4f   (95 %%: %.4f to %.4f)\n"
        "micro-F1, topic alone      %.4f   (95 %%: %.4f to %.4f)\n\n"
        "topic                 gold   found  both  and polarity      F1\n",
        metrics->count, pairs.value, pairs.low, pairs.high, topics.value, topics.low, topics.high);
    for (size_t i = 0; i < metrics->names.count; i++) {
        const struct topic_counts *topic = &metrics->topics[i];
        out =
            arena_format(arena, "%.*s%-18.*s %7zu %7zu %5zu %13zu  %.4f\n", TEXT_ARGUMENT(out),
                         TEXT_ARGUMENT(metrics->names.texts[i]), topic->gold, topic->found,
                         topic->topics, topic->pairs, f1(topic->pairs, topic->gold, topic->found));
    }
    return out;
}

void topic_metrics_free(struct topic_metrics *metrics)
{
    free(metrics->texts);
    free(metrics->topics);
    names_free(&metrics->names);
}
