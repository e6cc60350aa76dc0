/* bootstrap.c - resamples cases with a fixed generator, so that intervals are the same everywhere.
 */
#include "jobs/eval/bootstrap.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/doubles.h"
#include "base/memory.h"

enum { RESAMPLES = 1000 };

/* splitmix64: Steele, Lea, Flood 2014. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

struct confidence_interval bootstrap_interval(bootstrap_statistic *statistic, const void *cases,
                                              size_t count)
{
    double *resampled_values = memory_alloc(RESAMPLES, sizeof(*resampled_values));
    size_t *sample_indices = memory_alloc(count, sizeof(*sample_indices));
    for (size_t i = 0; i < count; i++)
        sample_indices[i] = i;
    struct confidence_interval interval = {.value = statistic(cases, sample_indices, count)};
    uint64_t state = 20261123;
    for (size_t sample = 0; sample < RESAMPLES; sample++) {
        for (size_t i = 0; i < count; i++)
            sample_indices[i] = next_random(&state) % count;
        resampled_values[sample] = statistic(cases, sample_indices, count);
    }
    doubles_sort(resampled_values, RESAMPLES);
    interval.low = resampled_values[RESAMPLES / 40];
    interval.high = resampled_values[RESAMPLES - 1 - RESAMPLES / 40];
    free(resampled_values);
    free(sample_indices);
    return interval;
}
