/* avxvnni.c - AVX2 with VNNI in its 256-bit form, for processors without AVX-512. */
#if defined(__x86_64__)
#include "inference/kernels/kernels.h"

#include "inference/kernels/ymm.h"

/* The test suite defines it as the form of the instruction that AVX-512 processors have. */
#ifndef DPBUSD
#define DPBUSD _mm256_dpbusd_avx_epi32
#endif

#define BYTE_OFFSET 128
#define MAX_TILE_ROWS 6
#define MAX_TILE_SUMS 6

typedef __m256i four_bytes;

INLINE four_bytes broadcast_four_bytes(const uint8_t *x)
{
    int32_t bytes;
    memcpy(&bytes, x, sizeof(bytes));
    return _mm256_set1_epi32(bytes);
}

INLINE vector_integer dot_four_bytes(vector_integer sum, four_bytes x, vector_integer weights)
{
    return (vector_integer)DPBUSD((__m256i)sum, x, (__m256i)weights);
}

#include "inference/kernels/int8_kernels.h"

const struct kernels avxvnni_kernels = {.name = "avxvnni", VECTOR_KERNELS};
#endif
