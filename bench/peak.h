/* peak.h - measures the peak performance of this processor, for comparison in kernels.c. */
#ifndef BENCH_PEAK_H
#define BENCH_PEAK_H

#include <stddef.h>

/* Operations per second on one core, where a multiplication and an addition count as two; 0:
 * unknown. */
struct peak {
    const char *int8_instruction, *f32_instruction;
    double int8, f32;
};

/* The peak of the instruction set of this kernel table. The CPU must be able to run the table. */
struct peak peak_measure(const char *table);

/* Bytes per second that one core reads from a buffer of `size` bytes, again and again, with the
 * widest loads of the table's instruction set. */
double peak_read_bandwidth(const char *table, size_t size);

/* Calls `function` often enough to measure it and returns the seconds per call: the minimum of
 * several tries. */
double time_function(void (*function)(void *state), void *state);

#endif
