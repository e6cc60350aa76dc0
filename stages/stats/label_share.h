/* label_share.h - the shares of labels in a group of texts, each with a 95 % interval.
 *
 * Without the errors of shares (`plain`): the share of each predicted label, with Wilson's interval
 * (Wilson 1927, "Probable inference, the law of succession, and statistical inference").
 *
 * With them (`probabilities`): the mean of the model's calibrated probability of the label, which
 * estimates the share of texts to which readers would give it. This is the probabilistic classify
 * and count of Bella, Ferri, Hernandez-Orallo and Ramirez-Quintana 2010, "Quantification via
 * probability estimators".
 *
 * The interval of `probabilities` covers the sampling error of the group and the error between
 * kinds of text, which does not become smaller with more texts. Its standard deviation s was
 * measured on texts labelled by readers. The interval is that of Agresti and Coull (1998,
 * "Approximate is better than exact for interval estimation of binomial proportions") for the
 * number of texts whose right labels would give the same variance,
 *     n' = p (1 - p) / (p (1 - p) / n + s^2),
 * with p moved by one standard error towards 1/2: next to 0 or 1, p (1 - p) would be small only by
 * chance, and the interval would be far too wide. It stays within 0 to 1.
 *
 * Only +, -, *, / and sqrt of double, in a fixed order: the same bits on every machine. */
#ifndef STAGES_STATS_LABEL_SHARE_H
#define STAGES_STATS_LABEL_SHARE_H

#include "pipeline/share.h"

/* The probabilities of the texts of a group. A zeroed struct is empty. */
struct probability_sums {
    double sums[SENTIMENT_COUNT];
    size_t texts;
};

/* Adds one text, unless the model has not read it (NAN). */
void probability_sums_add(struct probability_sums *probability_sums,
                          const double probabilities[SENTIMENT_COUNT]);

void probability_sums_merge(struct probability_sums *into, const struct probability_sums *from);

/* The standard deviation, between kinds of text, of the error of a share. */
struct share_errors {
    bool are_known;
    double errors[SENTIMENT_COUNT]; /* 0 to 1; NAN: the label is not estimated */
};

struct label_shares {
    enum share_method method;
    struct share shares[SENTIMENT_COUNT]; /* NAN: not estimated */
};

/* `plain`; `counts` are the predicted labels. Without texts, every share is NAN. */
struct label_shares label_shares_count(const size_t counts[SENTIMENT_COUNT]);

/* `probabilities` if the errors are known, otherwise `plain`. */
struct label_shares label_shares_estimate(const size_t counts[SENTIMENT_COUNT],
                                          const struct probability_sums *probability_sums,
                                          const struct share_errors *share_errors);

#endif
