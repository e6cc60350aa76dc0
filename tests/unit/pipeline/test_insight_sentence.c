/* test_insight_sentence.c - pipeline/insight_sentence.c: one sentence of each form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "pipeline/insight_sentence.h"

static const struct field scotland[] = {{{"region", 6}, {"Scotland", 8}}};

static const struct {
    struct insight insight;
    const char *expected;
} cases[] = {
    {{.kind = INSIGHT_CHANGE,
      .state = INSIGHT_NEW,
      .key = {NULL, 0, {"lid", 3}},
      .since = {"2026-W41", 8},
      .until = {"2026-W43", 8},
      .value = {0.2, 0.118, 0.318},
      .n = 60,
      .baseline = 0.002,
      .baseline_n = 500},
     "Complaints about lid rose: 12 of 60 records (20 %, 12 to 32 %) since 2026-W41, 1 of 500 "
     "before (under 1 %)"},
    {{.kind = INSIGHT_CHANGE,
      .state = INSIGHT_NEW,
      .key = {scotland, 1, {"(all)", 5}},
      .since = {"2026-W43", 8},
      .until = {"2026-W43", 8},
      .value = {0.05, 0.01, 0.14},
      .n = 60,
      .baseline = 0.4,
      .baseline_n = 100},
     "Negative records fell in Scotland: 3 of 60 records (5 %, 1 to 14 %) in 2026-W43, 40 of 100 "
     "before (40 %)"},
    {{.kind = INSIGHT_CHANGE,
      .state = INSIGHT_OVER,
      .key = {NULL, 0, {"lid", 3}},
      .since = {"2026-W41", 8},
      .until = {"2026-W42", 8},
      .value = {0.2, 0.118, 0.318},
      .n = 60,
      .baseline = 0.05,
      .baseline_n = 100},
     "Complaints about lid are back to normal: 12 of 60 records (20 %, 12 to 32 %) from 2026-W41 "
     "to 2026-W42, 5 of 100 before (5 %)"},
    {{.kind = INSIGHT_CHANGE,
      .state = INSIGHT_SO_FAR,
      .key = {scotland, 1, {"lid", 3}},
      .since = {"2026-W44", 8},
      .until = {"2026-W44", 8},
      .value = {0.2, 0.118, 0.318},
      .n = 60,
      .baseline = 0.05,
      .baseline_n = 100},
     "Complaints about lid in Scotland so far in 2026-W44: 12 of 60 records (20 %, 12 to 32 %), 5 "
     "of 100 before (5 %)"},
    {{.kind = INSIGHT_SEGMENT,
      .key = {scotland, 1, {"delivery", 8}},
      .value = {0.34, 0.21, 0.5},
      .n = 38,
      .baseline = 0,
      .baseline_n = 200},
     "Complaints about delivery are more frequent in Scotland: 13 of 38 records (34 %, 21 to 50 "
     "%), 0 of 200 elsewhere (0 %)"},
    {{.kind = INSIGHT_IMPACT,
      .measure = MEASURE_RATING,
      .rating_scale = 5,
      .key = {NULL, 0, {"lid", 3}},
      .value = {-0.2, -0.3, -0.1},
      .n = 20,
      .baseline = 4,
      .baseline_n = 80},
     "Records about lid rate lower: 3.00 of 5 (20 records), others 4.00 of 5 (80); with them, the "
     "mean rating is lower by 0.20 (0.10 to 0.30)"},
    {{.kind = INSIGHT_IMPACT,
      .measure = MEASURE_NPS,
      .key = {NULL, 0, {"staff", 5}},
      .value = {10, 4, 16},
      .n = 20,
      .baseline = -5,
      .baseline_n = 80},
     "Records about staff have a higher NPS: +45 (20 records), others -5 (80); with them, the NPS "
     "is higher by 10 (4 to 16)"},
    {{.kind = INSIGHT_MOVED,
      .measure = MEASURE_RATING,
      .rating_scale = 5,
      .key = {NULL, 0, {"(all)", 5}},
      .phrase = {"lid", 3},
      .since = {"2026-W41", 8},
      .until = {"2026-W43", 8},
      .value = {-1, -1.4, -0.6},
      .n = 20,
      .baseline = 4,
      .baseline_n = 80},
     "The mean rating fell by 1.00 (0.60 to 1.40) since 2026-W41: 3.00 of 5 (20 records), 4.00 of "
     "5 before (80); among topics, the largest part goes with lid"},
    {{.kind = INSIGHT_MOVED,
      .measure = MEASURE_RATING,
      .rating_scale = 5,
      .key = {NULL, 0, {"lid", 3}},
      .phrase = {"tone", 4},
      .since = {"2026-W43", 8},
      .until = {"2026-W43", 8},
      .value = {0.3, 0.1, 0.5},
      .n = 20,
      .baseline = 4,
      .baseline_n = 80},
     "Records about lid go with a rise of the mean rating by 0.30 (0.10 to 0.50) in 2026-W43: they "
     "rate "
     "higher"},
    {{.kind = INSIGHT_MOVED,
      .measure = MEASURE_RATING,
      .rating_scale = 5,
      .key = {NULL, 0, {"other", 5}},
      .phrase = {"volume", 6},
      .since = {"2026-W43", 8},
      .until = {"2026-W43", 8},
      .value = {-0.01, -0.06, 0.04},
      .n = 20,
      .baseline = 4,
      .baseline_n = 80},
     "All other records have no clear part in the change of the mean rating in 2026-W43: -0.01 "
     "(-0.06 to +0.04)"},
};

static void sentences_tell_the_figures(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_string_equal(insight_format_sentence(&cases[i].insight, &arena).bytes,
                            cases[i].expected);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sentences_tell_the_figures)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
