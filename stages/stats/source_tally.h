/* source_tally.h - counts the labels of each source into the rows of shares.csv. */
#ifndef STAGES_STATS_SOURCE_TALLY_H
#define STAGES_STATS_SOURCE_TALLY_H

#include "base/arena.h"
#include "pipeline/store.h"
#include "stages/stats/label_share.h"

/* A zeroed table is empty. */
struct source_tallies {
    struct source_tally {
        struct text source;
        size_t labels[SENTIMENT_COUNT];
        struct probability_sums probability_sums;
    } * tallies; /* owned */
    size_t count, capacity;
    struct arena arena;
};

void source_tallies_add(struct source_tallies *tallies, const struct saved_record *record);

/* The rows: all sources, then each by name; labels in a fixed order. None if there is no record.
 * Allocated from tallies->arena. */
struct label_share *source_tallies_finish(struct source_tallies *tallies,
                                          const struct share_errors *share_errors, size_t *count);

void source_tallies_free(struct source_tallies *tallies);

#endif
