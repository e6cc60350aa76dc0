/* topic_metrics.c - counts mentions by text and by topic, and computes F1 from the counts. */
#include "jobs/eval/topic_metrics.h"

#include <stdlib.h>

#include "base/memory.h"

static const struct topic_mention *find_mention(const struct topic_mention *mentions, size_t count,
                                                struct text topic)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(mentions[i].topic, topic))
            return &mentions[i];
    return NULL;
}

static struct topic_counts *get_topic_counts(struct topic_metrics *metrics, struct text topic)
{
    size_t previous_count = metrics->names.count, number = name_set_add(&metrics->names, topic);
    metrics->topics = memory_grow(metrics->topics, &metrics->topic_capacity, number + 1,
                                  sizeof(*metrics->topics));
    if (number == previous_count)
        metrics->topics[number] = (struct topic_counts){0};
    return &metrics->topics[number];
}

void topic_metrics_add(struct topic_metrics *metrics, const struct topic_mention *gold,
                       size_t gold_count, const struct topic_mention *predicted,
                       size_t predicted_count)
{
    struct topic_counts text = {.gold = gold_count, .predicted = predicted_count};
    for (size_t i = 0; i < gold_count; i++) {
        const struct topic_mention *match = find_mention(predicted, predicted_count, gold[i].topic);
        bool polarity_matches = match && match->polarity == gold[i].polarity;
        struct topic_counts *topic = get_topic_counts(metrics, gold[i].topic);
        topic->gold++;
        topic->correct_topics += match != NULL;
        topic->correct_polarity += polarity_matches;
        text.correct_topics += match != NULL;
        text.correct_polarity += polarity_matches;
    }
    for (size_t i = 0; i < predicted_count; i++)
        get_topic_counts(metrics, predicted[i].topic)->predicted++;
    metrics->texts = memory_grow(metrics->texts, &metrics->capacity, metrics->count + 1,
                                 sizeof(*metrics->texts));
    metrics->texts[metrics->count++] = text;
}

static double compute_f1(size_t true_positives, size_t gold, size_t predicted)
{
    return gold + predicted ? 2.0 * (double)true_positives / (double)(gold + predicted) : 0;
}

static struct topic_counts sum_counts(const void *cases, const size_t *sample_indices, size_t count)
{
    const struct topic_counts *texts = cases;
    struct topic_counts all = {0};
    for (size_t i = 0; i < count; i++) {
        all.gold += texts[sample_indices[i]].gold;
        all.predicted += texts[sample_indices[i]].predicted;
        all.correct_topics += texts[sample_indices[i]].correct_topics;
        all.correct_polarity += texts[sample_indices[i]].correct_polarity;
    }
    return all;
}

static double polarity_f1_statistic(const void *cases, const size_t *sample_indices, size_t count)
{
    struct topic_counts all = sum_counts(cases, sample_indices, count);
    return compute_f1(all.correct_polarity, all.gold, all.predicted);
}

static double topic_f1_statistic(const void *cases, const size_t *sample_indices, size_t count)
{
    struct topic_counts all = sum_counts(cases, sample_indices, count);
    return compute_f1(all.correct_topics, all.gold, all.predicted);
}

struct confidence_interval topic_metrics_polarity_f1(const struct topic_metrics *metrics)
{
    return bootstrap_interval(polarity_f1_statistic, metrics->texts, metrics->count);
}

struct confidence_interval topic_metrics_topic_f1(const struct topic_metrics *metrics)
{
    return bootstrap_interval(topic_f1_statistic, metrics->texts, metrics->count);
}

struct text topic_metrics_print(const struct topic_metrics *metrics, struct arena *arena)
{
    struct confidence_interval with_polarity = topic_metrics_polarity_f1(metrics),
                               topics = topic_metrics_topic_f1(metrics);
    struct text out =
        arena_format(arena,
                     "texts                      %zu\n"
                     "micro-F1, with polarity    %.4f   (95 %%: %.4f to %.4f)\n"
                     "micro-F1, topic alone      %.4f   (95 %%: %.4f to %.4f)\n\n"
                     "topic                 gold predicted correct  with polarity      F1\n",
                     metrics->count, with_polarity.value, with_polarity.low, with_polarity.high,
                     topics.value, topics.low, topics.high);
    for (size_t i = 0; i < metrics->names.count; i++) {
        const struct topic_counts *topic = &metrics->topics[i];
        out = arena_format(arena, "%.*s%-18.*s %7zu %9zu %7zu %14zu  %.4f\n", TEXT_ARGUMENT(out),
                           TEXT_ARGUMENT(metrics->names.texts[i]), topic->gold, topic->predicted,
                           topic->correct_topics, topic->correct_polarity,
                           compute_f1(topic->correct_polarity, topic->gold, topic->predicted));
    }
    return out;
}

void topic_metrics_free(struct topic_metrics *metrics)
{
    free(metrics->texts);
    free(metrics->topics);
    name_set_free(&metrics->names);
}
