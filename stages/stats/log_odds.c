/* log_odds.c - log-odds with an informative Dirichlet prior. */
#include "stages/stats/log_odds.h"

#include <math.h>

/* The weight of the prior: words of an average text. */
static const double prior_words = 1000;

static double log_odds(double texts, double words, double prior)
{
    return log((texts + prior) / (words + prior_words - texts - prior));
}

double log_odds_z_score(const struct log_odds_counts *strata, size_t count, double frequency)
{
    double prior = prior_words * frequency, sum = 0, weights = 0;
    for (size_t i = 0; i < count; i++) {
        const struct log_odds_counts *stratum = &strata[i];
        if (!(stratum->target_words > 0) || !(stratum->rest_words > 0))
            continue;
        double weight = 1 / (1 / (stratum->target + prior) + 1 / (stratum->rest + prior));
        sum += weight * (log_odds(stratum->target, stratum->target_words, prior) -
                         log_odds(stratum->rest, stratum->rest_words, prior));
        weights += weight;
    }
    return weights > 0 ? sum / sqrt(weights) : 0;
}

double normal_upper_tail(double z)
{
    return erfc(z / sqrt(2)) / 2;
}
