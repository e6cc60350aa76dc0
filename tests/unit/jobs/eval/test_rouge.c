/* test_rouge.c - jobs/eval/rouge.c against scores computed by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "jobs/eval/rouge.h"

static const struct {
    const char *summary, *reference;
    double rouge_1, rouge_l;
} examples[] = {
    {"the soup was cold", "The soup was COLD!", 1, 1},
    {"cold was the soup", "the soup was cold", 1, 0.5},
    {"the the soup", "the soup soup bread", 4.0 / 7, 4.0 / 7},
    {"배송이 빨라요", "배송이 느려요", 0.5, 0.5},
    {"cold", "warm", 0, 0},
    {"", "warm", 0, 0},
    {"...", "warm", 0, 0},
};

static void scores_match_those_computed_by_hand(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct rouge rouge =
            rouge_compute(text_of(examples[i].summary), text_of(examples[i].reference));
        if (fabs(rouge.rouge_1 - examples[i].rouge_1) > 1e-9 ||
            fabs(rouge.rouge_l - examples[i].rouge_l) > 1e-9)
            fail_msg("%s: %g %g", examples[i].summary, rouge.rouge_1, rouge.rouge_l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(scores_match_those_computed_by_hand)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
