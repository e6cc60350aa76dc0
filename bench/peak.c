/* peak.c - loops that keep only the multiply units, or only the load units, busy.
 *
 * A round has 12 independent sums in registers, more than latency times throughput of any of these
 * instructions. The results have no meaning. */
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

enum { ACCUMULATORS = 12, TIMED_REPEATS = 5 };
static const double MIN_REPEAT_SECONDS = 0.01; /* minimum duration of a try */

double time_function(void (*function)(void *state), void *state)
{
    double best_seconds = 0;
    size_t calls = 1;
    for (int repeat = 0; repeat < TIMED_REPEATS;) {
        double started_at = clock_seconds();
        for (size_t i = 0; i < calls; i++)
            function(state);
        double seconds = clock_seconds() - started_at;
        if (seconds < MIN_REPEAT_SECONDS) {
            calls *= 2;
            continue;
        }
        seconds /= (double)calls;
        if (repeat == 0 || seconds < best_seconds)
            best_seconds = seconds;
        repeat++;
    }
    return best_seconds;
}

/* ---- One instruction set: loops over `rounds`, and over the 64-byte lines of a buffer ---- */

struct instruction_set {
    const char *table, *int8_instruction, *f32_instruction;
    double int8_operations, f32_operations; /* per instruction */
    void (*int8)(size_t rounds);
    void (*f32)(size_t rounds);
    void (*read)(const void *bytes, size_t size);
};

/* Prevents the compiler from removing or moving the computation of the value. */
#if defined(__aarch64__)
#define KEEP_IN_REGISTER(value) __asm__ volatile("" : "+w"(value))
#else
#define KEEP_IN_REGISTER(value) __asm__ volatile("" : "+v"(value))
#endif

/* A function that computes sum = step(sum) `rounds` times, for 12 sums. The sums are separate
 * variables in a fixed order: gcc 12 keeps some elements of an array in memory. */
#define DEFINE_COMPUTE_LOOP(name, target, type, zero, step)                                        \
    target static void name(size_t rounds)                                                         \
    {                                                                                              \
        type a = zero, b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a,       \
             l = a;                                                                                \
        for (size_t round = 0; round < rounds; round++) {                                          \
            STEP_FOUR_SUMS(step, a, b, c, d)                                                       \
            STEP_FOUR_SUMS(step, e, f, g, h) STEP_FOUR_SUMS(step, i, j, k, l)                      \
        }                                                                                          \
    }
#define STEP_FOUR_SUMS(step, a, b, c, d)                                                           \
    STEP_SUM(step, a) STEP_SUM(step, b) STEP_SUM(step, c) STEP_SUM(step, d)
#define STEP_SUM(step, sum)                                                                        \
    sum = step(sum);                                                                               \
    KEEP_IN_REGISTER(sum);

/* Four sums of all bytes, so that additions do not wait for each other. */
#define DEFINE_READ_LOOP(name, target, type, zero, load, add)                                      \
    target static void name(const void *bytes, size_t size)                                        \
    {                                                                                              \
        const char *byte_cursor = bytes;                                                           \
        type sum[4] = {zero, zero, zero, zero};                                                    \
        for (size_t i = 0; i + 4 * sizeof(type) <= size; i += 4 * sizeof(type)) {                  \
            _Pragma("GCC unroll 4") for (size_t k = 0; k < 4; k++) sum[k] =                        \
                add(sum[k], load((const void *)(byte_cursor + i + k * sizeof(type))));             \
        }                                                                                          \
        for (int i = 0; i < 4; i++)                                                                \
            KEEP_IN_REGISTER(sum[i]);                                                              \
    }

#if defined(__x86_64__)
#define TARGET(features) __attribute__((target(features)))

#define ZMM_DOT(sum) _mm512_dpbusd_epi32(sum, _mm512_set1_epi8(3), _mm512_set1_epi8(5))
#define ZMM_FMA(sum) _mm512_fmadd_ps(sum, _mm512_set1_ps(0.5f), _mm512_set1_ps(1.5f))
DEFINE_COMPUTE_LOOP(zmm_int8, TARGET("avx512f,avx512bw,avx512vnni"), __m512i,
                    _mm512_setzero_si512(), ZMM_DOT)
DEFINE_COMPUTE_LOOP(zmm_f32, TARGET("avx512f"), __m512, _mm512_setzero_ps(), ZMM_FMA)
DEFINE_READ_LOOP(zmm_read, TARGET("avx512f"), __m512i, _mm512_setzero_si512(), _mm512_load_si512,
                 _mm512_add_epi32)

#define YMM_DOT(sum) _mm256_dpbusd_avx_epi32(sum, _mm256_set1_epi8(3), _mm256_set1_epi8(5))
DEFINE_COMPUTE_LOOP(ymm_int8_vnni, TARGET("avx2,avxvnni"), __m256i, _mm256_setzero_si256(), YMM_DOT)

/* The additions run on other units, parallel to the multiplications. The sum is a factor, because
 * the compiler would move a constant product out of the loop. */
#define YMM_PAIRS(sum) _mm256_madd_epi16(sum, _mm256_set1_epi16(5))
#define YMM_FMA(sum) _mm256_fmadd_ps(sum, _mm256_set1_ps(0.5f), _mm256_set1_ps(1.5f))
DEFINE_COMPUTE_LOOP(ymm_int8, TARGET("avx2"), __m256i, _mm256_setzero_si256(), YMM_PAIRS)
DEFINE_COMPUTE_LOOP(ymm_f32, TARGET("avx2,fma"), __m256, _mm256_setzero_ps(), YMM_FMA)
DEFINE_READ_LOOP(ymm_read, TARGET("avx2"), __m256i, _mm256_setzero_si256(), _mm256_load_si256,
                 _mm256_add_epi32)

static const struct instruction_set instruction_sets[] = {
    {"avx512vnni", "vpdpbusd zmm", "fma zmm", 128, 32, zmm_int8, zmm_f32, zmm_read},
    {"avxvnni", "vpdpbusd ymm", "fma ymm", 64, 16, ymm_int8_vnni, ymm_f32, ymm_read},
    {"avx2", "vpmaddwd ymm", "fma ymm", 32, 16, ymm_int8, ymm_f32, ymm_read},
};
#elif defined(__aarch64__)
#define NEON_DOT(sum) vdotq_s32(sum, vdupq_n_s8(3), vdupq_n_s8(5))
#define NEON_FMA(sum) vfmaq_f32(vdupq_n_f32(1.5f), sum, vdupq_n_f32(0.5f))
DEFINE_COMPUTE_LOOP(neon_int8, __attribute__((target("arch=armv8.2-a+dotprod"))), int32x4_t,
                    vdupq_n_s32(0), NEON_DOT)
DEFINE_COMPUTE_LOOP(neon_f32, , float32x4_t, vdupq_n_f32(0), NEON_FMA)
DEFINE_READ_LOOP(neon_read, , int32x4_t, vdupq_n_s32(0), vld1q_s32, vaddq_s32)

static const struct instruction_set instruction_sets[] = {
    {"neon", "sdot", "fmla", 32, 8, neon_int8, neon_f32, neon_read},
};
#else
static const struct instruction_set instruction_sets[1];
#endif

static const struct instruction_set *find_instruction_set(const char *table)
{
    for (size_t i = 0; i < sizeof(instruction_sets) / sizeof(instruction_sets[0]); i++)
        if (instruction_sets[i].table && strcmp(instruction_sets[i].table, table) == 0)
            return &instruction_sets[i];
    return NULL;
}

enum { ROUNDS = 100000 };

static void run_int8(void *state)
{
    const struct instruction_set *instruction_set = state;
    instruction_set->int8(ROUNDS);
}

static void run_f32(void *state)
{
    const struct instruction_set *instruction_set = state;
    instruction_set->f32(ROUNDS);
}

struct peak peak_measure(const char *table)
{
    const struct instruction_set *instruction_set = find_instruction_set(table);
    if (!instruction_set)
        return (struct peak){"-", "-", 0, 0};
    double operation_count = (double)ROUNDS * ACCUMULATORS;
    struct instruction_set copy = *instruction_set;
    return (struct peak){
        .int8_instruction = instruction_set->int8_instruction,
        .f32_instruction = instruction_set->f32_instruction,
        .int8 = operation_count * instruction_set->int8_operations / time_function(run_int8, &copy),
        .f32 = operation_count * instruction_set->f32_operations / time_function(run_f32, &copy),
    };
}

struct memory_read {
    const struct instruction_set *instruction_set;
    void *bytes;
    size_t size;
};

static void run_read(void *state)
{
    const struct memory_read *memory_read = state;
    memory_read->instruction_set->read(memory_read->bytes, memory_read->size);
}

double peak_read_bandwidth(const char *table, size_t size)
{
    struct memory_read memory_read = {.instruction_set = find_instruction_set(table), .size = size};
    if (!memory_read.instruction_set)
        return 0;
    memory_read.bytes = memory_alloc_aligned(size, 1);
    memset(memory_read.bytes, 1, size);
    double seconds = time_function(run_read, &memory_read);
    free(memory_read.bytes);
    return (double)size / seconds;
}
