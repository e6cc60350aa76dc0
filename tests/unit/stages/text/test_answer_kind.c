/* test_answer_kind.c - answers that say nothing, and opinions that look like them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "stages/text/answer_kind.h"

static void check_all(const char *const *answers, size_t count, enum answer_kind kind)
{
    for (size_t i = 0; i < count; i++)
        if (answer_classify(text_of(answers[i]), ASKED_FOR_ANYTHING, TEXT("")) != kind)
            fail_msg("%s is not of kind %d", answers[i], (int)kind);
}

static void answers_that_say_nothing_are_recognized(void **state)
{
    (void)state;
    static const char *const empty[] = {
        "",  "-",      "...",  "N/A",   "n/a.",  "x",      "--",
        "?", "Ｎ／Ａ", "N.A.", "n / a", "Néant", "무응답", "n/a n/a",
    };
    static const char *const no_opinion[] = {
        "None!",
        "\"nothing\"",
        "없음",
        "없습니다.",
        "특별히 없음",
        "なし",
        "keine",
        "NINGUNO",
        "No",
        "no.",
        "NOPE!!",
        "No thanks",
        "No, thank you.",
        "No - nothing else, thanks",
        "I don’t know",
        "Nothing at this time.",
        "No\nNo",
        "Nein, danke!",
        "Non merci",
        "R.A.S.",
        "No, gracias",
        "Não, obrigado",
        "нет, спасибо",
        "Hayır",
        "нету",
        "Ничего нету!",
        "ㄴㄴ",
        "ㅇㅇ",
        "아니요, 없습니다. 감사합니다~",
        "특별한 의견 없음",
        "いいえ、特にありません。",
        "没有。",
        "Yes",
        "N/A - no comments",
        "Can't think of anything right now",
    };
    static const char *const opinions[] = {
        "good",
        "no problems",
        "👍",
        ":)",
        "ㅠㅠ",
        "nothing works",
        "none of it fits",
        "별로",
        "5",
        "x-ray film too dark",
        "No 👍",
        "Thank you",
        "감사합니다",
        "no parking",
        "Not good",
        "Nobody came",
        "불만 없음",
        "Nada mal",
        "no no way",
        "nothing but trouble",
        "nein zu euch",
        "notable",
        "nice",
        "없어서 좋아요",
    };
    check_all(empty, sizeof(empty) / sizeof(*empty), ANSWER_EMPTY);
    check_all(no_opinion, sizeof(no_opinion) / sizeof(*no_opinion), ANSWER_NO_OPINION);
    check_all(opinions, sizeof(opinions) / sizeof(*opinions), ANSWER_OPINION);
    struct text extra = TEXT("skip, pass");
    assert_int_equal(answer_classify(TEXT("Pass."), ASKED_FOR_ANYTHING, extra), ANSWER_EMPTY);
    assert_int_equal(answer_classify(TEXT("good"), ASKED_FOR_ANYTHING, TEXT(",, ,")),
                     ANSWER_OPINION);
}

static void nothing_to_praise_is_an_opinion(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        enum answer_kind kind;
    } answers[] = {
        {"Nothing", ANSWER_OPINION},     {"Gar nichts!", ANSWER_OPINION},
        {"없음", ANSWER_OPINION},        {"No", ANSWER_NO_OPINION},
        {"No, nothing", ANSWER_OPINION}, {"Nothing else", ANSWER_NO_OPINION},
        {"n/a", ANSWER_EMPTY},
    };
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
        if (answer_classify(text_of(answers[i].answer), ASKED_FOR_PRAISE, TEXT("")) !=
            answers[i].kind)
            fail_msg("%s", answers[i].answer);
}

/* An answer that is not normalized in the list would not be found. */
static void every_listed_answer_is_found(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct text rest, line, language, answer;
    size_t answers = 0;
    assert_true(file_read("stages/text/data/empty_answers.tsv",
                          (struct file_limits){1 << 16, ERROR_INPUT}, &arena, &rest, NULL));
    while (rest.size > 0 && text_split(&rest, '\n', &line)) {
        if (text_starts_with(line, TEXT("#")) || text_starts_with(line, TEXT("language")))
            continue;
        text_split(&line, '\t', &language);
        text_split(&line, '\t', &answer);
        enum answer_kind kind = answer_classify(answer, ASKED_FOR_ANYTHING, (struct text){0});
        enum answer_kind expected = text_equal(line, TEXT("EMPTY"))      ? ANSWER_EMPTY
                                    : text_equal(line, TEXT("COURTESY")) ? ANSWER_OPINION
                                                                         : ANSWER_NO_OPINION;
        if (kind != expected)
            fail_msg("'%.*s' is of kind %d", TEXT_ARGUMENT(answer), (int)kind);
        answers++;
    }
    assert_true(answers > 10);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_that_say_nothing_are_recognized),
        cmocka_unit_test(nothing_to_praise_is_an_opinion),
        cmocka_unit_test(every_listed_answer_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
