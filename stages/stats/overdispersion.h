/* overdispersion.h - how much records of a period clump.
 *
 * Records are not independent: a fault or a mail to all customers makes many of them mention a
 * topic in the same period. */
#ifndef STAGES_STATS_OVERDISPERSION_H
#define STAGES_STATS_OVERDISPERSION_H

#include <stddef.h>

/* The counts of a topic in periods without a change. */
struct period_counts {
    const double *hits, *records; /* [count]; periods without records are skipped */
    size_t count;
};

/* How much periods clump. In each period, a factor with mean 1 and variance `clumping` multiplies a
 * topic's share (Noufaily and others 2013, "An improved algorithm for outbreak detection in
 * multiple surveillance systems", have the same variance). It is estimated by moments from many
 * topics. A zeroed one is empty. */
struct overdispersion {
    double excess, weight;
};

/* Adds a topic: Pearson's chi square of its periods minus its degrees of freedom. */
void overdispersion_add(struct overdispersion *overdispersion, const struct period_counts *counts);

/* The pooled variance of the factor, not below 0; 0 if nothing was added. */
double overdispersion_get_clumping(const struct overdispersion *overdispersion);

#endif
