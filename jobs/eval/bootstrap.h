/* bootstrap.h - how far a figure could be chance: its percentile interval (Efron 1979). */
#ifndef JOBS_EVAL_BOOTSTRAP_H
#define JOBS_EVAL_BOOTSTRAP_H

#include <stddef.h>

struct confidence_interval {
    double value, low, high; /* 95 % */
};

/* The figure of the cases drawn[0..count), which may name a case more than once. */
typedef double bootstrap_statistic(const void *cases, const size_t *sample_indices, size_t count);

/* Of `count` cases, at least one: the figure of all, and where it lies in 95 % of 1,000 resamples.
 * The seed is fixed, so the same cases in the same order give the same interval. */
struct confidence_interval bootstrap_interval(bootstrap_statistic *statistic, const void *cases,
                                              size_t count);

#endif
