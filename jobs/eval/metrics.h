/* metrics.h - how well predicted labels agree with a person's: the sentiment of `winnow eval`. */
#ifndef JOBS_EVAL_METRICS_H
#define JOBS_EVAL_METRICS_H

#include "base/arena.h"
#include "jobs/eval/bootstrap.h"
#include "pipeline/record.h"

enum { METRIC_CLASSES = 3, METRIC_BINS = 10 }; /* negative, neutral, positive */

/* One labelled text. Labels are SENTIMENT_NEGATIVE, _NEUTRAL or _POSITIVE. */
struct sentiment_prediction {
    enum sentiment gold;
    enum sentiment predicted; /* the likeliest of the three */
    double confidence;        /* its calibrated probability */
    bool has_label;           /* false: the pipeline would say `undetected` */
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
    double polar_accuracy;    /* gold neutral left out; positive against negative by the poles */
    double calibration_error; /* expected calibration error: Guo et al. 2017, equal-width bins */
    double coverage, accuracy_covered; /* of the texts that get a label at all */
    struct reliability_bin bins[METRIC_BINS];
};

/* The same judgements in the same order give the same figures. A class that neither side names has
 * F1 0, as in scikit-learn; no judgements at all give zeros. `polar` says for each judgement
 * whether positive is likelier than negative. */
struct metrics metrics_compute(const struct sentiment_prediction *sentiment_predictions,
                               const bool *is_positive_likelier, size_t count);

/* The figures as a table for people. */
struct text metrics_print(const struct metrics *metrics, struct arena *arena);

#endif
