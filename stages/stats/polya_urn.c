/* polya_urn.c - probabilities by recurrence, from the mean outwards. */
#include "stages/stats/polya_urn.h"

#include <math.h>

/* Probabilities below this share of their sum are left out. */
static const double negligible = 1e-18;

double polya_urn_mean(const struct polya_urn *urn)
{
    return urn->hits * urn->records / (urn->records + urn->baseline_records);
}

double polya_urn_design_effect(const struct polya_urn *urn)
{
    double balls = urn->records + urn->baseline_records;
    return balls + urn->step > 0 && urn->hits > 1
               ? 1 + (urn->hits - 1) * urn->step / (balls + urn->step)
               : 1;
}

/* P(a + 1) / P(a). */
static double get_ratio(const struct polya_urn *urn, double a)
{
    double rest = urn->hits - a;
    return rest / (a + 1) * (urn->records + a * urn->step) /
           (urn->baseline_records + (rest - 1) * urn->step);
}

struct urn_distribution polya_urn_distribute(const struct polya_urn *urn, struct arena *arena)
{
    double least = fmax(0, urn->hits - urn->baseline_records),
           greatest = fmin(urn->hits, urn->records);
    double start = fmin(fmax(floor(polya_urn_mean(urn)), least), greatest);
    double sum = 1;
    size_t below = 0, above = 0;
    for (double term = 1; start - (double)below > least && term > negligible * sum; below++)
        sum += term /= get_ratio(urn, start - (double)below - 1);
    for (double term = 1; start + (double)above < greatest && term > negligible * sum; above++)
        sum += term *= get_ratio(urn, start + (double)above);
    double first = start - (double)below;
    struct urn_distribution distribution = {.first = first, .count = below + 1 + above};
    double *probabilities = arena_alloc(arena, distribution.count, sizeof(*probabilities));
    probabilities[below] = 1 / sum;
    for (size_t i = below; i-- > 0;)
        probabilities[i] = probabilities[i + 1] / get_ratio(urn, first + (double)i);
    for (size_t i = below + 1; i < distribution.count; i++)
        probabilities[i] = probabilities[i - 1] * get_ratio(urn, first + (double)i - 1);
    distribution.probabilities = probabilities;
    return distribution;
}

struct urn_tails urn_get_tails(const struct urn_distribution *distribution, double hits)
{
    struct urn_tails tails = {0};
    for (size_t i = 0; i < distribution->count; i++) {
        double x = distribution->first + (double)i, probability = distribution->probabilities[i];
        tails.low += x < hits ? probability : x == hits ? probability / 2 : 0;
        tails.high += x > hits ? probability : x == hits ? probability / 2 : 0;
    }
    return tails;
}
