/* topic_stats.h - counts saved records into the figures of topics.csv. */
#ifndef STAGES_STATS_TOPIC_STATS_H
#define STAGES_STATS_TOPIC_STATS_H

#include "base/hash_table.h"
#include "pipeline/store.h"
#include "stages/stats/label_share.h"
#include "stages/stats/welch.h"

/* The ratings on one scale; ratings on different scales have no common mean. */
struct rating_tally {
    double scale; /* NAN: unknown */
    struct sample ratings;
    size_t top_two_count; /* 4 and 5 of five */
};

enum { MAX_RATING_SCALES = 4 };

struct topic_tally {
    struct group_key key;
    struct text period;
    size_t mentions, polarities[SENTIMENT_COUNT];
    struct probability_sums probability_sums; /* of the topic "(all)", which counts whole texts */
    struct rating_tally ratings[MAX_RATING_SCALES];
    size_t scale_count;
    struct sample nps; /* nps_value of the answers from 0 to 10 to an NPS question */
    struct quote_candidate {
        uint64_t id; /* 0: none */
        bool has_quotable_length;
        double clarity;            /* 0 to 1 */
    } best_quote[SENTIMENT_COUNT]; /* the clearest record of each polarity */
};

/* A zeroed table is empty. */
struct topic_stats_table {
    struct hash_table indexes;   /* hash of key and period: index into `tallies` */
    struct topic_tally *tallies; /* owned */
    size_t count, capacity;
    struct hash_table respondents; /* hashes of tally and respondent whose rating was counted */
    int64_t respondents_time;      /* when they answered */
    struct arena arena;
};

/* Counts one record as one mention of the key's topic, with its polarity on that topic. A rating
 * counts once for each respondent. Records come in the order of store_for_each_record. */
void topic_stats_table_add(struct topic_stats_table *table, const struct group_key *key,
                           struct text period, enum sentiment polarity,
                           const struct saved_record *record);

/* The figures, ordered by period, segment and topic; allocated from table->arena. Shares of "(all)"
 * are estimated with share_errors; those of other topics are plain. */
struct topic_stats *topic_stats_table_finish(struct topic_stats_table *table,
                                             const struct share_errors *share_errors,
                                             size_t *count);

void topic_stats_table_free(struct topic_stats_table *table);

#endif
