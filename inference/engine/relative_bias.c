/* relative_bias.c - the position bias that attention adds for the distance between two tokens. */
#include "inference/engine/session.h"

#include <math.h>

size_t relative_bucket(ptrdiff_t distance, bool bidirectional, size_t buckets, size_t max_distance)
{
    size_t bucket = 0, absolute_distance;
    if (bidirectional) {
        buckets /= 2;
        bucket = distance > 0 ? buckets : 0;
        absolute_distance = (size_t)(distance < 0 ? -distance : distance);
    } else {
        absolute_distance = distance < 0 ? (size_t)-distance : 0;
    }
    /* Half of the buckets hold one distance each; the widths of the others grow logarithmically. */
    size_t exact_buckets = buckets / 2;
    if (absolute_distance < exact_buckets)
        return bucket + absolute_distance;
    if (!exact_buckets || max_distance <= exact_buckets)
        return bucket + (buckets ? buckets - 1 : 0);
    /* In float32 and in this order: rounding decides at the edges of buckets. */
    float log_fraction = logf((float)absolute_distance / (float)exact_buckets) /
                         (float)log((double)max_distance / (double)exact_buckets);
    size_t log_bucket = exact_buckets + (size_t)(log_fraction * (float)(buckets - exact_buckets));
    return bucket + (log_bucket < buckets ? log_bucket : buckets - 1);
}

void relative_bias_fill(const struct t5_config *config, const float *table, bool bidirectional,
                        struct distance_range range, float *bias)
{
    size_t count = (size_t)(range.max - range.min + 1);
    for (size_t i = 0; i < count; i++) {
        size_t bucket = relative_bucket(range.min + (ptrdiff_t)i, bidirectional,
                                        config->relative_buckets, config->relative_max_distance);
        for (size_t head = 0; head < config->heads; head++)
            bias[head * count + i] = table[bucket * config->heads + head];
    }
}
