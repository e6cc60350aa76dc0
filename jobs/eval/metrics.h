/* metrics.h - agreement of predicted sentiment with labels by people, for `winnow eval`. */
#ifndef JOBS_EVAL_METRICS_H
#define JOBS_EVAL_METRICS_H

#include "base/arena.h"
#include "jobs/eval/bootstrap.h"
#include "pipeline/record.h"

enum { METRIC_CLASSES = 3, METRIC_BINS = 10 }; /* negative, neutral, positive */

/* One labelled text. Labels are SENTIMENT_NEGATIVE, _NEUTRAL or _POSITIVE. */
struct sentiment_prediction {
    enum sentiment gold;
    enum sentiment predicted;  /* the most probable of the three */
    double confidence;         /* its calibrated probability */
    bool is_positive_likelier; /* P(positive) > P(negative) */
    bool has_label;            /* false: the pipeline labels the text `undetected` */
};

struct reliability_bin {
    size_t count;
    double confidence, accuracy; /* means over the bin's texts */
};

struct metrics {
    size_t count;
    size_t confusion[METRIC_CLASSES][METRIC_CLASSES]; /* [gold][predicted] */
    double precision[METRIC_CLASSES], recall[METRIC_CLASSES], f1[METRIC_CLASSES];
    double accuracy;
    struct confidence_interval macro_f1;
    double polar_accuracy;    /* share of positive and negative gold labels whose side is right */
    double calibration_error; /* expected calibration error, equal-width bins: Guo et al. 2017 */
    double coverage, accuracy_covered; /* share of texts with a label, and their accuracy */
    struct reliability_bin bins[METRIC_BINS];
};

/* The same predictions in the same order give the same metrics. A class that is neither in the gold
 * nor in the predicted labels has F1 0, as in scikit-learn. No predictions give zeros. */
struct metrics metrics_compute(const struct sentiment_prediction *predictions, size_t count);

/* A table for people, in `arena`. */
struct text metrics_print(const struct metrics *metrics, struct arena *arena);

#endif
