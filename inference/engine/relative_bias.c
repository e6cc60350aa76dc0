/* relative_bias.c - what attention adds for the distance of two tokens. */
#include "inference/engine/session.h"

#include <math.h>

size_t relative_bucket(ptrdiff_t distance, bool bidirectional, size_t buckets, size_t most)
{
    size_t bucket = 0, far;
    if (bidirectional) {
        buckets /= 2;
        bucket = distance > 0 ? buckets : 0;
        far = (size_t)(distance < 0 ? -distance : distance);
    } else {
        far = distance < 0 ? (size_t)-distance : 0;
    }
    /* Half of the buckets are single distances, the other half grow with the logarithm. */
    size_t exact = buckets / 2;
    if (far < exact)
        return bucket + far;
    if (!exact || most <= exact)
        return bucket + (buckets ? buckets - 1 : 0);
    /* In float32, in this order: at the edges of the buckets rounding decides. */
    float share = logf((float)far / (float)exact) / (float)log((double)most / (double)exact);
    size_t step = exact + (size_t)(share * (float)(buckets - exact));
    return bucket + (step < buckets ? step : buckets - 1);
}

void relative_bias_fill(const struct t5_config *config, const float *table, bool bidirectional,
                        ptrdiff_t least, ptrdiff_t most, float *bias)
{
    size_t count = (size_t)(most - least + 1);
    for (size_t i = 0; i < count; i++) {
        size_t bucket = relative_bucket(least + (ptrdiff_t)i, bidirectional,
                                        config->relative_buckets, config->relative_distance);
        for (size_t head = 0; head < config->heads; head++)
            bias[head * count + i] = table[bucket * config->heads + head];
    }
}
