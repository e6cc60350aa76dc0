/* welch.h - the difference of two means that may have different variances (Welch 1947, "The
 * generalization of Student's problem when several different population variances are involved").
 */
#ifndef STAGES_STATS_WELCH_H
#define STAGES_STATS_WELCH_H

/* A sum of weighted values; with weights of 1, a plain sample. Zeroed it is empty. */
struct sample {
    double count;          /* values */
    double weight;         /* sum of the weights */
    double squares;        /* sum of their squares */
    double sum;            /* of weight * value */
    double sum_of_squares; /* of weight * value * value */
};

void sample_add(struct sample *sample, double value, double weight);

/* `sample` without `part`, which is of the same values, with equal or smaller weights. */
void sample_subtract(struct sample *sample, const struct sample *part);
void sample_merge(struct sample *sample, const struct sample *other);

double sample_mean(const struct sample *sample); /* NAN if it is empty */

/* The squared standard error of the mean, with n - 1 (or the effective number of values - 1) in
 * the denominator. NAN below two values. */
double sample_squared_error(const struct sample *sample);

/* The effective number of values (Kish): (sum of weights)^2 / sum of squared weights. */
double sample_effective_count(const struct sample *sample);

struct welch {
    double difference; /* mean of a - mean of b */
    double error;      /* its standard error */
    double freedom;    /* degrees of freedom (Welch, Satterthwaite) */
    double p_value;    /* two-sided; 0 or 1 if the error is 0 */
    double half_width; /* of the 95 % interval */
};

/* Both samples need at least two values; otherwise all fields are NAN. */
struct welch welch_compare(const struct sample *a, const struct sample *b);

/* The two-sided p value of the difference if both samples are of the same values: Student's test
 * with the variance of all values. Ten equal values by chance do not make it clear, as they make
 * Welch's. NAN below two values. */
double student_compare(const struct sample *a, const struct sample *b);

/* P(|T| >= t) of Student's t distribution. */
double student_two_sided(double t, double freedom);

/* The 97.5 % quantile of Student's t distribution. */
double student_quantile(double freedom);

#endif
