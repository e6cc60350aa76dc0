/* peak.h - what this processor can do at most, measured: the yardstick of kernels.c. */
#ifndef BENCH_PEAK_H
#define BENCH_PEAK_H

#include <stddef.h>

/* Operations a second on one core, a multiplication and an addition being two; 0: not known. */
struct peak {
    const char *int8_instruction, *f32_instruction;
    double int8, f32;
};

/* Of the instruction set that the kernel table of this name is made of. The table must run here. */
struct peak peak_measure(const char *table);

/* Bytes a second that one core reads, again and again, from a buffer of `size` bytes, with the
 * widest loads of the table's instruction set. */
double peak_read_bandwidth(const char *table, size_t size);

/* Calls `function` often enough to be timed and returns the seconds of one call, the best of
 * several tries. */
double time_function(void (*function)(void *state), void *state);

#endif
