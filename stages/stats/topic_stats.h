/* topic_stats.h - counting rows into the figures of topics.csv. */
#ifndef STAGES_STATS_TOPIC_STATS_H
#define STAGES_STATS_TOPIC_STATS_H

#include "base/table.h"
#include "pipeline/store.h"

/* Ratings on one scale: those of several scales have no common mean. */
struct rating_tally {
    double scale; /* NAN: unknown */
    size_t count;
    double sum;
    size_t top; /* in the two best of five */
};

enum { FIGURES_SCALES = 4 };

struct tally {
    struct text period, segment, topic;
    size_t mentions, polarities[SENTIMENT_COUNT];
    struct rating_tally ratings[FIGURES_SCALES];
    size_t scale_count;
    size_t promoters, detractors, recommendations; /* of answers from 0 to 10 to an NPS question */
    struct quotable {
        uint64_t id; /* 0: none */
        bool is_handy;
        double clarity;
    } best[SENTIMENT_COUNT]; /* the clearest row of each polarity */
};

/* Zeroed is empty. */
struct figures {
    struct names names; /* period, segment and topic, numbered as `tallies` is */
    struct tally *tallies;
    size_t capacity;
    struct arena arena;
};

/* One row as one mention of a topic, with the polarity that it has there. */
void figures_add(struct figures *figures, struct text period, struct text segment,
                 struct text topic, enum sentiment polarity, const struct row *row);

/* The figures, ordered by period, segment and topic; in figures->arena. */
struct figure *figures_finish(struct figures *figures, size_t *count);

void figures_free(struct figures *figures);

#endif
