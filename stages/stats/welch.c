/* welch.c - Welch's test; Student's distribution by the continued fraction of the incomplete beta
 * function (Abramowitz, Stegun 1964, 26.5.8). */
#include "stages/stats/welch.h"

#include <math.h>

void sample_add(struct sample *sample, double value, double weight)
{
    sample->count++;
    sample->weight += weight;
    sample->squares += weight * weight;
    sample->sum += weight * value;
    sample->sum_of_squares += weight * value * value;
}

void sample_subtract(struct sample *sample, const struct sample *part)
{
    sample->count -= part->count;
    sample->weight -= part->weight;
    sample->squares -= part->squares;
    sample->sum -= part->sum;
    sample->sum_of_squares -= part->sum_of_squares;
}

void sample_merge(struct sample *sample, const struct sample *other)
{
    sample->count += other->count;
    sample->weight += other->weight;
    sample->squares += other->squares;
    sample->sum += other->sum;
    sample->sum_of_squares += other->sum_of_squares;
}

double sample_mean(const struct sample *sample)
{
    return sample->weight > 0 ? sample->sum / sample->weight : NAN;
}

double sample_effective_count(const struct sample *sample)
{
    return sample->squares > 0 ? sample->weight * sample->weight / sample->squares : 0;
}

double sample_squared_error(const struct sample *sample)
{
    double n = sample_effective_count(sample), mean = sample_mean(sample);
    if (n < 2)
        return NAN;
    double variance = sample->sum_of_squares / sample->weight - mean * mean;
    return variance > 0 ? variance / (n - 1) : 0;
}

/* The continued fraction of the incomplete beta function, by Lentz's method. */
static double beta_fraction(double a, double b, double x)
{
    enum { MAX_STEPS = 500 };
    const double tiny = 1e-300, tolerance = 1e-15;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double fraction = d;
    for (int i = 1; i <= MAX_STEPS; i++) {
        double m = i;
        double terms[] = {m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                          -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))};
        double change = 1;
        for (int j = 0; j < 2; j++) {
            d = 1 + terms[j] * d;
            c = 1 + terms[j] / c;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = fabs(c) < tiny ? tiny : c;
            change = c * d;
            fraction *= change;
        }
        if (fabs(change - 1) < tolerance)
            break;
    }
    return fraction;
}

/* The regularized incomplete beta function. */
static double incomplete_beta(double a, double b, double x)
{
    int sign;
    if (x <= 0 || x >= 1)
        return x <= 0 ? 0 : 1;
    double factor = exp(lgamma_r(a + b, &sign) - lgamma_r(a, &sign) - lgamma_r(b, &sign) +
                        a * log(x) + b * log1p(-x));
    return x < (a + 1) / (a + b + 2) ? factor * beta_fraction(a, b, x) / a
                                     : 1 - factor * beta_fraction(b, a, 1 - x) / b;
}

double student_two_sided(double t, double freedom)
{
    return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t));
}

static double student_density(double t, double freedom)
{
    int sign;
    double factor = exp(lgamma_r((freedom + 1) / 2, &sign) - lgamma_r(freedom / 2, &sign));
    return factor / sqrt(freedom * 3.14159265358979323846) *
           exp(-(freedom + 1) / 2 * log1p(t * t / freedom));
}

/* Newton's method from below, where the tail is convex: it does not overshoot. */
double student_quantile(double freedom)
{
    enum { MAX_STEPS = 200 };
    double t = 1.959963984540054; /* of the normal distribution */
    for (int i = 0; i < MAX_STEPS; i++) {
        double step = (student_two_sided(t, freedom) - 0.05) / (2 * student_density(t, freedom));
        t += step;
        if (!(step > 1e-13 * t))
            break;
    }
    return t;
}

double student_compare(const struct sample *a, const struct sample *b)
{
    struct sample all = *a;
    sample_merge(&all, b);
    double n = sample_effective_count(&all), square = sample_squared_error(&all);
    double a_count = sample_effective_count(a), b_count = sample_effective_count(b);
    if (a_count < 2 || b_count < 2)
        return NAN;
    if (square <= 0)
        return 1;
    double error = sqrt(square * n * (1 / a_count + 1 / b_count));
    return student_two_sided((sample_mean(a) - sample_mean(b)) / error, n - 2);
}

struct welch welch_compare(const struct sample *a, const struct sample *b)
{
    struct welch welch = {NAN, NAN, NAN, NAN, NAN};
    double a_square = sample_squared_error(a), b_square = sample_squared_error(b);
    if (isnan(a_square) || isnan(b_square))
        return welch;
    double square = a_square + b_square;
    double a_freedom = sample_effective_count(a) - 1, b_freedom = sample_effective_count(b) - 1;
    welch.difference = sample_mean(a) - sample_mean(b);
    welch.error = sqrt(square);
    if (square <= 0) {
        welch.p_value = welch.difference == 0 ? 1 : 0;
        welch.half_width = 0;
        return welch;
    }
    welch.freedom =
        square * square / (a_square * a_square / a_freedom + b_square * b_square / b_freedom);
    welch.p_value = student_two_sided(welch.difference / welch.error, welch.freedom);
    welch.half_width = student_quantile(welch.freedom) * welch.error;
    return welch;
}
