/* test_index_words.c - stages/search/index_words.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "stages/search/index_words.h"

static void words_stay_and_runs_of_hangul_become_pairs(void **state)
{
    static const char *const cases[][2] = {
        {"", ""},
        {" ...! ", ""},
        {"The Parcel came LATE.", "the parcel came late"},
        {"don't, customer's", "dont customers"},
        {"don’t", "dont"},
        {"version 3.2.1 for 1,000", "version 3_2_1 for 1_000"},
        {"배송이 늦어요", "배송 송이 늦어 어요"},
        {"앱 좋아", "앱 좋아"},
        {"A4용지", "a4 용지"},
        {"最高です", "最高 高で です"},
        {"ＦＵＬＬ Café", "full café"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct arena arena = {0};
        struct text folded = index_words_fold(text_of(cases[i][0]), &arena);
        if (!text_equal(folded, text_of(cases[i][1])))
            fail_msg("%s: expected '%s', found '%.*s'", cases[i][0], cases[i][1],
                     TEXT_ARGUMENT(folded));
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_stay_and_runs_of_hangul_become_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
