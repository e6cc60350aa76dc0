/* doubles.c - sorts arrays of double. */
#include "base/doubles.h"

#include <stdlib.h>

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void doubles_sort(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare_doubles);
}

double doubles_median(double *values, size_t count)
{
    doubles_sort(values, count);
    return values[count / 2];
}
