/* neon.h - definitions shared by the two aarch64 tables. */
#ifndef INFERENCE_KERNELS_NEON_H
#define INFERENCE_KERNELS_NEON_H
#ifndef __ARM_FEATURE_DOTPROD
#error "define __ARM_FEATURE_DOTPROD (+dotprod): only the aarch64 tables include this"
#endif

#include <arm_neon.h>

typedef float vector __attribute__((vector_size(16)));
typedef int32_t vector_integer __attribute__((vector_size(16)));
#define VECTOR_WIDTH 4
#define F32_TILE_ROWS 4
#define F32_TILE_VECTORS 4

/* a > b ? a : b per lane: b if one of them is NaN, as on x86. */
static inline vector vector_max(vector a, vector b)
{
    return (vector)vbslq_f32(vcgtq_f32((float32x4_t)a, (float32x4_t)b), (float32x4_t)a,
                             (float32x4_t)b);
}

static inline vector_integer load_u16_as_u32(const uint16_t *from)
{
    return (vector_integer)vmovl_u16(vld1_u16(from));
}

#include "inference/kernels/f32_kernels.h"

#define BYTE_OFFSET 0
#define MAX_TILE_ROWS 6
#define MAX_TILE_SUMS 6

typedef int8x16_t four_bytes;

INLINE four_bytes broadcast_four_bytes(const uint8_t *x)
{
    int32_t bytes;
    memcpy(&bytes, x, sizeof(bytes));
    return vreinterpretq_s8_s32(vdupq_n_s32(bytes));
}

INLINE vector_integer dot_four_bytes(vector_integer sum, four_bytes x, vector_integer weights)
{
    return (vector_integer)vdotq_s32((int32x4_t)sum, x, vreinterpretq_s8_s32((int32x4_t)weights));
}

/* The low bytes of 4 integers. */
INLINE void store_bytes(uint8_t *to, vector_integer x)
{
    int16x4_t words = vmovn_s32((int32x4_t)x);
    int8x8_t bytes = vmovn_s16(vcombine_s16(words, words));
    vst1_lane_s32((int32_t *)(void *)to, vreinterpret_s32_s8(bytes), 0);
}

#endif
