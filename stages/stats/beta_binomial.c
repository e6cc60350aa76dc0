/* beta_binomial.c - tails by the recurrence of the probabilities; clumping by moments. */
#include "stages/stats/beta_binomial.h"

#include <math.h>
#include <stddef.h>

/* lgamma writes to a global variable. */
static double log_gamma(double x)
{
    int sign;
    return lgamma_r(x, &sign);
}

static double log_beta(double a, double b)
{
    return log_gamma(a) + log_gamma(b) - log_gamma(a + b);
}

/* Below this the lgamma of alpha + beta loses the digits that distinguish it from the binomial. */
static const double min_rho = 1e-9;

static double probability(const struct beta_binomial *model, double x)
{
    double n = model->n, mu = model->mu;
    double choose = -log(n + 1) - log_beta(n - x + 1, x + 1);
    if (model->rho < min_rho)
        return exp(choose + x * log(mu) + (n - x) * log1p(-mu));
    double size = 1 / model->rho - 1, alpha = mu * size, beta = (1 - mu) * size;
    return exp(choose + log_beta(x + alpha, n - x + beta) - log_beta(alpha, beta));
}

/* P(x + 1) / P(x). */
static double ratio(const struct beta_binomial *model, double x)
{
    double n = model->n, mu = model->mu, steps = (n - x) / (x + 1);
    if (model->rho < min_rho)
        return steps * mu / (1 - mu);
    double size = 1 / model->rho - 1, alpha = mu * size, beta = (1 - mu) * size;
    return steps * (x + alpha) / (n - x - 1 + beta);
}

/* Terms below this share of the sum do not change it. */
static const double negligible = 1e-17;

static double sum_above(const struct beta_binomial *model, double a, double at_a)
{
    double sum = 0, term = at_a;
    size_t steps = (size_t)ceil(model->n - a);
    for (size_t i = 0; i < steps; i++) {
        double x = a + (double)i;
        term *= ratio(model, x);
        sum += term;
        if (term < negligible * sum && x > model->n * model->mu)
            break;
    }
    return sum;
}

static double sum_below(const struct beta_binomial *model, double a, double at_a)
{
    double sum = 0, term = at_a;
    size_t steps = (size_t)ceil(a);
    for (size_t i = 0; i < steps; i++) {
        double x = a - (double)i;
        term /= ratio(model, x - 1);
        sum += term;
        if (term < negligible * sum && x < model->n * model->mu)
            break;
    }
    return sum;
}

/* The smaller tail is summed, so that it keeps its digits. */
struct tails beta_binomial_tails(const struct beta_binomial *model, double a)
{
    double at_a = probability(model, a);
    if (a >= model->n * model->mu) {
        double high = sum_above(model, a, at_a) + at_a / 2;
        return (struct tails){1 - high, high};
    }
    double low = sum_below(model, a, at_a) + at_a / 2;
    return (struct tails){low, 1 - low};
}

void overdispersion_add(struct overdispersion *overdispersion, const struct period_counts *counts)
{
    double hits = 0, records = 0, periods = 0, chi_square = 0;
    for (size_t i = 0; i < counts->count; i++) {
        hits += counts->hits[i];
        records += counts->records[i];
        periods += counts->records[i] > 0;
    }
    double share = records > 0 ? hits / records : 0;
    if (periods < 2 || share <= 0 || share >= 1)
        return;
    for (size_t i = 0; i < counts->count; i++) {
        double expected = counts->records[i] * share, error = counts->hits[i] - expected;
        if (counts->records[i] > 0)
            chi_square += error * error / (expected * (1 - share));
    }
    double odds = share / (1 - share);
    overdispersion->excess += chi_square - (periods - 1);
    overdispersion->weight += (periods - 1) * (records / periods - 1) * odds;
}

double overdispersion_get_clumping(const struct overdispersion *overdispersion)
{
    return overdispersion->weight > 0 && overdispersion->excess > 0
               ? overdispersion->excess / overdispersion->weight
               : 0;
}

double overdispersion_get_rho(double clumping, double share)
{
    double rho = clumping * share / (1 - share);
    return rho < 0.5 ? rho : 0.5;
}
