/* metrics.c - computes accuracy, macro-F1 and calibration error. */
#include "jobs/eval/metrics.h"

#include <math.h>

static size_t get_class_index(enum sentiment label)
{
    return (size_t)label - SENTIMENT_NEGATIVE;
}

static double compute_ratio(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static double compute_f1(size_t confusion[METRIC_CLASSES][METRIC_CLASSES], size_t class)
{
    size_t gold = 0, predicted = 0;
    for (size_t other = 0; other < METRIC_CLASSES; other++) {
        gold += confusion[class][other];
        predicted += confusion[other][class];
    }
    return compute_ratio(2 * confusion[class][class], gold + predicted);
}

static double compute_macro_f1(size_t confusion[METRIC_CLASSES][METRIC_CLASSES])
{
    double sum = 0;
    for (size_t class = 0; class < METRIC_CLASSES; class ++)
        sum += compute_f1(confusion, class);
    return sum / METRIC_CLASSES;
}

static double macro_f1_statistic(const void *cases, const size_t *sample_indices, size_t count)
{
    const struct sentiment_prediction *predictions = cases;
    size_t confusion[METRIC_CLASSES][METRIC_CLASSES] = {{0}};
    for (size_t i = 0; i < count; i++) {
        const struct sentiment_prediction *prediction = &predictions[sample_indices[i]];
        confusion[get_class_index(prediction->gold)][get_class_index(prediction->predicted)]++;
    }
    return compute_macro_f1(confusion);
}

static void fill_bins(struct metrics *metrics, const struct sentiment_prediction *predictions,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double position = predictions[i].confidence * METRIC_BINS;
        size_t index = position >= METRIC_BINS ? METRIC_BINS - 1
                       : position > 0          ? (size_t)position
                                               : 0;
        struct reliability_bin *bin = &metrics->bins[index];
        bin->count++;
        bin->confidence += predictions[i].confidence;
        bin->accuracy += predictions[i].gold == predictions[i].predicted;
    }
    for (size_t i = 0; i < METRIC_BINS; i++) {
        struct reliability_bin *bin = &metrics->bins[i];
        if (!bin->count)
            continue;
        bin->confidence /= (double)bin->count;
        bin->accuracy /= (double)bin->count;
        metrics->calibration_error +=
            fabs(bin->confidence - bin->accuracy) * (double)bin->count / (double)count;
    }
}

struct metrics metrics_compute(const struct sentiment_prediction *predictions, size_t count)
{
    struct metrics metrics = {.count = count};
    size_t correct = 0, polar_correct = 0, polar_count = 0, covered = 0, covered_correct = 0;
    if (!count)
        return metrics;
    for (size_t i = 0; i < count; i++) {
        const struct sentiment_prediction *prediction = &predictions[i];
        bool is_correct = prediction->gold == prediction->predicted;
        metrics
            .confusion[get_class_index(prediction->gold)][get_class_index(prediction->predicted)]++;
        correct += is_correct;
        covered += prediction->has_label;
        covered_correct += prediction->has_label && is_correct;
        if (prediction->gold != SENTIMENT_NEUTRAL) {
            polar_count++;
            polar_correct +=
                prediction->is_positive_likelier == (prediction->gold == SENTIMENT_POSITIVE);
        }
    }
    for (size_t class = 0; class < METRIC_CLASSES; class ++) {
        size_t gold = 0, predicted = 0, true_positives = metrics.confusion[class][class];
        for (size_t other = 0; other < METRIC_CLASSES; other++) {
            gold += metrics.confusion[class][other];
            predicted += metrics.confusion[other][class];
        }
        metrics.precision[class] = compute_ratio(true_positives, predicted);
        metrics.recall[class] = compute_ratio(true_positives, gold);
        metrics.f1[class] = compute_f1(metrics.confusion, class);
    }
    metrics.accuracy = compute_ratio(correct, count);
    metrics.polar_accuracy = compute_ratio(polar_correct, polar_count);
    metrics.coverage = compute_ratio(covered, count);
    metrics.accuracy_covered = compute_ratio(covered_correct, covered);
    metrics.macro_f1 = bootstrap_interval(macro_f1_statistic, predictions, count);
    fill_bins(&metrics, predictions, count);
    return metrics;
}

struct text metrics_print(const struct metrics *metrics, struct arena *arena)
{
    static const char *const names[METRIC_CLASSES] = {"negative", "neutral", "positive"};
    struct text out = arena_format(
        arena,
        "texts              %zu\n"
        "macro-F1           %.4f   (95 %%: %.4f to %.4f)\n"
        "accuracy           %.4f\n"
        "accuracy, polar    %.4f\n"
        "calibration error  %.4f   (expected, 10 bins)\n"
        "coverage           %.4f   (accuracy of labelled texts: %.4f)\n\n"
        "             precision  recall      F1 | predicted: negative  neutral positive\n",
        metrics->count, metrics->macro_f1.value, metrics->macro_f1.low, metrics->macro_f1.high,
        metrics->accuracy, metrics->polar_accuracy, metrics->calibration_error, metrics->coverage,
        metrics->accuracy_covered);
    for (size_t class = 0; class < METRIC_CLASSES; class ++)
        out = arena_format(arena, "%.*s%-12s    %.4f  %.4f  %.4f |            %8zu %8zu %8zu\n",
                           TEXT_ARGUMENT(out), names[class], metrics->precision[class],
                           metrics->recall[class], metrics->f1[class], metrics->confusion[class][0],
                           metrics->confusion[class][1], metrics->confusion[class][2]);
    out = arena_format(arena, "%.*s\nconfidence   texts   mean  accuracy\n", TEXT_ARGUMENT(out));
    for (size_t i = 0; i < METRIC_BINS; i++)
        if (metrics->bins[i].count)
            out = arena_format(arena, "%.*s%.1f - %.1f  %7zu  %.3f  %.3f\n", TEXT_ARGUMENT(out),
                               (double)i / METRIC_BINS, (double)(i + 1) / METRIC_BINS,
                               metrics->bins[i].count, metrics->bins[i].confidence,
                               metrics->bins[i].accuracy);
    return out;
}
