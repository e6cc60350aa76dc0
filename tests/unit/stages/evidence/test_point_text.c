/* test_point_text.c - stages/evidence/point_text.c: which part of a clause can stand for others,
 * and which of several clauses reads best. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/evidence/point_text.h"

static void clauses_are_shortened(void **state)
{
    (void)state;
    static const struct {
        const char *clause, *text; /* an empty text: it cannot stand for others */
    } examples[] = {
        {"but the staff were friendly", "The staff were friendly"},
        {"we did have great fun", "Great fun"},
        {"it's been the best music app", "The best music app"},
        {"rides are fast and stuff", "Rides are fast"},
        {"I used to love this service", ""},
        {"would have had good service", ""},
        {"why are there ads on this app", ""},
        {"가격도 저렴하고", "가격도 저렴하다"},
        {"앱이 계속 튕기고", "앱이 계속 튕긴다"},
        {"라고 로그인이 안 되네요", ""},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct text text = point_text_shorten(text_of(examples[i].clause), &arena);
        if (!text_equal(text, text_of(examples[i].text)))
            fail_msg("%s: %.*s", examples[i].clause, TEXT_ARGUMENT(text));
    }
    arena_free(&arena);
}

static size_t no_extra_words(void *user, struct text text)
{
    (void)user;
    (void)text;
    return 0;
}

static void the_best_text_is_chosen(void **state)
{
    (void)state;
    static const struct {
        const char *clauses[2], *text;
    } examples[] = {
        {{"this is a good train train station", "this is a good old train station"},
         "This is a good old train station"},
        {{"왜 로그인이 안되나요", "로그인이 안됩니다"}, "로그인이 안됩니다"},
        {{"오류가 너무 많은건가요", "오류가 너무 많아요"}, "오류가 너무 많아요"},
        {{"앱이 자꾸 멈추죠", "앱이 자꾸 멈춰요"}, "앱이 자꾸 멈춰요"},
    };
    const struct point_text_check check = {.count_extra_words = no_extra_words};
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct text clauses[] = {text_of(examples[i].clauses[0]), text_of(examples[i].clauses[1])},
                    text = {0};
        assert_int_equal(
            point_text_choose((struct text_array){clauses, 2}, &check, &text, 1, &arena), 1);
        if (!text_equal(text, text_of(examples[i].text)))
            fail_msg("%s: %.*s", examples[i].text, TEXT_ARGUMENT(text));
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clauses_are_shortened),
        cmocka_unit_test(the_best_text_is_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
