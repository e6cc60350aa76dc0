/* ymm.h - definitions shared by the two 256-bit tables. */
#ifndef INFERENCE_KERNELS_YMM_H
#define INFERENCE_KERNELS_YMM_H
#ifndef __AVX2__
#error "define __AVX2__ (-mavx2): only the 256-bit tables include this"
#endif

#include <immintrin.h>

typedef float vector __attribute__((vector_size(32)));
typedef int32_t vector_integer __attribute__((vector_size(32)));
#define VECTOR_WIDTH 8
#define F32_TILE_ROWS 4
#define F32_TILE_VECTORS 2

static inline vector vector_max(vector a, vector b)
{
    return (vector)_mm256_max_ps((__m256)a, (__m256)b);
}

static inline vector_integer load_u16_as_u32(const uint16_t *from)
{
    return (vector_integer)_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)from));
}

#include "inference/kernels/f32_kernels.h"

/* The low bytes of 8 integers. */
INLINE void store_bytes(uint8_t *to, vector_integer x)
{
    __m256i bytes = _mm256_and_si256((__m256i)x, _mm256_set1_epi32(255));
    __m128i words =
        _mm_packus_epi32(_mm256_castsi256_si128(bytes), _mm256_extracti128_si256(bytes, 1));
    _mm_storel_epi64((__m128i *)to, _mm_packus_epi16(words, words));
}

#endif
