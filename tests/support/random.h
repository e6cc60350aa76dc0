/* random.h - the same pseudo-random numbers on every machine: xorshift64 (Marsaglia 2003, "Xorshift
 * RNGs", shifts 13, 7, 17). */
#ifndef TESTS_SUPPORT_RANDOM_H
#define TESTS_SUPPORT_RANDOM_H

#include <stdint.h>

/* The next number; *seed must not be 0. */
static inline uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

#endif
