/* share.h - shares of labels with their intervals, as they are saved and printed. */
#ifndef PIPELINE_SHARE_H
#define PIPELINE_SHARE_H

#include "pipeline/record.h"

/* A share from 0 to 1 with its 95 % interval; NAN: unknown. */
struct share {
    double value, low, high;
};

/* How a share was computed (stages/stats/label_share.h). */
enum share_method {
    SHARE_PLAIN,         /* of the predicted labels; the interval is that of a sample */
    SHARE_PROBABILITIES, /* the mean of the model's probabilities; the interval covers their error
                          */
    SHARE_METHOD_COUNT
};

extern const char *const share_method_names[SHARE_METHOD_COUNT]; /* "plain", "probabilities" */

/* One row of shares.csv: one label of one source. */
struct label_share {
    struct text source; /* "(all)": all sources */
    enum sentiment label;
    uint64_t records;       /* with this predicted label */
    double predicted_share; /* 0 to 1, of the records of the source */
    struct share share;     /* unknown if the method does not estimate the label */
    enum share_method method;
};

/* The source of the shares of all records. */
extern const struct text label_share_all_sources;

#endif
