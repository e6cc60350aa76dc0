/* test_answer_phrases.c - which texts a person should answer, and which only sound like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "stages/text/answer_phrases.h"

static const struct {
    const char *text, *class, *words; /* class NULL: needs no answer */
} rows[] = {
    {"Great kettle. I will never buy from you again!", "churn", "never buy from you again"},
    {"After ten years I cancelled my subscription.", "churn", "cancelled my subscription"},
    {"I have uninstalled the app.", "churn", "have uninstalled"},
    {"I uninstalled and reinstalled it, same error.", NULL, NULL},
    {"I would cancel my plan if it were not so cheap.", NULL, NULL},
    {"다시는 안 시킵니다", "churn", "다시는 안 시킵니다"},
    {"삭제했다가 다시 깔았어요", NULL, NULL},
    {"The charger caught fire on the second day.", "safety", "caught fire"},
    {"My husband got food poisoning there.", "safety", "got food poisoning"},
    {"Less chance of electric shock, they say.", NULL, NULL},
    {"머리카락이 나왔어요", "safety", "머리카락이 나왔어요"},
    {"I will take legal action.", "legal", "take legal action"},
    {"A lawyer could not understand this manual.", NULL, NULL},
    {"금감원에 신고하겠습니다", "legal", "금감원에 신고하겠습니다"},
    {"빵이 아주 고소합니다", NULL, NULL},
    {"You charged me twice for one lamp.", "money", "charged me twice"},
    {"The battery has to be charged twice a day.", NULL, NULL},
    {"환불해주세요", "money", "환불해주세요"},
    {"Five emails and no reply.", "unanswered", "no reply"},
    {"고객센터는 전화도 안 받고", "unanswered", "전화도 안 받고"},
    {"진짜 답이 없다", NULL, NULL},
    /* The most urgent class. */
    {"No reply. It caught fire!", "safety", "caught fire"},
    /* Not across sentences; not after a negation. */
    {"You will charge me. Twice a day I drink tea.", NULL, NULL},
    {"They did not get food poisoning.", NULL, NULL},
    {"", NULL, NULL},
};

static void texts_to_answer_are_found(void **state)
{
    (void)state;
    struct answer_finder *finder;
    struct error error = {0};
    assert_true(answer_finder_open(&finder, &error));
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct answer_match match = {0};
        struct text text = text_of(rows[i].text);
        bool found = answer_finder_find(finder, text, &match);
        if (found != (rows[i].class != NULL) ||
            (found &&
             (!text_equal(text_of(answer_class_names[match.class]), text_of(rows[i].class)) ||
              !text_equal(match.words, text_of(rows[i].words)) || match.end > text.size ||
              match.begin >= match.end)))
            fail_msg("%s: %s \"%.*s\"", rows[i].text, found ? answer_class_names[match.class] : "-",
                     TEXT_ARGUMENT(match.words));
    }
    answer_finder_close(finder);
    answer_finder_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts_to_answer_are_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
