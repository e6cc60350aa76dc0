/* doubles.h - order statistics of arrays of double. */
#ifndef BASE_DOUBLES_H
#define BASE_DOUBLES_H

#include <stddef.h>

/* Sorts in ascending order. */
void doubles_sort(double *values, size_t count);

/* The median of an odd number of values, which are sorted by this. */
double doubles_median(double *values, size_t count);

#endif
