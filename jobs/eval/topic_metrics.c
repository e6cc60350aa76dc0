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

static double compute_ratio(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static void add_counts(struct topic_counts *all, const struct topic_counts *text)
{
    all->gold += text->gold;
    all->predicted += text->predicted;
    all->correct_topics += text->correct_topics;
    all->correct_polarity += text->correct_polarity;
}

static struct topic_counts sum_counts(const void *cases, const size_t *sample_indices, size_t count)
{
    const struct topic_counts *texts = cases;
    struct topic_counts all = {0};
    for (size_t i = 0; i < count; i++)
        add_counts(&all, &texts[sample_indices[i]]);
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

struct topic_counts topic_metrics_sum(const struct topic_metrics *metrics)
{
    struct topic_counts all = {0};
    for (size_t i = 0; i < metrics->count; i++)
        add_counts(&all, &metrics->texts[i]);
    return all;
}

/* Three columns: precision, recall, F1. */
static struct text print_agreement(size_t correct, const struct topic_counts *counts,
                                   struct arena *arena)
{
    return arena_format(arena, "%.4f  %.4f  %.4f", compute_ratio(correct, counts->predicted),
                        compute_ratio(correct, counts->gold),
                        compute_f1(correct, counts->gold, counts->predicted));
}

static struct text print_total(const char *name, size_t correct, const struct topic_counts *all,
                               struct confidence_interval f1, struct arena *arena)
{
    return arena_format(arena, "%-22s    %.*s   (95 %%: %.4f to %.4f)\n", name,
                        TEXT_ARGUMENT(print_agreement(correct, all, arena)), f1.low, f1.high);
}

static struct text print_topic(struct text name, const struct topic_counts *topic,
                               struct arena *arena)
{
    return arena_format(arena, "%-18.*s %7zu %9zu |    %.*s |    %.*s\n", TEXT_ARGUMENT(name),
                        topic->gold, topic->predicted,
                        TEXT_ARGUMENT(print_agreement(topic->correct_topics, topic, arena)),
                        TEXT_ARGUMENT(print_agreement(topic->correct_polarity, topic, arena)));
}

static int compare_names(const void *a, const void *b)
{
    const struct text *left = *(const struct text *const *)a,
                      *right = *(const struct text *const *)b;
    return text_compare(*left, *right);
}

struct text topic_metrics_print(const struct topic_metrics *metrics, struct arena *arena)
{
    struct topic_counts all = topic_metrics_sum(metrics);
    struct text out = arena_format(
        arena,
        "texts                  %zu   (%zu topics in the labels, %zu predicted)\n"
        "                       precision  recall      F1\n%.*s%.*s\n"
        "                                     | topic alone                | with polarity\n"
        "topic              labels predicted | precision  recall      F1 | precision  recall"
        "      F1\n",
        metrics->count, all.gold, all.predicted,
        TEXT_ARGUMENT(print_total("topic alone", all.correct_topics, &all,
                                  topic_metrics_topic_f1(metrics), arena)),
        TEXT_ARGUMENT(print_total("with polarity", all.correct_polarity, &all,
                                  topic_metrics_polarity_f1(metrics), arena)));
    const struct text **names = arena_alloc(arena, metrics->names.count, sizeof(*names));
    for (size_t i = 0; i < metrics->names.count; i++)
        names[i] = &metrics->names.texts[i];
    qsort(names, metrics->names.count, sizeof(*names), compare_names);
    for (size_t i = 0; i < metrics->names.count; i++)
        out =
            arena_format(arena, "%.*s%.*s", TEXT_ARGUMENT(out),
                         TEXT_ARGUMENT(print_topic(
                             *names[i], &metrics->topics[names[i] - metrics->names.texts], arena)));
    return out;
}

void topic_metrics_free(struct topic_metrics *metrics)
{
    free(metrics->texts);
    free(metrics->topics);
    name_set_free(&metrics->names);
}
