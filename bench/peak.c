/* peak.c - loops that do nothing but keep the multiplying units, or the loads, busy.
 *
 * A round is 12 independent sums in registers, more than latency times throughput of any of these
 * instructions. What the loops compute means nothing. */
#include "bench/peak.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

enum { SUMS = 12, TRIES = 5 };
static const double LONG_ENOUGH = 0.01; /* seconds a try */

double time_call(void (*function)(void *state), void *state)
{
    double best = 0;
    size_t calls = 1;
    for (int try = 0; try < TRIES;) {
        double begin = clock_seconds();
        for (size_t i = 0; i < calls; i++)
            function(state);
        double seconds = clock_seconds() - begin;
        if (seconds < LONG_ENOUGH) {
            calls *= 2;
            continue;
        }
        seconds /= (double)calls;
        if (try == 0 || seconds < best)
            best = seconds;
        try++;
    }
    return best;
}

/* ---- One instruction set: loops over `rounds`, and over the 64-byte lines of a buffer ---- */

struct unit {
    const char *table, *int8_instruction, *f32_instruction;
    double int8_operations, f32_operations; /* of one instruction */
    void (*int8)(size_t rounds);
    void (*f32)(size_t rounds);
    void (*read)(const void *bytes, size_t size);
};

/* As if the value were needed, and here. */
#if defined(__aarch64__)
#define IN_REGISTER(value) __asm__ volatile("" : "+w"(value))
#else
#define IN_REGISTER(value) __asm__ volatile("" : "+v"(value))
#endif

/* A function of `rounds` times sum = step(sum), for 12 sums. They have names of their own and keep
 * their order: gcc 12 leaves some elements of an array in memory. */
#define LOOP(name, target, type, zero, step)                                                       \
    target static void name(size_t rounds)                                                         \
    {                                                                                              \
        type a = zero, b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a,       \
             l = a;                                                                                \
        for (size_t round = 0; round < rounds; round++) {                                          \
            FOUR(step, a, b, c, d) FOUR(step, e, f, g, h) FOUR(step, i, j, k, l)                   \
        }                                                                                          \
    }
#define FOUR(step, a, b, c, d) ONE(step, a) ONE(step, b) ONE(step, c) ONE(step, d)
#define ONE(step, sum)                                                                             \
    sum = step(sum);                                                                               \
    IN_REGISTER(sum);

/* Four sums of all bytes, so that no addition waits for another. */
#define READ(name, target, type, zero, load, add)                                                  \
    target static void name(const void *bytes, size_t size)                                        \
    {                                                                                              \
        const char *at = bytes;                                                                    \
        type sum[4] = {zero, zero, zero, zero};                                                    \
        for (size_t i = 0; i + 4 * sizeof(type) <= size; i += 4 * sizeof(type)) {                  \
            _Pragma("GCC unroll 4") for (size_t k = 0; k < 4; k++) sum[k] =                        \
                add(sum[k], load((const void *)(at + i + k * sizeof(type))));                      \
        }                                                                                          \
        for (int i = 0; i < 4; i++)                                                                \
            IN_REGISTER(sum[i]);                                                                   \
    }

#if defined(__x86_64__)
#define TARGET(features) __attribute__((target(features)))

#define ZMM_DOT(sum) _mm512_dpbusd_epi32(sum, _mm512_set1_epi8(3), _mm512_set1_epi8(5))
#define ZMM_FMA(sum) _mm512_fmadd_ps(sum, _mm512_set1_ps(0.5f), _mm512_set1_ps(1.5f))
LOOP(zmm_int8, TARGET("avx512f,avx512bw,avx512vnni"), __m512i, _mm512_setzero_si512(), ZMM_DOT)
LOOP(zmm_f32, TARGET("avx512f"), __m512, _mm512_setzero_ps(), ZMM_FMA)
READ(zmm_read, TARGET("avx512f"), __m512i, _mm512_setzero_si512(), _mm512_load_si512,
     _mm512_add_epi32)

#define YMM_DOT(sum) _mm256_dpbusd_avx_epi32(sum, _mm256_set1_epi8(3), _mm256_set1_epi8(5))
LOOP(ymm_int8_vnni, TARGET("avx2,avxvnni"), __m256i, _mm256_setzero_si256(), YMM_DOT)

/* Additions run beside these multiplications, on other units. The sum is the factor: a product that
 * stays the same would leave the loop. */
#define YMM_PAIRS(sum) _mm256_madd_epi16(sum, _mm256_set1_epi16(5))
#define YMM_FMA(sum) _mm256_fmadd_ps(sum, _mm256_set1_ps(0.5f), _mm256_set1_ps(1.5f))
LOOP(ymm_int8, TARGET("avx2"), __m256i, _mm256_setzero_si256(), YMM_PAIRS)
LOOP(ymm_f32, TARGET("avx2,fma"), __m256, _mm256_setzero_ps(), YMM_FMA)
READ(ymm_read, TARGET("avx2"), __m256i, _mm256_setzero_si256(), _mm256_load_si256, _mm256_add_epi32)

static const struct unit units[] = {
    {"avx512vnni", "vpdpbusd zmm", "fma zmm", 128, 32, zmm_int8, zmm_f32, zmm_read},
    {"avxvnni", "vpdpbusd ymm", "fma ymm", 64, 16, ymm_int8_vnni, ymm_f32, ymm_read},
    {"avx2", "vpmaddwd ymm", "fma ymm", 32, 16, ymm_int8, ymm_f32, ymm_read},
};
#elif defined(__aarch64__)
#define NEON_DOT(sum) vdotq_s32(sum, vdupq_n_s8(3), vdupq_n_s8(5))
#define NEON_FMA(sum) vfmaq_f32(vdupq_n_f32(1.5f), sum, vdupq_n_f32(0.5f))
LOOP(neon_int8, __attribute__((target("arch=armv8.2-a+dotprod"))), int32x4_t, vdupq_n_s32(0),
     NEON_DOT)
LOOP(neon_f32, , float32x4_t, vdupq_n_f32(0), NEON_FMA)
READ(neon_read, , int32x4_t, vdupq_n_s32(0), vld1q_s32, vaddq_s32)

static const struct unit units[] = {
    {"neon", "sdot", "fmla", 32, 8, neon_int8, neon_f32, neon_read},
};
#else
static const struct unit units[1];
#endif

static const struct unit *unit_find(const char *table)
{
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (units[i].table && strcmp(units[i].table, table) == 0)
            return &units[i];
    return NULL;
}

enum { ROUNDS = 100000 };

static void run_int8(void *state)
{
    const struct unit *unit = state;
    unit->int8(ROUNDS);
}

static void run_f32(void *state)
{
    const struct unit *unit = state;
    unit->f32(ROUNDS);
}

struct peak peak_measure(const char *table)
{
    const struct unit *unit = unit_find(table);
    if (!unit)
        return (struct peak){"-", "-", 0, 0};
    double count = (double)ROUNDS * SUMS;
    struct unit copy = *unit;
    return (struct peak){
        .int8_instruction = unit->int8_instruction,
        .f32_instruction = unit->f32_instruction,
        .int8 = count * unit->int8_operations / time_call(run_int8, &copy),
        .f32 = count * unit->f32_operations / time_call(run_f32, &copy),
    };
}

struct reading {
    const struct unit *unit;
    void *bytes;
    size_t size;
};

static void run_read(void *state)
{
    const struct reading *reading = state;
    reading->unit->read(reading->bytes, reading->size);
}

double peak_read(const char *table, size_t size)
{
    struct reading reading = {.unit = unit_find(table), .size = size};
    if (!reading.unit)
        return 0;
    reading.bytes = memory_alloc_aligned(size, 1);
    memset(reading.bytes, 1, size);
    double seconds = time_call(run_read, &reading);
    free(reading.bytes);
    return (double)size / seconds;
}
