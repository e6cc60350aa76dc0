/* topic_stats.h - counting rows into the figures of topics.csv. */
#ifndef STAGES_STATS_TOPIC_STATS_H
#define STAGES_STATS_TOPIC_STATS_H

#include "base/hash_table.h"
#include "pipeline/store.h"

/* Ratings on one scale: those of several scales have no common mean. */
struct rating_tally {
    double scale; /* NAN: unknown */
    size_t count;
    double sum;
    size_t top_two_count; /* in the two best of five */
};

enum { MAX_RATING_SCALES = 4 };

struct topic_tally {
    struct text period, segment, topic;
    size_t mentions, polarities[SENTIMENT_COUNT];
    struct rating_tally ratings[MAX_RATING_SCALES];
    size_t scale_count;
    size_t promoters, detractors, nps_answers; /* of answers from 0 to 10 to an NPS question */
    struct quote_candidate {
        uint64_t id; /* 0: none */
        bool has_quotable_length;
        double clarity;
    } best_quote[SENTIMENT_COUNT]; /* the clearest row of each polarity */
};

/* Zeroed is empty. */
struct topic_stats_table {
    struct name_set names; /* period, segment and topic, numbered as `tallies` is */
    struct topic_tally *tallies;
    size_t capacity;
    struct arena arena;
};

/* One row as one mention of a topic, with the polarity that it has there. */
void topic_stats_table_add(struct topic_stats_table *topic_stats_table, struct text period,
                           struct text segment, struct text topic, enum sentiment polarity,
                           const struct saved_record *row);

/* The figures, ordered by period, segment and topic; in figures->arena. */
struct topic_stats *topic_stats_table_finish(struct topic_stats_table *topic_stats_table,
                                             size_t *count);

void topic_stats_table_free(struct topic_stats_table *topic_stats_table);

#endif
