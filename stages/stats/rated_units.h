/* rated_units.h - ratings with the topics of their texts. A respondent gives one rating and several
 * answers: they are one unit, with the topics of all answers. */
#ifndef STAGES_STATS_RATED_UNITS_H
#define STAGES_STATS_RATED_UNITS_H

#include "base/hash_table.h"
#include "pipeline/store.h"

/* Scores that are never mixed: ratings on up to four scales, NPS, and CSAT (100 for a rating of 4
 * or 5 of 5, otherwise 0). */
enum { SCORE_RATING_SCALES = 4, SCORE_NPS = SCORE_RATING_SCALES, SCORE_CSAT, SCORE_COUNT };

struct rated_unit {
    int64_t created_at;         /* or TIME_UNKNOWN */
    double scores[SCORE_COUNT]; /* NAN: the unit has no such score */
    size_t *topics;             /* owned by rated_units: numbers in rated_units.topics, each once */
    size_t topic_count, topic_capacity;
};

/* Zeroed, then with `visit` and `user` set, it is ready. */
struct rated_units {
    void (*visit)(void *user, const struct rated_unit *unit);
    void *user;
    struct name_set topics;
    double scales[SCORE_RATING_SCALES]; /* in the order of their first record */
    size_t scale_counts[SCORE_RATING_SCALES], scale_count;
    struct rated_unit *pending; /* owned: respondents of the present time */
    size_t pending_count, pending_capacity;
    int64_t pending_time;
    struct hash_table respondents;
};

/* Visits the record's unit, at once or when all answers of its respondent are known. Records
 * without a rating are ignored. In the order of store_for_each_record. */
void rated_units_add(struct rated_units *units, const struct saved_record *record);
void rated_units_flush(struct rated_units *units); /* after the last record */
void rated_units_free(struct rated_units *units);

/* The score of the most frequent scale: 0 to SCORE_RATING_SCALES - 1. */
size_t rated_units_find_commonest_scale(const struct rated_units *units);

#endif
