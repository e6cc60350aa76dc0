/* test_relative_bias.c - relative position buckets, compared with rows computed by
 * `transformers`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inference/engine/session.h"

struct bucket_case {
    ptrdiff_t distance; /* key - query */
    bool bidirectional;
    size_t buckets, max, expected;
};

static const struct bucket_case cases[] = {
    {-300, false, 32, 128, 31}, {-128, false, 32, 128, 31}, {-127, false, 32, 128, 31},
    {-100, false, 32, 128, 30}, {-64, false, 32, 128, 26},  {-63, false, 32, 128, 26},
    {-33, false, 32, 128, 21},  {-32, false, 32, 128, 21},  {-31, false, 32, 128, 21},
    {-24, false, 32, 128, 19},  {-17, false, 32, 128, 16},  {-16, false, 32, 128, 16},
    {-15, false, 32, 128, 15},  {-12, false, 32, 128, 12},  {-11, false, 32, 128, 11},
    {-9, false, 32, 128, 9},    {-8, false, 32, 128, 8},    {-7, false, 32, 128, 7},
    {-1, false, 32, 128, 1},    {0, false, 32, 128, 0},     {5, false, 32, 128, 0},
    {-300, true, 32, 128, 15},  {-128, true, 32, 128, 15},  {-127, true, 32, 128, 15},
    {-100, true, 32, 128, 15},  {-64, true, 32, 128, 14},   {-63, true, 32, 128, 13},
    {-33, true, 32, 128, 12},   {-32, true, 32, 128, 12},   {-31, true, 32, 128, 11},
    {-24, true, 32, 128, 11},   {-17, true, 32, 128, 10},   {-16, true, 32, 128, 10},
    {-15, true, 32, 128, 9},    {-12, true, 32, 128, 9},    {-11, true, 32, 128, 8},
    {-9, true, 32, 128, 8},     {-8, true, 32, 128, 8},     {-7, true, 32, 128, 7},
    {-1, true, 32, 128, 1},     {0, true, 32, 128, 0},      {1, true, 32, 128, 17},
    {7, true, 32, 128, 23},     {8, true, 32, 128, 24},     {9, true, 32, 128, 24},
    {11, true, 32, 128, 24},    {12, true, 32, 128, 25},    {16, true, 32, 128, 26},
    {23, true, 32, 128, 27},    {32, true, 32, 128, 28},    {45, true, 32, 128, 28},
    {64, true, 32, 128, 30},    {90, true, 32, 128, 30},    {91, true, 32, 128, 31},
    {128, true, 32, 128, 31},   {300, true, 32, 128, 31},   {-300, false, 16, 40, 15},
    {-128, false, 16, 40, 15},  {-127, false, 16, 40, 15},  {-100, false, 16, 40, 15},
    {-64, false, 16, 40, 15},   {-63, false, 16, 40, 15},   {-33, false, 16, 40, 15},
    {-32, false, 16, 40, 14},   {-31, false, 16, 40, 14},   {-24, false, 16, 40, 13},
    {-17, false, 16, 40, 11},   {-16, false, 16, 40, 11},   {-15, false, 16, 40, 11},
    {-12, false, 16, 40, 10},   {-11, false, 16, 40, 9},    {-9, false, 16, 40, 8},
    {-8, false, 16, 40, 8},     {-7, false, 16, 40, 7},     {-1, false, 16, 40, 1},
    {0, false, 16, 40, 0},      {5, false, 16, 40, 0},      {-300, true, 16, 40, 7},
    {-128, true, 16, 40, 7},    {-127, true, 16, 40, 7},    {-100, true, 16, 40, 7},
    {-64, true, 16, 40, 7},     {-63, true, 16, 40, 7},     {-33, true, 16, 40, 7},
    {-32, true, 16, 40, 7},     {-31, true, 16, 40, 7},     {-24, true, 16, 40, 7},
    {-17, true, 16, 40, 6},     {-16, true, 16, 40, 6},     {-15, true, 16, 40, 6},
    {-12, true, 16, 40, 5},     {-11, true, 16, 40, 5},     {-9, true, 16, 40, 5},
    {-8, true, 16, 40, 5},      {-7, true, 16, 40, 4},      {-1, true, 16, 40, 1},
    {0, true, 16, 40, 0},       {1, true, 16, 40, 9},       {7, true, 16, 40, 12},
    {8, true, 16, 40, 13},      {9, true, 16, 40, 13},      {11, true, 16, 40, 13},
    {12, true, 16, 40, 13},     {16, true, 16, 40, 14},     {23, true, 16, 40, 15},
    {32, true, 16, 40, 15},     {45, true, 16, 40, 15},     {64, true, 16, 40, 15},
    {90, true, 16, 40, 15},     {91, true, 16, 40, 15},     {128, true, 16, 40, 15},
    {300, true, 16, 40, 15},    {-300, false, 64, 256, 63}, {-128, false, 64, 256, 53},
    {-127, false, 64, 256, 53}, {-100, false, 64, 256, 49}, {-64, false, 64, 256, 42},
    {-63, false, 64, 256, 42},  {-33, false, 64, 256, 32},  {-32, false, 64, 256, 32},
    {-31, false, 64, 256, 31},  {-24, false, 64, 256, 24},  {-17, false, 64, 256, 17},
    {-16, false, 64, 256, 16},  {-15, false, 64, 256, 15},  {-12, false, 64, 256, 12},
    {-11, false, 64, 256, 11},  {-9, false, 64, 256, 9},    {-8, false, 64, 256, 8},
    {-7, false, 64, 256, 7},    {-1, false, 64, 256, 1},    {0, false, 64, 256, 0},
    {5, false, 64, 256, 0},     {-300, true, 64, 256, 31},  {-128, true, 64, 256, 28},
    {-127, true, 64, 256, 27},  {-100, true, 64, 256, 26},  {-64, true, 64, 256, 24},
    {-63, true, 64, 256, 23},   {-33, true, 64, 256, 20},   {-32, true, 64, 256, 20},
    {-31, true, 64, 256, 19},   {-24, true, 64, 256, 18},   {-17, true, 64, 256, 16},
    {-16, true, 64, 256, 16},   {-15, true, 64, 256, 15},   {-12, true, 64, 256, 12},
    {-11, true, 64, 256, 11},   {-9, true, 64, 256, 9},     {-8, true, 64, 256, 8},
    {-7, true, 64, 256, 7},     {-1, true, 64, 256, 1},     {0, true, 64, 256, 0},
    {1, true, 64, 256, 33},     {7, true, 64, 256, 39},     {8, true, 64, 256, 40},
    {9, true, 64, 256, 41},     {11, true, 64, 256, 43},    {12, true, 64, 256, 44},
    {16, true, 64, 256, 48},    {23, true, 64, 256, 50},    {32, true, 64, 256, 52},
    {45, true, 64, 256, 53},    {64, true, 64, 256, 56},    {90, true, 64, 256, 57},
    {91, true, 64, 256, 58},    {128, true, 64, 256, 60},   {300, true, 64, 256, 63},
};

static void buckets_are_those_of_transformers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct bucket_case *c = &cases[i];
        size_t bucket = relative_bucket(c->distance, c->bidirectional, c->buckets, c->max);
        if (bucket != c->expected)
            fail_msg("distance %td of %zu buckets: %zu, expected %zu", c->distance, c->buckets,
                     bucket, c->expected);
    }
}

static void every_bucket_is_a_row_of_the_table(void **state)
{
    (void)state;
    for (size_t buckets = 1; buckets <= 40; buckets++)
        for (size_t max = 1; max <= 200; max += 7)
            for (ptrdiff_t distance = -300; distance <= 300; distance++) {
                assert_true(relative_bucket(distance, true, buckets, max) < buckets);
                assert_true(relative_bucket(distance, false, buckets, max) < buckets);
            }
}

static void biases_are_ordered_by_head_and_distance(void **state)
{
    (void)state;
    struct t5_config config = {.heads = 2, .relative_buckets = 4, .relative_max_distance = 8};
    const float table[] = {0, 100, 1, 101, 2, 102, 3, 103};
    float bias[2 * 5];
    relative_bias_fill(&config, table, true, (struct distance_range){-2, 2}, bias);
    const float expected[] = {1, 1, 0, 3, 3, 101, 101, 100, 103, 103};
    assert_memory_equal(bias, expected, sizeof(bias));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_are_those_of_transformers),
        cmocka_unit_test(every_bucket_is_a_row_of_the_table),
        cmocka_unit_test(biases_are_ordered_by_head_and_distance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
