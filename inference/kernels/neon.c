/* neon.c - aarch64 with the dot-product instructions (ARMv8.2). */
#if defined(__aarch64__)
#include "inference/kernels/kernels.h"

#include "inference/kernels/neon.h"

#include "inference/kernels/int8_kernels.h"

const struct kernels neon_kernels = {.name = "neon", VECTOR_KERNELS};
#endif
