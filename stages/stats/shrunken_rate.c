/* shrunken_rate.c - the beta prior by moments (Kleinman 1973, "Proportions with extraneous
 * variance", with the number of records as weights). */
#include "stages/stats/shrunken_rate.h"

struct beta_prior beta_prior_fit(const struct segment_count *segments, size_t count)
{
    const struct beta_prior jeffreys = {0.5, 0.5};
    double hits = 0, records = 0, squares = 0, used = 0, chi_square = 0;
    for (size_t i = 0; i < count; i++) {
        hits += segments[i].hits;
        records += segments[i].records;
        squares += segments[i].records * segments[i].records;
        used += segments[i].records > 0;
    }
    if (used < 3 || hits <= 0 || hits >= records)
        return jeffreys;
    double mean = hits / records;
    for (size_t i = 0; i < count; i++) {
        double error = segments[i].hits - segments[i].records * mean;
        if (segments[i].records > 0)
            chi_square += error * error / (segments[i].records * mean * (1 - mean));
    }
    double spread = records - squares / records - (used - 1);
    double rho = spread > 0 ? (chi_square - (used - 1)) / spread : 0;
    double size = rho > 1 / (records + 1) ? 1 / rho - 1 : records;
    return (struct beta_prior){mean * size, (1 - mean) * size};
}

double shrunken_rate(const struct beta_prior *prior, const struct segment_count *segment)
{
    return (segment->hits + prior->alpha) / (segment->records + prior->alpha + prior->beta);
}
