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
        {"더운", "덥네요", true},
        {"덥", "더워서", true}, /* of one syllable, but the form has two */
        {"눌러", "누르면", true},
        {"몰라", "모르겠어요", true},
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

static void modifiers_are_recognized(void **state)
{
    static const char *const modifiers[] = {"빌릴", "틀린", "하는", "쓰던", "비싼"};
    static const char *const others[] = {"별점인", "배송", "빌리기", "late", ""};
    (void)state;
    for (size_t i = 0; i < sizeof(modifiers) / sizeof(*modifiers); i++)
        if (!korean_forms_is_modifier(text_of(modifiers[i])))
            fail_msg("'%s' is not recognized", modifiers[i]);
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        if (korean_forms_is_modifier(text_of(others[i])))
            fail_msg("'%s' is taken for one", others[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(forms_of_a_verb_are_found),
                                       cmocka_unit_test(modifiers_are_recognized)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
