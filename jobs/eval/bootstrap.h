/* bootstrap.h - percentile bootstrap confidence intervals (Efron 1979). */
#ifndef JOBS_EVAL_BOOTSTRAP_H
#define JOBS_EVAL_BOOTSTRAP_H

#include <stddef.h>

struct confidence_interval {
    double value, low, high; /* 95 % */
};

/* Computes a figure of the cases at sample_indices[0..count), which may repeat an index. */
typedef double bootstrap_statistic(const void *cases, const size_t *sample_indices, size_t count);

/* The figure of `count` cases (at least one), and the interval that contains 95 % of the figures of
 * 1,000 resamples. The seed is fixed: the same cases in the same order give the same interval. */
struct confidence_interval bootstrap_interval(bootstrap_statistic *statistic, const void *cases,
                                              size_t count);

#endif
