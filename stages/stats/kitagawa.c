/* kitagawa.c - the decomposition with average weights, which leaves no residual. */
#include "stages/stats/kitagawa.h"

#include <math.h>

static void add_totals(const struct kitagawa_topic *topics, size_t count, struct sample *before,
                       struct sample *after)
{
    for (size_t i = 0; i < count; i++) {
        sample_merge(before, &topics[i].before);
        sample_merge(after, &topics[i].after);
    }
}

/* The variance of the topic's part: its means are estimated, the shares are taken as given. */
static double part_variance(const struct kitagawa_topic *topic, double share, double growth)
{
    double before = sample_squared_error(&topic->before),
           after = sample_squared_error(&topic->after);
    double before_factor = growth / 2 - share, after_factor = growth / 2 + share;
    return before_factor * before_factor * before + after_factor * after_factor * after;
}

bool kitagawa_decompose(const struct kitagawa_topic *topics, size_t count,
                        struct kitagawa_part *parts)
{
    struct sample before = {0}, after = {0};
    add_totals(topics, count, &before, &after);
    if (!(before.weight > 0 && after.weight > 0))
        return false;
    double middle = (sample_mean(&before) + sample_mean(&after)) / 2;
    for (size_t i = 0; i < count; i++) {
        double mean_before = sample_mean(&topics[i].before),
               mean_after = sample_mean(&topics[i].after);
        mean_before = isnan(mean_before) ? mean_after : mean_before;
        mean_after = isnan(mean_after) ? mean_before : mean_after;
        double share_before = topics[i].before.weight / before.weight,
               share_after = topics[i].after.weight / after.weight;
        double share = (share_before + share_after) / 2, growth = share_after - share_before;
        bool is_empty = isnan(mean_before);
        parts[i] = (struct kitagawa_part){
            .tone = is_empty ? 0 : share * (mean_after - mean_before),
            .volume = is_empty ? 0 : ((mean_before + mean_after) / 2 - middle) * growth,
            .half_width = 1.959963984540054 * sqrt(part_variance(&topics[i], share, growth)),
        };
    }
    return true;
}
