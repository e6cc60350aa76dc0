/* wilson.c - Wilson's interval. */
#include "stages/stats/wilson.h"

#include <math.h>

static const double z = 1.959963984540054; /* 97.5 % quantile of the normal distribution */

struct share wilson_share(double hits, double records)
{
    if (!(records > 0))
        return (struct share){NAN, NAN, NAN};
    double value = hits / records, n = records;
    double center = (value + z * z / (2 * n)) / (1 + z * z / n);
    double half_width = z * sqrt(value * (1 - value) / n + z * z / (4 * n * n)) / (1 + z * z / n);
    double low = center - half_width, high = center + half_width;
    return (struct share){
        .value = value,
        .low = low < 0 || value <= 0 ? 0 : low,
        .high = high > 1 || value >= 1 ? 1 : high,
    };
}
