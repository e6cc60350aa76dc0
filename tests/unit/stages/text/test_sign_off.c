/* test_sign_off.c - stages/text/sign_off.c: closings, and endings that only look like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/text/sign_off.h"

static const struct {
    const char *text, *kept;
} letters[] = {
    {"It leaks. Best regards, Anna Smith", "It leaks."},
    {"It leaks!\n\nKind regards,\nAnna Smith\nHead of Tea\n+44 20 7946 0000", "It leaks!"},
    {"It leaks. Best, Anna", "It leaks."},
    {"It leaks.\nCheers,\n\n-Tom", "It leaks."},
    {"It leaks.\n--\nAnna Lee\nTea Ltd", "It leaks."},
    {"It leaks.\nBest\nAnna", "It leaks."},
    {"It leaks.\nCheers, Tom.", "It leaks."},
    {"It leaks.\nThanks,\nMark", "It leaks."},
    {"It leaks.\nBest regards", "It leaks."},
    {"Er tropft.\nMit freundlichen Grüßen\nKlaus Müller", "Er tropft."},
    {"Er tropft.\nLG Anna", "Er tropft."},
    {"Elle fuit. Cordialement, Paul Éluard", "Elle fuit."},
    {"Gotea. Saludos, Ana", "Gotea."},
    {"Vaza. Atenciosamente, João da Silva", "Vaza."},
    {"Он течёт. С уважением, Иван", "Он течёт."},
    {"물이 새요. 김지현 드림", "물이 새요."},
    {"물이 새요\n고객 이영희 올림.", "물이 새요"},
    {"水が漏れます。よろしくお願いします。田中", "水が漏れます。"},
    {"水が漏れます。\n敬具\n田中太郎", "水が漏れます。"},
    {"It leaks.\n\nSent from my iPhone", "It leaks."},
    {"It leaks.\nBest, Anna\n\nSent from my iPhone", "It leaks."},
    {"물이 새요\n나의 iPhone에서 보냄", "물이 새요"},
    /* No closing. */
    {"", ""},
    {"Best regards, Anna", "Best regards, Anna"},
    {"It is the best. Best kettle ever", "It is the best. Best kettle ever"},
    {"Simply the best. Best, fastest, cheapest", "Simply the best. Best, fastest, cheapest"},
    {"Great team. Thanks, Mark", "Great team. Thanks, Mark"},
    {"Great team.\nThanks Mark!", "Great team.\nThanks Mark!"},
    {"Give her my best regards, Anna is great", "Give her my best regards, Anna is great"},
    {"It leaks. Best regards to your team!", "It leaks. Best regards to your team!"},
    {"It leaks. Sincerely, a very unhappy customer",
     "It leaks. Sincerely, a very unhappy customer"},
    {"별로예요.\n좋아요 김지현 드림", "별로예요.\n좋아요 김지현 드림"},
    {"별로예요. 별점 오점 드림", "별로예요. 별점 오점 드림"},
    {"좋아요. 한마디 올림", "좋아요. 한마디 올림"},
    {"피해가 커요. 전액 배상", "피해가 커요. 전액 배상"},
    {"새 제품이 나쁘다. 추천 드림", "새 제품이 나쁘다. 추천 드림"},
    {"It leaks.\nBest, Anna\n\nPS the mug broke", "It leaks.\nBest, Anna\n\nPS the mug broke"},
    {"It leaks.\nBest, Anna\nBut Mark was nice", "It leaks.\nBest, Anna\nBut Mark was nice"},
    {"It leaks.\nRegards\n물이", "It leaks.\nRegards\n물이"},
    {"Bad:\n-- Parking", "Bad:\n-- Parking"},
    {"Anna", "Anna"},
};

static void closings_are_removed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++) {
        struct text kept = sign_off_strip(text_of(letters[i].text), (struct text){0});
        if (!text_equal(kept, text_of(letters[i].kept)))
            fail_msg("%s gave [%.*s]", letters[i].text, TEXT_ARGUMENT(kept));
    }
}

static const struct {
    const char *text, *author, *kept;
} signed_letters[] = {
    {"It leaks.\n\nAhmed", "ahmed.raza@postbox.example", "It leaks."},
    {"It leaks.\n\nConnor Walsh", "connor@walshes.example", "It leaks."},
    {"It leaks.\n\nD. Farquhar", "dfarquhar@highlandnet.example", "It leaks."},
    {"It leaks.\n\nGordon Bell\nBell & Son Joinery", "Gordon Bell", "It leaks."},
    {"It leaks.\n- Moira", "Moira MacInnes", "It leaks."},
    {"It leaks.\nAhmed\n\nSent from my iPhone", "Ahmed Raza", "It leaks."},
    {"물이 새요.\n김지현", "김지현", "물이 새요."},
    {"It leaks.\nGreat Tea", "ahmed.raza@postbox.example", "It leaks.\nGreat Tea"},
    {"It leaks. Ahmed", "ahmed.raza@postbox.example", "It leaks. Ahmed"},
    {"It leaks.\nTom", "ahmed.raza@postbox.example", "It leaks.\nTom"},
    {"Ahmed", "ahmed.raza@postbox.example", "Ahmed"},
    {"Would I buy it again?\nNo", "Nora Bell", "Would I buy it again?\nNo"},
    {"How is it?\nGood", "goodman@postbox.example", "How is it?\nGood"},
};

static void names_of_authors_are_removed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(signed_letters) / sizeof(*signed_letters); i++) {
        struct text kept =
            sign_off_strip(text_of(signed_letters[i].text), text_of(signed_letters[i].author));
        if (!text_equal(kept, text_of(signed_letters[i].kept)))
            fail_msg("%s gave [%.*s]", signed_letters[i].text, TEXT_ARGUMENT(kept));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(closings_are_removed),
                                       cmocka_unit_test(names_of_authors_are_removed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
