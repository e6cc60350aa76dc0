/* benjamini_hochberg.c - q values by the step-up procedure. */
#include "stages/stats/benjamini_hochberg.h"

#include <stdlib.h>

#include "base/memory.h"

struct ranked {
    double p_value;
    size_t index;
};

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    if (left->p_value != right->p_value)
        return left->p_value < right->p_value ? -1 : 1;
    return left->index < right->index ? -1 : left->index > right->index;
}

void benjamini_hochberg(const double *p_values, double *q_values, size_t count)
{
    struct ranked *ranked = memory_alloc(count, sizeof(*ranked));
    for (size_t i = 0; i < count; i++)
        ranked[i] = (struct ranked){p_values[i], i};
    if (count > 0)
        qsort(ranked, count, sizeof(*ranked), compare_ranked);
    double least = 1;
    for (size_t i = count; i-- > 0;) {
        double q_value = ranked[i].p_value * (double)count / (double)(i + 1);
        least = q_value < least ? q_value : least;
        q_values[ranked[i].index] = least;
    }
    free(ranked);
}
