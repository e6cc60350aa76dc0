/* avx2.c - AVX2 without VNNI. The byte product uses vpmaddubsw, which adds two unsigned-by-signed
 * products in 16 bits: |x| * (w with the sign of x). A pair of products of at most 127 * 127 cannot
 * saturate. */
#if defined(__x86_64__)
#include "inference/kernels/kernels.h"

#include "inference/kernels/ymm.h"

#define BYTE_OFFSET 0
#define MAX_TILE_ROWS 4
#define MAX_TILE_SUMS 4

typedef struct {
    __m256i value, magnitude;
} four_bytes;

INLINE four_bytes broadcast_four_bytes(const uint8_t *x)
{
    int32_t bytes;
    memcpy(&bytes, x, sizeof(bytes));
    __m256i value = _mm256_set1_epi32(bytes);
    return (four_bytes){value, _mm256_abs_epi8(value)};
}

INLINE vector_integer dot_four_bytes(vector_integer sum, four_bytes x, vector_integer weights)
{
    __m256i pairs = _mm256_maddubs_epi16(x.magnitude, _mm256_sign_epi8((__m256i)weights, x.value));
    return sum + (vector_integer)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

#include "inference/kernels/int8_kernels.h"

const struct kernels avx2_kernels = {.name = "avx2", VECTOR_KERNELS};
#endif
