/* polya_urn.h - how hits fall into a window of periods, if its share is that of the periods before.
 *
 * Given the number of hits in both, the unknown share cancels. Draw as many balls as there are hits
 * from an urn with `records` balls of the window and `baseline_records` of the baseline; after each
 * draw put back 1 + step balls of its colour (Eggenberger, Pólya 1923). step -1 draws without
 * putting back: the hypergeometric distribution of Fisher's exact test. 0 is the binomial. Above 0,
 * the hits of a period clump: step = clumping * records per period - 1 corresponds to a gamma
 * factor with mean 1 and variance `clumping` on each period's share (Dirichlet-multinomial).
 *
 * Only + - * / compute the probabilities, so they are the same on every machine. */
#ifndef STAGES_STATS_POLYA_URN_H
#define STAGES_STATS_POLYA_URN_H

#include <stddef.h>

#include "base/arena.h"

/* All are whole numbers except the step. */
struct polya_urn {
    double hits;                      /* of window and baseline, at most all their records */
    double records, baseline_records; /* > 0 */
    double step;                      /* >= -1 */
};

/* Of the window's hits: probabilities[i] of `first` + i. Those that are negligible are left out;
 * the others sum to 1. */
struct urn_distribution {
    double first;
    size_t count;
    double *probabilities;
};

/* Allocated from `arena`. */
struct urn_distribution polya_urn_distribute(const struct polya_urn *urn, struct arena *arena);

struct urn_tails {
    double low, high; /* P(X < hits) + P(X = hits) / 2, and P(X > hits) + P(X = hits) / 2 (mid-p) */
};

struct urn_tails urn_get_tails(const struct urn_distribution *distribution, double hits);

/* The window's hits that are expected. */
double polya_urn_mean(const struct polya_urn *urn);

/* Their variance, as a multiple of that of the binomial distribution. */
double polya_urn_design_effect(const struct polya_urn *urn);

#endif
