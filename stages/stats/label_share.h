/* label_share.h - the shares of labels in a group of texts, each with a 95 % interval.
 *
 * Without a confusion matrix (`plain`): the share of each predicted label, with Wilson's interval
 * (Wilson 1927, "Probable inference, the law of succession, and statistical inference").
 *
 * With the model's confusion matrix (`em`): the shares of the labels that readers would give. The
 * problem is that of adjusted classify and count (Forman 2008, "Quantifying counts and costs via
 * classification"). The shares maximize the likelihood of the predicted labels, found by EM over
 * the fixed matrix (Saerens, Latinne, Decaestecker 2002, "Adjusting the outputs of a classifier to
 * new a priori probabilities"). They are correct if the model confuses labels in the group as
 * often as in the texts of the matrix.
 *
 * The interval of `em` covers the sampling error of the group and that of the matrix. Its variance
 * is from the delta method, in closed form: there are thousands of groups, and a bootstrap of 200
 * draws costs 200 times as much. n' = p (1 - p) / variance is the number of texts that would give
 * the same variance if all labels were right. The interval is that of Agresti and Coull (1998,
 * "Approximate is better than exact for interval estimation of binomial proportions") for p and n':
 * it stays within 0 to 1, and contains 0 if the label may be absent (Wilson's never does if p > 0).
 * In simulations (tests/unit/stages/stats/test_label_share.c), 95.7 % of the intervals contain the
 * true share, and 89 % in the hardest case.
 *
 * Only +, -, *, / and sqrt of double, in a fixed order: the same bits on every machine. */
#ifndef STAGES_STATS_LABEL_SHARE_H
#define STAGES_STATS_LABEL_SHARE_H

#include "pipeline/share.h"

enum { CONFUSION_MAX_LABELS = 4, CONFUSION_MAX_PREDICTIONS = 5 };

/* How many texts with a reader's label (row) got a prediction (column). Rows are negative,
 * neutral, positive and, of whole texts, mixed. Columns are the same and, of whole texts,
 * undetected. A row of zeros: the label is not estimated. */
struct confusion {
    size_t label_count, prediction_count; /* 4 and 5: texts; 3 and 3: mentions; 0: no matrix */
    double counts[CONFUSION_MAX_LABELS][CONFUSION_MAX_PREDICTIONS];
};

/* The label of a row or column of every confusion matrix. */
extern const enum sentiment confusion_labels[CONFUSION_MAX_PREDICTIONS];

/* Sets a row to prediction_count whole numbers, separated by commas: "250,31,6,2,11". False if the
 * text is anything else. */
bool confusion_parse_row(struct confusion *confusion, size_t row, struct text text);

struct label_shares {
    enum share_method method;
    struct share shares[SENTIMENT_COUNT]; /* NAN: not estimated */
};

/* `counts` are the predicted labels of a group. Without texts, every share is NAN. `em` estimates
 * only the labels of the matrix, from its predictions. */
struct label_shares label_shares_estimate(const size_t counts[SENTIMENT_COUNT],
                                          const struct confusion *confusion);

#endif
