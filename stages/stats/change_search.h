/* change_search.h - which shares rose or fell beyond chance in the latest periods.
 *
 * Every series is tested in several windows that end with the period of interest, against up to
 * CHANGE_MAX_BASELINE periods before, for a rise and for a fall: given all its hits, how many of
 * them fall into the window (polya_urn.h), with the clumping that the baseline of all topics shows.
 * Tests are dropped by the margins only, never by the outcome. They are ordered by the likelihood
 * ratio of a change worth telling, weighted by how often changes of the window and of a part of
 * that size are expected; the false discovery rate counts what chance would tell at that strength,
 * after the floors of effect and volume. bench/reports.c simulates how often that is wrong. */
#ifndef STAGES_STATS_CHANGE_SEARCH_H
#define STAGES_STATS_CHANGE_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum { CHANGE_MAX_BASELINE = 26, CHANGE_MIN_BASELINE = 3 }; /* periods */

/* A topic in a part. */
struct change_series {
    size_t part, topic;           /* part 0: all records */
    bool is_pooled;               /* shows how periods clump: a topic of all records, not "(all)" */
    const double *hits, *records; /* [period] */
};

struct change_search {
    const struct change_series *series;
    size_t series_count, period_count;
    bool same_weekdays; /* periods are days: compare Mondays with Mondays */
};

struct change {
    size_t series, window; /* periods up to the period of interest */
    double p_value, q_value;
    double hits, records, baseline_hits, baseline_records; /* of the window */
    bool rises;
};

/* The changes in the windows that end with `period`, at most one for each topic: the whole, unless
 * a part explains it better (its p value is ten times smaller). A change of "(all)" (topic
 * `all_topics`) is dropped if a topic changed in the same direction in the same part or in all
 * records. Allocated from `arena`, ordered by topic. */
struct change *change_search_run(const struct change_search *search, size_t period,
                                 size_t all_topics, struct arena *arena, size_t *count);

/* The first period of a change that was found: the cut between the baseline and the period of
 * interest with the highest likelihood. */
size_t change_find_onset(const struct change_search *search, const struct change *change,
                         size_t period);

/* Whether the share of one period is about that of the change's baseline again. */
bool change_is_over(const struct change_search *search, const struct change *change, size_t period);

#endif
