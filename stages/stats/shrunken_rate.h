/* shrunken_rate.h - rates of small segments, moved towards the rate of all segments as far as their
 * size leaves them uncertain (empirical Bayes with a beta prior, fitted by moments). */
#ifndef STAGES_STATS_SHRUNKEN_RATE_H
#define STAGES_STATS_SHRUNKEN_RATE_H

#include <stddef.h>

struct segment_count {
    double hits, records;
};

struct beta_prior {
    double alpha, beta; /* the rate of hits / records shrinks to (hits + alpha) / (records + alpha +
                           beta) */
};

/* The prior of the segments' rates by the method of moments. Jeffreys' prior (0.5, 0.5) if there
 * are fewer than three segments with records, or they are all hits or none; segments that do not
 * differ more than by chance get a prior as large as their records. */
struct beta_prior beta_prior_fit(const struct segment_count *segments, size_t count);

double shrunken_rate(const struct beta_prior *prior, const struct segment_count *segment);

#endif
