/* topic_metrics.h - how well the topics found in texts agree with a person's, polarity included. */
#ifndef JOBS_EVAL_TOPIC_METRICS_H
#define JOBS_EVAL_TOPIC_METRICS_H

#include "base/hash_table.h"
#include "jobs/eval/bootstrap.h"
#include "pipeline/record.h"

/* Mentions of one text, or of one topic in all texts. */
struct topic_counts {
    size_t gold, predicted;
    size_t topics;        /* found and in the gold, whatever the polarity */
    size_t with_polarity; /* with the gold's polarity too */
};

/* Zeroed is empty. */
struct topic_metrics {
    struct topic_counts *texts; /* owned, as is `topics`, by number in `names` */
    size_t count, capacity;
    struct name_set names;
    struct topic_counts *topics;
    size_t topic_capacity;
};

/* One more text. A topic stands at most once in either list. */
void topic_metrics_add(struct topic_metrics *metrics, const struct topic_mention *gold,
                       size_t gold_count, const struct topic_mention *predicted,
                       size_t predicted_count);

/* Micro-F1 over all texts, at least one: of topics with their polarity, and of topics alone. */
struct confidence_interval topic_metrics_polarity_f1(const struct topic_metrics *metrics);
struct confidence_interval topic_metrics_topic_f1(const struct topic_metrics *metrics);

/* The figures as a table for people. */
struct text topic_metrics_print(const struct topic_metrics *metrics, struct arena *arena);

void topic_metrics_free(struct topic_metrics *metrics);

#endif
