/* label_share.c - EM over a fixed confusion matrix; variances by the delta method. */
#include "stages/stats/label_share.h"

#include <math.h>

#include "stages/stats/wilson.h"

const enum sentiment confusion_labels[CONFUSION_MAX_PREDICTIONS] = {
    SENTIMENT_NEGATIVE, SENTIMENT_NEUTRAL, SENTIMENT_POSITIVE, SENTIMENT_MIXED,
    SENTIMENT_UNDETECTED};

static const double z = 1.959963984540054; /* 97.5 % quantile of the normal distribution */

/* Added to each count of the matrix, since a rare confusion is not an impossible one. Laplace's 1
 * biases the shares if readers labelled few texts: with 60 mixed texts by up to 0.04. */
static const double pseudo_count = 0.5;

/* EM converges linearly; this is enough for shares of four digits. */
enum { MAX_ITERATIONS = 10000 };
static const double tolerance = 1e-9;

bool confusion_parse_row(struct confusion *confusion, size_t row, struct text text)
{
    struct text cell;
    size_t count = 0;
    int64_t number;
    while (text_split(&text, ',', &cell)) {
        if (count == confusion->prediction_count || !text_to_integer(text_trim(cell), &number) ||
            number < 0 || number > INT32_MAX)
            return false;
        confusion->counts[row][count++] = (double)number;
    }
    return count == confusion->prediction_count;
}

static struct share make_share(double value, double center, double half_width)
{
    double low = center - half_width, high = center + half_width;
    return (struct share){
        .value = value,
        .low = low < 0 || value <= 0 ? 0 : low,
        .high = high > 1 || value >= 1 ? 1 : high,
    };
}

/* The center of the interval of Agresti and Coull. */
static double interval_center(double value, double n)
{
    return (value + z * z / (2 * n)) / (1 + z * z / n);
}

static struct share agresti_coull_interval(double value, double n)
{
    double center = interval_center(value, n);
    return make_share(value, center, z * sqrt(center * (1 - center) / (n + z * z)));
}

static struct label_shares estimate_plain(const size_t counts[SENTIMENT_COUNT])
{
    struct label_shares label_shares = {.method = SHARE_PLAIN};
    double n = 0;
    for (int i = 0; i < SENTIMENT_COUNT; i++)
        n += (double)counts[i];
    for (int i = 0; i < SENTIMENT_COUNT; i++)
        label_shares.shares[i] = wilson_share((double)counts[i], n);
    return label_shares;
}

/* A mixture: the labels that can be estimated, and how they are predicted. */
struct mixture {
    size_t label_count, prediction_count;
    enum sentiment labels[CONFUSION_MAX_LABELS];
    double texts[CONFUSION_MAX_LABELS]; /* of the row, including pseudo-counts */
    double rates[CONFUSION_MAX_LABELS][CONFUSION_MAX_PREDICTIONS]; /* P(prediction | label) */
    double predicted[CONFUSION_MAX_PREDICTIONS];                   /* texts of the group */
    double n;                                                      /* their sum */
    double shares[CONFUSION_MAX_LABELS];
};

static void add_label(struct mixture *mixture, enum sentiment label, const double *counts)
{
    size_t row = mixture->label_count;
    double texts = 0;
    for (size_t i = 0; i < mixture->prediction_count; i++)
        texts += counts[i];
    if (texts <= 0)
        return;
    mixture->labels[row] = label;
    mixture->texts[row] = texts + pseudo_count * (double)mixture->prediction_count;
    for (size_t i = 0; i < mixture->prediction_count; i++)
        mixture->rates[row][i] = (counts[i] + pseudo_count) / mixture->texts[row];
    mixture->label_count++;
}

/* The start: the predicted shares, mixed with equal ones, since a share of 0 stays 0. */
static void set_start(struct mixture *mixture, const size_t counts[SENTIMENT_COUNT])
{
    double known = 0, equal = 1 / (double)mixture->label_count;
    for (size_t i = 0; i < mixture->label_count; i++)
        known += (double)counts[mixture->labels[i]];
    for (size_t i = 0; i < mixture->label_count; i++)
        mixture->shares[i] =
            known > 0 ? ((double)counts[mixture->labels[i]] / known + equal) / 2 : equal;
}

static struct mixture make_mixture(const size_t counts[SENTIMENT_COUNT],
                                   const struct confusion *confusion)
{
    struct mixture mixture = {.prediction_count = confusion->prediction_count};
    for (size_t i = 0; i < confusion->label_count; i++)
        add_label(&mixture, confusion_labels[i], confusion->counts[i]);
    for (size_t i = 0; i < mixture.prediction_count; i++) {
        mixture.predicted[i] = (double)counts[confusion_labels[i]];
        mixture.n += mixture.predicted[i];
    }
    set_start(&mixture, counts);
    return mixture;
}

/* P(prediction) of the mixture with these shares. */
static double prediction_rate(const struct mixture *mixture, const double *shares,
                              size_t prediction)
{
    double rate = 0;
    for (size_t i = 0; i < mixture->label_count; i++)
        rate += shares[i] * mixture->rates[i][prediction];
    return rate;
}

/* One step of EM; returns the largest change of a share. */
static double improve_shares(struct mixture *mixture)
{
    double factors[CONFUSION_MAX_LABELS] = {0}, largest_change = 0;
    for (size_t prediction = 0; prediction < mixture->prediction_count; prediction++) {
        double weight = mixture->predicted[prediction] / mixture->n /
                        prediction_rate(mixture, mixture->shares, prediction);
        for (size_t i = 0; i < mixture->label_count; i++)
            factors[i] += weight * mixture->rates[i][prediction];
    }
    for (size_t i = 0; i < mixture->label_count; i++) {
        double change = fabs(mixture->shares[i] * factors[i] - mixture->shares[i]);
        largest_change = change > largest_change ? change : largest_change;
        mixture->shares[i] *= factors[i];
    }
    return largest_change;
}

/* ---- Variance ---- */

enum { MAX_FREE = CONFUSION_MAX_LABELS - 1 }; /* shares without the last, which is 1 - the others */

/* Inverts a positive definite matrix in place by Gauss-Jordan. False if it is singular: the
 * predictions do not tell two labels apart. */
static bool invert(double matrix[MAX_FREE][MAX_FREE], size_t size)
{
    double trace = 0;
    for (size_t i = 0; i < size; i++)
        trace += matrix[i][i];
    for (size_t pivot = 0; pivot < size; pivot++) {
        double divisor = matrix[pivot][pivot];
        if (!(divisor > 1e-12 * trace))
            return false;
        matrix[pivot][pivot] = 1;
        for (size_t j = 0; j < size; j++)
            matrix[pivot][j] /= divisor;
        for (size_t i = 0; i < size; i++) {
            double factor = matrix[i][pivot];
            if (i == pivot)
                continue;
            matrix[i][pivot] = 0;
            for (size_t j = 0; j < size; j++)
                matrix[i][j] -= factor * matrix[pivot][j];
        }
    }
    return true;
}

/* How much each share changes with the rate of each prediction: the influence function of the
 * maximum likelihood, I^-1 D / q. q are the rates of predictions, D the differences between the
 * rows of the matrix and its last row, I = D (1 / q) D' the Fisher information of one text. */
static bool compute_influence(const struct mixture *mixture, const double *shares,
                              double influence[CONFUSION_MAX_LABELS][CONFUSION_MAX_PREDICTIONS])
{
    size_t last = mixture->label_count - 1;
    double information[MAX_FREE][MAX_FREE] = {{0}};
    double scores[MAX_FREE][CONFUSION_MAX_PREDICTIONS]; /* D / q */
    for (size_t prediction = 0; prediction < mixture->prediction_count; prediction++) {
        double rate = prediction_rate(mixture, shares, prediction);
        for (size_t i = 0; i < last; i++)
            scores[i][prediction] =
                (mixture->rates[i][prediction] - mixture->rates[last][prediction]) / rate;
        for (size_t i = 0; i < last; i++)
            for (size_t j = 0; j < last; j++)
                information[i][j] += rate * scores[i][prediction] * scores[j][prediction];
    }
    if (!invert(information, last))
        return false;
    for (size_t prediction = 0; prediction < mixture->prediction_count; prediction++) {
        influence[last][prediction] = 0;
        for (size_t i = 0; i < last; i++) {
            influence[i][prediction] = 0;
            for (size_t j = 0; j < last; j++)
                influence[i][prediction] += information[i][j] * scores[j][prediction];
            influence[last][prediction] -= influence[i][prediction];
        }
    }
    return true;
}

/* The variance of a value under a distribution of predictions. */
static double variance_of(const double *values, const double *rates, size_t count)
{
    double mean = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        mean += rates[i] * values[i];
        squares += rates[i] * values[i] * values[i];
    }
    return squares - mean * mean;
}

/* The variance of a share: that of a sample of n texts from the mixture, and that of the rows of
 * the matrix, each a sample of its own. */
static double share_variance(const struct mixture *mixture, const double *shares,
                             const double *influence)
{
    double rates[CONFUSION_MAX_PREDICTIONS];
    size_t count = mixture->prediction_count;
    for (size_t prediction = 0; prediction < count; prediction++)
        rates[prediction] = prediction_rate(mixture, shares, prediction);
    double variance = variance_of(influence, rates, count) / mixture->n;
    for (size_t i = 0; i < mixture->label_count; i++)
        variance += shares[i] * shares[i] * variance_of(influence, mixture->rates[i], count) /
                    mixture->texts[i];
    return variance;
}

/* The number of texts whose right labels would give the share this variance, p (1 - p) / variance.
 * p is the share moved by one standard error towards 1/2: next to 0 or 1, p (1 - p) is small only
 * by chance, and the interval would be far too wide. Wrong labels cannot make texts worth more. */
static double count_effective_texts(const struct mixture *mixture, size_t label, double variance)
{
    double share = mixture->shares[label];
    double error = variance < 0.25 ? sqrt(variance) : 0.5;
    share += error * (1 - 2 * share);
    double texts = share * (1 - share) / variance;
    return texts < mixture->n ? texts : mixture->n;
}

/* The variance is computed at shares that are not 0 or 1: one more text, divided equally. */
static void set_intervals(const struct mixture *mixture, struct label_shares *label_shares)
{
    double shares[CONFUSION_MAX_LABELS];
    double influence[CONFUSION_MAX_LABELS][CONFUSION_MAX_PREDICTIONS];
    for (size_t i = 0; i < mixture->label_count; i++)
        shares[i] =
            (mixture->n * mixture->shares[i] + 1 / (double)mixture->label_count) / (mixture->n + 1);
    bool is_identified = mixture->label_count > 1 && compute_influence(mixture, shares, influence);
    for (size_t i = 0; i < mixture->label_count; i++) {
        double variance = is_identified ? share_variance(mixture, shares, influence[i]) : INFINITY;
        label_shares->shares[mixture->labels[i]] =
            variance < INFINITY
                ? agresti_coull_interval(mixture->shares[i],
                                         count_effective_texts(mixture, i, variance))
                : (struct share){mixture->shares[i], 0, 1};
    }
}

static struct label_shares estimate_em(const size_t counts[SENTIMENT_COUNT],
                                       const struct confusion *confusion)
{
    struct label_shares label_shares = {.method = SHARE_EM};
    for (int i = 0; i < SENTIMENT_COUNT; i++)
        label_shares.shares[i] = (struct share){NAN, NAN, NAN};
    struct mixture mixture = make_mixture(counts, confusion);
    if (mixture.n <= 0 || mixture.label_count == 0)
        return label_shares;
    for (int i = 0; i < MAX_ITERATIONS && improve_shares(&mixture) > tolerance; i++)
        ;
    set_intervals(&mixture, &label_shares);
    return label_shares;
}

struct label_shares label_shares_estimate(const size_t counts[SENTIMENT_COUNT],
                                          const struct confusion *confusion)
{
    return confusion->label_count > 0 ? estimate_em(counts, confusion) : estimate_plain(counts);
}
