/* label_share.c - counts of labels, and means of probabilities. */
#include "stages/stats/label_share.h"

#include <math.h>

#include "stages/stats/wilson.h"

static const double z = 1.959963984540054; /* 97.5 % quantile of the normal distribution */

void probability_sums_add(struct probability_sums *probability_sums,
                          const double probabilities[SENTIMENT_COUNT])
{
    if (isnan(probabilities[SENTIMENT_POSITIVE]))
        return;
    for (int i = 0; i < SENTIMENT_COUNT; i++)
        probability_sums->sums[i] += probabilities[i];
    probability_sums->texts++;
}

void probability_sums_merge(struct probability_sums *into, const struct probability_sums *from)
{
    for (int i = 0; i < SENTIMENT_COUNT; i++)
        into->sums[i] += from->sums[i];
    into->texts += from->texts;
}

struct label_shares label_shares_count(const size_t counts[SENTIMENT_COUNT])
{
    struct label_shares label_shares = {.method = SHARE_PLAIN};
    double n = 0;
    for (int i = 0; i < SENTIMENT_COUNT; i++)
        n += (double)counts[i];
    for (int i = 0; i < SENTIMENT_COUNT; i++)
        label_shares.shares[i] = wilson_share((double)counts[i], n);
    return label_shares;
}

/* n' of label_share.h. */
static double count_effective_texts(double share, double n, double error)
{
    double standard_error = sqrt(share * (1 - share) / n + error * error);
    share += (standard_error < 0.5 ? standard_error : 0.5) * (1 - 2 * share);
    double variance = share * (1 - share);
    return error > 0 ? variance / (variance / n + error * error) : n;
}

static struct share agresti_coull_share(double value, double n)
{
    double center = (value + z * z / (2 * n)) / (1 + z * z / n);
    double half_width = z * sqrt(center * (1 - center) / (n + z * z));
    double low = center - half_width, high = center + half_width;
    return (struct share){
        .value = value,
        .low = low < 0 || value <= 0 ? 0 : low,
        .high = high > 1 || value >= 1 ? 1 : high,
    };
}

static struct share mean_probability(double sum, double n, double error)
{
    double mean = sum / n;
    if (!(n > 0) || isnan(error))
        return (struct share){NAN, NAN, NAN};
    mean = mean < 0 ? 0 : mean > 1 ? 1 : mean; /* rounding */
    return agresti_coull_share(mean, count_effective_texts(mean, n, error));
}

struct label_shares label_shares_estimate(const size_t counts[SENTIMENT_COUNT],
                                          const struct probability_sums *probability_sums,
                                          const struct share_errors *share_errors)
{
    if (!share_errors->are_known)
        return label_shares_count(counts);
    struct label_shares label_shares = {.method = SHARE_PROBABILITIES};
    for (int i = 0; i < SENTIMENT_COUNT; i++)
        label_shares.shares[i] = mean_probability(
            probability_sums->sums[i], (double)probability_sums->texts, share_errors->errors[i]);
    return label_shares;
}
