/* test_point_text.c - stages/evidence/point_text.c: which part of a clause can stand for others,
 * and which of several clauses reads best. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "stages/evidence/point_ranking.h"
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
        {"까지 만족했습니다", ""},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct text text = point_text_shorten(text_of(examples[i].clause), &arena);
        if (!text_equal(text, text_of(examples[i].text)))
            fail_msg("%s: %.*s", examples[i].clause, TEXT_ARGUMENT(text));
    }
    arena_free(&arena);
}

static bool contains_ignore_case(struct text text, struct text part)
{
    for (size_t at = 0; at < text.size; at++)
        if (text_starts_with_ignore_case(text_slice(text, at, text.size), part))
            return true;
    return false;
}

/* A text states the point if it has these words. */
static size_t check_words(void *user, struct text text)
{
    const char *const *words = user;
    for (; *words; words++)
        if (!contains_ignore_case(text, text_of(*words)))
            return SIZE_MAX;
    return 0;
}

static void the_best_text_is_chosen(void **state)
{
    (void)state;
    enum { MAX_CLAUSES = 4, MAX_WORDS = 3 };
    static const struct {
        const char *clauses[MAX_CLAUSES], *words[MAX_WORDS], *text;
    } examples[] = {
        {{"this is a good train train station", "this is a good old train station"},
         {"good", "station"},
         "This is a good old train station"},
        {{"왜 로그인이 안되나요", "로그인이 안됩니다"}, {"로그인", "안"}, "로그인이 안됩니다"},
        {{"오류가 너무 많은건가요", "오류가 너무 많아요"}, {"오류", "많"}, "오류가 너무 많아요"},
        {{"앱이 자꾸 멈추죠", "앱이 자꾸 멈춰요"}, {"앱", "멈"}, "앱이 자꾸 멈춰요"},
        /* What one clause says besides is cut. */
        {{"very useful app for jee", "the app was useful with maths", "most useful app of all",
          "useful app in my town"},
         {"useful", "app"},
         "Most useful app"},
        {{"주식앱이 무슨 로그인이 안돼요", "어제부터 또 로그인이 안돼요", "영웅문 로그인이 안돼요"},
         {"로그인", "안"},
         "로그인이 안돼요"},
        /* Or a word says it. */
        {{"the quiche was delicious", "delicious bread", "a delicious cake was served",
          "their coffee is delicious"},
         {"delicious"},
         "Delicious"},
        {{"케이크 맛있어요", "빵이 맛있어요", "타르트랑 커피랑 맛있어요"}, {"맛있"}, "맛있어요"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct text clauses[MAX_CLAUSES], text = {0};
        size_t count = 0;
        for (; count < MAX_CLAUSES && examples[i].clauses[count]; count++)
            clauses[count] = text_of(examples[i].clauses[count]);
        const char *words[MAX_WORDS + 1] = {NULL};
        memcpy(words, examples[i].words, sizeof(examples[i].words));
        const struct point_check check = {
            .count_extra_words = check_words, .user = words, .has_aspect = words[1] != NULL};
        assert_int_equal(
            point_ranking_choose((struct text_array){clauses, count}, &check, &text, 1, &arena), 1);
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
