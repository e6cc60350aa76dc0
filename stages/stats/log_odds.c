/* log_odds.c - log-odds with an informative Dirichlet prior. */
#include "stages/stats/log_odds.h"

#include <math.h>

enum { MAX_EXACT_TEXTS = 200 };

/* The weight of the prior, in words of all strata. */
static const double prior_words = 500;

/* The prior of a stratum: as many of its words as its part of all words, and as many texts with the
 * phrase among them as in all strata. */
struct prior {
    double texts, words;
};

static double log_odds(double texts, double words, struct prior prior)
{
    return log((texts + prior.texts) / (words + prior.words - texts - prior.texts));
}

double log_odds_z_score(const struct log_odds_counts *strata, size_t count)
{
    double texts = 0, words = 0, sum = 0, weights = 0;
    for (size_t i = 0; i < count; i++) {
        texts += strata[i].target + strata[i].rest;
        words += strata[i].target_words + strata[i].rest_words;
    }
    for (size_t i = 0; i < count; i++) {
        const struct log_odds_counts *stratum = &strata[i];
        if (!(stratum->target_words > 0) || !(stratum->rest_words > 0))
            continue;
        struct prior prior;
        prior.words = prior_words * (stratum->target_words + stratum->rest_words) / words;
        prior.texts = prior.words * texts / words;
        double weight =
            1 / (1 / (stratum->target + prior.texts) + 1 / (stratum->rest + prior.texts));
        sum += weight * (log_odds(stratum->target, stratum->target_words, prior) -
                         log_odds(stratum->rest, stratum->rest_words, prior));
        weights += weight;
    }
    return weights > 0 ? sum / sqrt(weights) : 0;
}

/* probabilities[k]: of k target texts among the first texts with the phrase. */
static double exact_upper_tail(const struct log_odds_counts *strata, size_t count, double target)
{
    double probabilities[MAX_EXACT_TEXTS + 1] = {1}, tail = 0;
    size_t texts = 0;
    for (size_t i = 0; i < count; i++) {
        const struct log_odds_counts *stratum = &strata[i];
        double share = stratum->target_words / (stratum->target_words + stratum->rest_words);
        size_t stratum_texts = (size_t)(stratum->target + stratum->rest);
        for (size_t text = 0; text < stratum_texts; text++) {
            probabilities[++texts] = 0;
            for (size_t k = texts; k > 0; k--)
                probabilities[k] += (probabilities[k - 1] - probabilities[k]) * share;
            probabilities[0] *= 1 - share;
        }
    }
    for (size_t k = texts + 1; k-- > (size_t)target;)
        tail += k == (size_t)target ? probabilities[k] / 2 : probabilities[k];
    return tail;
}

double log_odds_p_value(const struct log_odds_counts *strata, size_t count)
{
    double texts = 0, target = 0, expected = 0, variance = 0;
    for (size_t i = 0; i < count; i++) {
        const struct log_odds_counts *stratum = &strata[i];
        double present = stratum->target + stratum->rest;
        if (present == 0)
            continue;
        double share = stratum->target_words / (stratum->target_words + stratum->rest_words);
        texts += present;
        target += stratum->target;
        expected += present * share;
        variance += present * share * (1 - share);
    }
    if (texts <= MAX_EXACT_TEXTS)
        return exact_upper_tail(strata, count, target);
    return variance > 0 ? erfc((target - expected) / sqrt(2 * variance)) / 2 : 1;
}
