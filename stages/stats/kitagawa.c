/* kitagawa.c - the decomposition with average weights, which leaves no residual. */
#include "stages/stats/kitagawa.h"

#include <math.h>

static const double z = 1.959963984540054; /* 97.5 % quantile of the normal distribution */

static void add_totals(const struct kitagawa_topic *topics, size_t count, struct sample *before,
                       struct sample *after)
{
    for (size_t i = 0; i < count; i++) {
        sample_merge(before, &topics[i].before);
        sample_merge(after, &topics[i].after);
    }
}

/* The variance of the topic's contribution in one period, share (mean - middle), by the delta
 * method. Below two values, the spread of all values of the period stands in for that of the topic.
 */
static double contribution_variance(const struct sample *topic, const struct sample *all,
                                    double middle)
{
    double share = topic->weight / all->weight, distance = sample_mean(topic) - middle;
    double square = sample_squared_error(topic), n = sample_effective_count(all);
    if (topic->weight <= 0)
        return 0;
    if (isnan(square))
        square = sample_squared_error(all) * n / sample_effective_count(topic);
    return share * share * square + distance * distance * share * (1 - share) / n;
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
            .half_width = z * sqrt(contribution_variance(&topics[i].before, &before, middle) +
                                   contribution_variance(&topics[i].after, &after, middle)),
        };
    }
    return true;
}
