/* test_korean_forms.c - jobs/ask/korean_forms.c: forms of one Korean verb find each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "jobs/ask/korean_forms.h"

static void forms_of_a_verb_are_found(void **state)
{
    static const struct {
        const char *stem, *text;
        bool is_form;
    } rows[] = {
        {"틀리", "틀린 답이에요", true},
        {"틀리", "틀렸어요", true},
        {"틀렸", "틀리게 알려", true},
        {"틀려", "틀립니다", true},
        {"빠르", "빠른 배송", true},
        {"느려", "느린 앱", true},
        {"나왔", "나오지 않아요", true},
        {"배우", "배웠어요", true},
        {"바꾸", "바꿨", true},
        {"비싸", "비쌉니다", true},
        {"틀리", "들렸어요", false},
        {"배우", "배가 고파요", false},
        {"크", "큰", false}, /* of one syllable */
        {"좋", "좋아요", false},
    };
    (void)state;
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct text forms[MAX_KOREAN_FORMS];
        size_t count = korean_forms_list(text_of(rows[i].stem), forms, &arena);
        bool found = false;
        for (size_t k = 0; k < count; k++)
            found |= text_starts_with(text_of(rows[i].text), forms[k]);
        if (found != rows[i].is_form)
            fail_msg("'%s' %s '%s'", rows[i].stem, found ? "finds" : "does not find", rows[i].text);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(forms_of_a_verb_are_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
