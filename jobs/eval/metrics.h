/* metrics.h - agreement of predicted sentiment with labels by people, for `winnow eval`. A label
 * is what a person says who reads the text: positive, neutral, negative or mixed. Texts that praise
 * or complain are those that the person labelled positive or negative. */
#ifndef JOBS_EVAL_METRICS_H
#define JOBS_EVAL_METRICS_H

#include "base/arena.h"
#include "jobs/eval/bootstrap.h"
#include "pipeline/record.h"

enum { METRIC_BINS = 10 };

/* One labelled text. */
struct sentiment_prediction {
    enum sentiment gold;      /* not SENTIMENT_UNDETECTED */
    enum sentiment predicted; /* as in feedback.csv: any of the five */
    double score;             /* P(positive) - P(negative) */
    double confidence;        /* calibrated probability of `predicted`; NAN: not by the model */
};

struct reliability_bin {
    size_t count;
    double confidence, accuracy; /* means over the bin's texts */
};

struct metrics {
    size_t count;
    size_t confusion[SENTIMENT_COUNT][SENTIMENT_COUNT]; /* [gold][predicted] */
    double precision[SENTIMENT_COUNT], recall[SENTIMENT_COUNT], f1[SENTIMENT_COUNT];

    /* Shares of the texts that praise or complain. The first four add up to 1. */
    size_t polar_count;
    struct confidence_interval right; /* the label is the person's */
    double opposite;                  /* positive instead of negative, or the reverse */
    double missed;                    /* undetected or neutral */
    double mixed;                     /* mixed */
    double sign_right;                /* the score has the sign of the label; 0 has no sign */

    /* Of all texts. */
    double undetected;
    double share_error[SENTIMENT_COUNT]; /* the model's share of a label minus that of people */
    struct confidence_interval macro_f1; /* over the labels that occur in the gold */
    /* Expected calibration error of texts that the model labels positive, neutral or negative;
     * equal-width bins: Guo et al. 2017. */
    double calibration_error;
    struct reliability_bin bins[METRIC_BINS];
};

/* The same predictions in the same order give the same metrics. A ratio of nothing is 0. */
struct metrics metrics_compute(const struct sentiment_prediction *predictions, size_t count);

/* A table for people, in `arena`. */
struct text metrics_print(const struct metrics *metrics, struct arena *arena);

#endif
