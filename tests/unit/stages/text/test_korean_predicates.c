/* test_korean_predicates.c - stages/text/korean_predicates.c: forms of a verb are one, and endings
 * that expect more become plain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/text/korean_predicates.h"

static void forms_of_a_verb_are_one(void **state)
{
    (void)state;
    static const char *const verbs[][4] = {
        {"잡혀요", "잡힘", "잡히지도", "잡혔어요"}, {"열려요", "열립니다", "열리네요", "열렸다"},
        {"와요", "옵니다", "온다", "왔어요"},       {"떠요", "뜹니다", "뜨네요", "뜸"},
        {"나와요", "나옵니다", "나오지", "나온다"}, {"받아요", "받지", "받네요", "받음"},
    };
    enum { VERB_COUNT = sizeof(verbs) / sizeof(*verbs) };
    for (size_t i = 0; i < VERB_COUNT; i++)
        for (size_t k = 1; k < 4; k++)
            if (korean_verb_id(text_of(verbs[i][0])) != korean_verb_id(text_of(verbs[i][k])))
                fail_msg("%s, %s", verbs[i][0], verbs[i][k]);
    for (size_t i = 1; i < VERB_COUNT; i++)
        assert_int_not_equal(korean_verb_id(text_of(verbs[0][0])),
                             korean_verb_id(text_of(verbs[i][0])));
    assert_int_equal(korean_verb_id(TEXT("abc")), 0);
    assert_int_equal(korean_verb_id(TEXT("")), 0);
}

static void words_are_forms_of_a_verb(void **state)
{
    (void)state;
    static const struct {
        const char *word, *form;
        bool is_form;
    } examples[] = {
        {"느린", "느려요", true},       {"느렸는데", "느리다", true},
        {"튕기고", "튕겨요", true},     {"더럽네요", "더러워요", true},
        {"더러운", "더러워요", true},   {"더럽다", "더러워요", true},
        {"추웠어요", "추워요", true},   {"없음", "없어요", true},
        {"불편한", "불편해요", true},   {"불편했던", "불편하다", true},
        {"고장남", "고장났어요", true}, {"맛있는", "맛있어요", true},
        {"맛이", "맛있어요", false},    {"드라이버", "더러워요", false},
        {"느낌이", "느려요", false},    {"중간", "중요", false},
        {"필통", "필요", false},        {"", "느려요", false},
        {"느린", "느린", false},        {"abc", "abcdefghi요", false},
    };
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++)
        if (korean_is_form_of(text_of(examples[i].word), text_of(examples[i].form)) !=
            examples[i].is_form)
            fail_msg("%s, %s", examples[i].word, examples[i].form);
}

static void open_endings_become_plain(void **state)
{
    (void)state;
    static const struct {
        const char *text, *plain;
    } examples[] = {
        {"가격도 저렴하고", "가격도 저렴하다"},
        {"위치는 좋은데", "위치는 좋다"},
        {"방이 좁지만", "방이 좁다"},
        {"침대가 편한데", "침대가 편하다"},
        {"조금 아쉬운데", "조금 아쉽다"},
        {"친절해서", "친절하다"},
        {"배송이 빨랐는데", "배송이 빨랐다"},
        {"직원이 친절하며", "직원이 친절하다"},
        {"앱이 자꾸 튕기고", "앱이 자꾸 튕긴다"},
        {"로그인이 안되고", "로그인이 안된다"},
        {"정말 최고", "정말 최고"},
        {"맛있어요", "맛있어요"},
        {"좋다고", "좋다고"},
        {"고", "고"},
        {"", ""},
        {"good", "good"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct text plain = korean_plain_form(text_of(examples[i].text), &arena);
        if (!text_equal(plain, text_of(examples[i].plain)))
            fail_msg("%s: %.*s", examples[i].text, TEXT_ARGUMENT(plain));
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_of_a_verb_are_one),
        cmocka_unit_test(words_are_forms_of_a_verb),
        cmocka_unit_test(open_endings_become_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
