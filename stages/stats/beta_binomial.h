/* beta_binomial.h - tests whether a count is beyond chance, given a baseline.
 *
 * Records of a period are not independent: a fault or a mail to all customers makes them clump. The
 * model is the beta-binomial: `n` records, each with the topic with probability `mu`, any two of
 * them correlated by `rho`. The variance is n mu (1 - mu) (1 + (n - 1) rho). */
#ifndef STAGES_STATS_BETA_BINOMIAL_H
#define STAGES_STATS_BETA_BINOMIAL_H

#include <stddef.h>

struct beta_binomial {
    double n;   /* records, a whole number */
    double mu;  /* 0 < mu < 1 */
    double rho; /* 0 <= rho < 1; 0: the binomial */
};

struct tails {
    double low, high; /* P(X < a) + P(X = a) / 2, and P(X > a) + P(X = a) / 2 (mid-p) */
};

/* The tails at the whole number 0 <= a <= n. Their sum is 1. */
struct tails beta_binomial_tails(const struct beta_binomial *model, double a);

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

/* The correlation within a period that this variance gives a topic of this share, below 0.5. */
double overdispersion_get_rho(double clumping, double share);

#endif
