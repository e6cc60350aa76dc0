/* benjamini_hochberg.h - which of many tests to believe (Benjamini, Hochberg 1995, "Controlling the
 * false discovery rate"): of the tests with a q value of at most 0.1, one in ten is expected to be
 * chance. Holds under positive dependence, which nested parts have. */
#ifndef STAGES_STATS_BENJAMINI_HOCHBERG_H
#define STAGES_STATS_BENJAMINI_HOCHBERG_H

#include <stddef.h>

/* Sets q_values[i] of p_values[i], from 0 to 1; equal p values get equal q values. */
void benjamini_hochberg(const double *p_values, double *q_values, size_t count);

#endif
