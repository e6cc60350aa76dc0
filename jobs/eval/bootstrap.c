/* bootstrap.c - resamples by a small generator of our own: the same everywhere. */
#include "jobs/eval/bootstrap.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"

enum { RESAMPLES = 1000 };

/* splitmix64 (Steele, Lea, Flood 2014): small, and the same everywhere. */
static uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct interval bootstrap(bootstrap_figure *figure, const void *cases, size_t count)
{
    double *samples = memory_alloc(RESAMPLES, sizeof(*samples));
    size_t *drawn = memory_alloc(count, sizeof(*drawn));
    for (size_t i = 0; i < count; i++)
        drawn[i] = i;
    struct interval interval = {.value = figure(cases, drawn, count)};
    uint64_t state = 20261123;
    for (size_t sample = 0; sample < RESAMPLES; sample++) {
        for (size_t i = 0; i < count; i++)
            drawn[i] = random_next(&state) % count;
        samples[sample] = figure(cases, drawn, count);
    }
    qsort(samples, RESAMPLES, sizeof(*samples), compare_doubles);
    interval.low = samples[RESAMPLES / 40];
    interval.high = samples[RESAMPLES - 1 - RESAMPLES / 40];
    free(samples);
    free(drawn);
    return interval;
}
