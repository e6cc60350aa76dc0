/* avx512vnni.c - AVX-512 with VNNI: 64 byte products per instruction, summed exactly in int32. */
#if defined(__x86_64__)
#include "inference/kernels/kernels.h"

#include <immintrin.h>

typedef float vector __attribute__((vector_size(64)));
typedef int32_t vector_integer __attribute__((vector_size(64)));
#define VECTOR_WIDTH 16
#define F32_TILE_ROWS 4
#define F32_TILE_VECTORS 4

static inline vector vector_max(vector a, vector b)
{
    return (vector)_mm512_max_ps((__m512)a, (__m512)b);
}

static inline vector_integer load_u16_as_u32(const uint16_t *from)
{
    return (vector_integer)_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)from));
}

#include "inference/kernels/f32_kernels.h"

#define BYTE_OFFSET 128
#define MAX_TILE_ROWS 12
#define MAX_TILE_SUMS 24

typedef __m512i four_bytes;

INLINE four_bytes broadcast_four_bytes(const uint8_t *x)
{
    int32_t bytes;
    memcpy(&bytes, x, sizeof(bytes));
    return _mm512_set1_epi32(bytes);
}

INLINE vector_integer dot_four_bytes(vector_integer sum, four_bytes x, vector_integer weights)
{
    return (vector_integer)_mm512_dpbusd_epi32((__m512i)sum, x, (__m512i)weights);
}

INLINE void store_bytes(uint8_t *to, vector_integer x)
{
    _mm_storeu_si128((__m128i *)to, _mm512_cvtepi32_epi8((__m512i)x));
}

#include "inference/kernels/int8_kernels.h"

const struct kernels avx512vnni_kernels = {.name = "avx512vnni", VECTOR_KERNELS};
#endif
