/* overdispersion.c - clumping by moments. */
#include "stages/stats/overdispersion.h"

void overdispersion_add(struct overdispersion *overdispersion, const struct period_counts *counts)
{
    double hits = 0, records = 0, periods = 0, chi_square = 0;
    for (size_t i = 0; i < counts->count; i++) {
        hits += counts->hits[i];
        records += counts->records[i];
        periods += counts->records[i] > 0;
    }
    double share = records > 0 ? hits / records : 0;
    if (periods < 2 || share <= 0 || share >= 1)
        return;
    for (size_t i = 0; i < counts->count; i++) {
        double expected = counts->records[i] * share, error = counts->hits[i] - expected;
        if (counts->records[i] > 0)
            chi_square += error * error / (expected * (1 - share));
    }
    double odds = share / (1 - share);
    overdispersion->excess += chi_square - (periods - 1);
    overdispersion->weight += (periods - 1) * (records / periods - 1) * odds;
}

double overdispersion_get_clumping(const struct overdispersion *overdispersion)
{
    return overdispersion->weight > 0 && overdispersion->excess > 0
               ? overdispersion->excess / overdispersion->weight
               : 0;
}
