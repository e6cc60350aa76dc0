/* metrics.c - computes how often the label is right, F1, shares and calibration error. */
#include "jobs/eval/metrics.h"

#include <math.h>

/* In the order of the table. */
static const enum sentiment labels[] = {SENTIMENT_POSITIVE, SENTIMENT_NEUTRAL, SENTIMENT_NEGATIVE,
                                        SENTIMENT_MIXED};
enum { LABEL_COUNT = sizeof(labels) / sizeof(*labels) };

typedef size_t confusion_table[SENTIMENT_COUNT][SENTIMENT_COUNT]; /* [gold][predicted] */

static double compute_ratio(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static size_t count_gold(const confusion_table confusion, enum sentiment label)
{
    size_t count = 0;
    for (size_t predicted = 0; predicted < SENTIMENT_COUNT; predicted++)
        count += confusion[label][predicted];
    return count;
}

static size_t count_predicted(const confusion_table confusion, enum sentiment label)
{
    size_t count = 0;
    for (size_t gold = 0; gold < SENTIMENT_COUNT; gold++)
        count += confusion[gold][label];
    return count;
}

static double compute_f1(const confusion_table confusion, enum sentiment label)
{
    return compute_ratio(2 * confusion[label][label],
                         count_gold(confusion, label) + count_predicted(confusion, label));
}

static double compute_macro_f1(const confusion_table confusion)
{
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < LABEL_COUNT; i++)
        if (count_gold(confusion, labels[i]) > 0) {
            sum += compute_f1(confusion, labels[i]);
            count++;
        }
    return count ? sum / (double)count : 0;
}

static void count_sample(const void *cases, const size_t *sample_indices, size_t count,
                         confusion_table confusion)
{
    const struct sentiment_prediction *predictions = cases;
    for (size_t i = 0; i < count; i++) {
        const struct sentiment_prediction *prediction = &predictions[sample_indices[i]];
        confusion[prediction->gold][prediction->predicted]++;
    }
}

static double macro_f1_statistic(const void *cases, const size_t *sample_indices, size_t count)
{
    confusion_table confusion = {{0}};
    count_sample(cases, sample_indices, count, confusion);
    return compute_macro_f1(confusion);
}

static double right_statistic(const void *cases, const size_t *sample_indices, size_t count)
{
    confusion_table confusion = {{0}};
    count_sample(cases, sample_indices, count, confusion);
    return compute_ratio(confusion[SENTIMENT_POSITIVE][SENTIMENT_POSITIVE] +
                             confusion[SENTIMENT_NEGATIVE][SENTIMENT_NEGATIVE],
                         count_gold(confusion, SENTIMENT_POSITIVE) +
                             count_gold(confusion, SENTIMENT_NEGATIVE));
}

static void fill_bins(struct metrics *metrics, const struct sentiment_prediction *predictions,
                      size_t count)
{
    size_t labelled = 0;
    for (size_t i = 0; i < count; i++) {
        enum sentiment label = predictions[i].predicted;
        if (isnan(predictions[i].confidence) || label == SENTIMENT_UNDETECTED ||
            label == SENTIMENT_MIXED)
            continue;
        double position = predictions[i].confidence * METRIC_BINS;
        size_t index = position >= METRIC_BINS ? METRIC_BINS - 1
                       : position > 0          ? (size_t)position
                                               : 0;
        struct reliability_bin *bin = &metrics->bins[index];
        bin->count++;
        bin->confidence += predictions[i].confidence;
        bin->accuracy += predictions[i].gold == predictions[i].predicted;
        labelled++;
    }
    for (size_t i = 0; i < METRIC_BINS; i++) {
        struct reliability_bin *bin = &metrics->bins[i];
        if (!bin->count)
            continue;
        bin->confidence /= (double)bin->count;
        bin->accuracy /= (double)bin->count;
        metrics->calibration_error +=
            fabs(bin->confidence - bin->accuracy) * (double)bin->count / (double)labelled;
    }
}

/* Sets the shares of the texts that praise or complain. */
static void fill_polar_shares(struct metrics *metrics,
                              const struct sentiment_prediction *predictions, size_t count)
{
    static const enum sentiment sides[] = {SENTIMENT_POSITIVE, SENTIMENT_NEGATIVE};
    size_t opposite = 0, missed = 0, mixed = 0, sign_right = 0;
    for (size_t i = 0; i < 2; i++) {
        const size_t *row = metrics->confusion[sides[i]];
        metrics->polar_count += count_gold(metrics->confusion, sides[i]);
        opposite += row[sides[1 - i]];
        missed += row[SENTIMENT_UNDETECTED] + row[SENTIMENT_NEUTRAL];
        mixed += row[SENTIMENT_MIXED];
    }
    for (size_t i = 0; i < count; i++)
        sign_right += (predictions[i].gold == SENTIMENT_POSITIVE && predictions[i].score > 0) ||
                      (predictions[i].gold == SENTIMENT_NEGATIVE && predictions[i].score < 0);
    metrics->opposite = compute_ratio(opposite, metrics->polar_count);
    metrics->missed = compute_ratio(missed, metrics->polar_count);
    metrics->mixed = compute_ratio(mixed, metrics->polar_count);
    metrics->sign_right = compute_ratio(sign_right, metrics->polar_count);
}

struct metrics metrics_compute(const struct sentiment_prediction *predictions, size_t count)
{
    struct metrics metrics = {.count = count};
    if (!count)
        return metrics;
    for (size_t i = 0; i < count; i++)
        metrics.confusion[predictions[i].gold][predictions[i].predicted]++;
    for (size_t i = 0; i < LABEL_COUNT; i++) {
        enum sentiment label = labels[i];
        size_t gold = count_gold(metrics.confusion, label);
        size_t predicted = count_predicted(metrics.confusion, label);
        size_t right = metrics.confusion[label][label];
        metrics.precision[label] = compute_ratio(right, predicted);
        metrics.recall[label] = compute_ratio(right, gold);
        metrics.f1[label] = compute_f1(metrics.confusion, label);
        metrics.share_error[label] = compute_ratio(predicted, count) - compute_ratio(gold, count);
    }
    metrics.undetected =
        compute_ratio(count_predicted(metrics.confusion, SENTIMENT_UNDETECTED), count);
    fill_polar_shares(&metrics, predictions, count);
    metrics.right = bootstrap_interval(right_statistic, predictions, count);
    metrics.macro_f1 = bootstrap_interval(macro_f1_statistic, predictions, count);
    fill_bins(&metrics, predictions, count);
    return metrics;
}

/* ---- Printing ---- */

static struct text print_polar_shares(const struct metrics *metrics, struct arena *arena)
{
    return arena_format(arena,
                        "of the %zu that praise or complain:\n"
                        "  right label          %.4f   (95 %%: %.4f to %.4f)\n"
                        "  opposite label       %.4f\n"
                        "  missed               %.4f   (labelled undetected or neutral)\n"
                        "  labelled mixed       %.4f\n"
                        "  sign of the score    %.4f   (right)\n",
                        metrics->polar_count, metrics->right.value, metrics->right.low,
                        metrics->right.high, metrics->opposite, metrics->missed, metrics->mixed,
                        metrics->sign_right);
}

static struct text print_share_error(const struct metrics *metrics, enum sentiment label,
                                     struct arena *arena)
{
    double gold = 100 * compute_ratio(count_gold(metrics->confusion, label), metrics->count);
    double predicted =
        100 * compute_ratio(count_predicted(metrics->confusion, label), metrics->count);
    return arena_format(arena, "  share of %-11s %+.1f points   (model %.1f %%, labels %.1f %%)\n",
                        sentiment_names[label], 100 * metrics->share_error[label], predicted, gold);
}

static struct text print_f1(const struct metrics *metrics, enum sentiment label,
                            struct arena *arena)
{
    const char *name = arena_format(arena, "%s F1", sentiment_names[label]).bytes;
    if (count_gold(metrics->confusion, label) == 0)
        return arena_format(arena, "  %-20s -\n", name);
    return arena_format(arena, "  %-20s %.4f\n", name, metrics->f1[label]);
}

/* The labels that occur: "positive, negative". */
static struct text list_labels(const struct metrics *metrics, struct arena *arena)
{
    struct text list = {0};
    for (size_t i = 0; i < LABEL_COUNT; i++)
        if (count_gold(metrics->confusion, labels[i]) > 0)
            list = arena_format(arena, "%.*s%s%s", TEXT_ARGUMENT(list), list.size > 0 ? ", " : "",
                                sentiment_names[labels[i]]);
    return list;
}

/* A row for each label that occurs. */
static struct text print_confusion(const struct metrics *metrics, struct arena *arena)
{
    struct text out = arena_format(
        arena, "label \\ model   positive   neutral  negative     mixed undetected | precision  "
               "recall      F1\n");
    for (size_t i = 0; i < LABEL_COUNT; i++) {
        enum sentiment label = labels[i];
        const size_t *row = metrics->confusion[label];
        if (count_gold(metrics->confusion, label) == 0)
            continue;
        out = arena_format(arena, "%.*s%-13s %10zu %9zu %9zu %9zu %10zu |    %.4f  %.4f  %.4f\n",
                           TEXT_ARGUMENT(out), sentiment_names[label], row[SENTIMENT_POSITIVE],
                           row[SENTIMENT_NEUTRAL], row[SENTIMENT_NEGATIVE], row[SENTIMENT_MIXED],
                           row[SENTIMENT_UNDETECTED], metrics->precision[label],
                           metrics->recall[label], metrics->f1[label]);
    }
    return out;
}

struct text metrics_print(const struct metrics *metrics, struct arena *arena)
{
    struct text out = arena_format(arena, "texts                  %zu\n", metrics->count);
    if (metrics->polar_count > 0)
        out = arena_format(arena, "%.*s%.*s", TEXT_ARGUMENT(out),
                           TEXT_ARGUMENT(print_polar_shares(metrics, arena)));
    out = arena_format(
        arena,
        "%.*sof all:\n"
        "%.*s%.*s"
        "  undetected           %.4f\n"
        "%.*s%.*s"
        "  macro-F1             %.4f   (95 %%: %.4f to %.4f; over %.*s)\n"
        "  calibration error    %.4f   (expected, 10 bins; labels positive, neutral, negative)\n\n"
        "%.*s\nconfidence   texts   mean  accuracy\n",
        TEXT_ARGUMENT(out), TEXT_ARGUMENT(print_share_error(metrics, SENTIMENT_POSITIVE, arena)),
        TEXT_ARGUMENT(print_share_error(metrics, SENTIMENT_NEGATIVE, arena)), metrics->undetected,
        TEXT_ARGUMENT(print_f1(metrics, SENTIMENT_NEUTRAL, arena)),
        TEXT_ARGUMENT(print_f1(metrics, SENTIMENT_MIXED, arena)), metrics->macro_f1.value,
        metrics->macro_f1.low, metrics->macro_f1.high, TEXT_ARGUMENT(list_labels(metrics, arena)),
        metrics->calibration_error, TEXT_ARGUMENT(print_confusion(metrics, arena)));
    for (size_t i = 0; i < METRIC_BINS; i++)
        if (metrics->bins[i].count)
            out = arena_format(arena, "%.*s%.1f - %.1f  %7zu  %.3f  %.3f\n", TEXT_ARGUMENT(out),
                               (double)i / METRIC_BINS, (double)(i + 1) / METRIC_BINS,
                               metrics->bins[i].count, metrics->bins[i].confidence,
                               metrics->bins[i].accuracy);
    return out;
}
