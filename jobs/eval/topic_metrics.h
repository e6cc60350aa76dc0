/* topic_metrics.h - agreement of predicted topics and polarities with labels by people. */
#ifndef JOBS_EVAL_TOPIC_METRICS_H
#define JOBS_EVAL_TOPIC_METRICS_H

#include "base/hash_table.h"
#include "jobs/eval/bootstrap.h"
#include "pipeline/record.h"

/* Counts of mentions, of one text or of one topic in all texts. */
struct topic_counts {
    size_t gold, predicted;
    size_t correct_topics;   /* predicted and in the gold, whatever the polarity */
    size_t correct_polarity; /* also with the gold's polarity */
};

/* A zeroed one is empty. */
struct topic_metrics {
    struct topic_counts *texts; /* owned, one per text */
    size_t count, capacity;
    struct name_set names;
    struct topic_counts *topics; /* owned, by number in `names` */
    size_t topic_capacity;
};

/* Adds a text. Each list contains a topic at most once. */
void topic_metrics_add(struct topic_metrics *metrics, const struct topic_mention *gold,
                       size_t gold_count, const struct topic_mention *predicted,
                       size_t predicted_count);

/* Micro-F1 over all texts (at least one): of topics with polarity, and of topics alone. */
struct confidence_interval topic_metrics_polarity_f1(const struct topic_metrics *metrics);
struct confidence_interval topic_metrics_topic_f1(const struct topic_metrics *metrics);

/* The counts of all texts. */
struct topic_counts topic_metrics_sum(const struct topic_metrics *metrics);

/* A table for people, in `arena`. */
struct text topic_metrics_print(const struct topic_metrics *metrics, struct arena *arena);

void topic_metrics_free(struct topic_metrics *metrics);

#endif
