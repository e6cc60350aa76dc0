/* test_model_question.c - stages/tasks/model_question.c: which question the model reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/tasks/model_question.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const struct {
    const char *question;
    enum asked_for asked_for;
    const char *answer, *read;
} answers[] = {
    {"How was the tram?", ASKED_FOR_ANYTHING, "Late", "How was the tram?"},
    {"", ASKED_FOR_ANYTHING, "Late", ""},
    {"Which changes would you like to see on the tram?", ASKED_FOR_COMPLAINT, "Wider doors",
     "What could we improve?"},
    {"What makes it pleasant to ride with us?", ASKED_FOR_PRAISE, "The seats",
     "What did we do well?"},
    {"", ASKED_FOR_COMPLAINT, "Wider doors", ""},
    {"Pros", ASKED_FOR_PRAISE, "창가 자리", "가장 마음에 드셨던 점은 무엇인가요?"},
    {"단점", ASKED_FOR_COMPLAINT, "문이 좁아요", "무엇을 개선하면 좋을까요?"},
    {"단점", ASKED_FOR_COMPLAINT, "Wi-Fi", "What could we improve?"},
    {"Minus", ASKED_FOR_COMPLAINT, "Türen zu schmal", "What could we improve?"},
};

static void questions_for_praise_or_complaints_are_replaced(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        const struct record record = {.question = text_of(answers[i].question),
                                      .asked_for = answers[i].asked_for,
                                      .text = text_of(answers[i].answer)};
        struct text read = model_question(&record);
        if (!text_equal(read, text_of(answers[i].read)))
            fail_msg("%s, %s: %.*s", answers[i].question, answers[i].answer, TEXT_ARGUMENT(read));
    }
}

/* The first bytes show the language, even if the last of them is a part of a character. */
static void long_answers_are_read_in_part(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct text answer = TEXT("x");
    while (answer.size < 300)
        answer = arena_format(&arena, "%.*s\u00e9", TEXT_ARGUMENT(answer));
    struct record record = {
        .question = TEXT("Cons"), .asked_for = ASKED_FOR_COMPLAINT, .text = answer};
    assert_true(text_equal(model_question(&record), TEXT("What could we improve?")));
    record.text = arena_format(&arena, "\uc790%.*s", TEXT_ARGUMENT(answer));
    assert_true(text_equal(model_question(&record), TEXT("무엇을 개선하면 좋을까요?")));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_for_praise_or_complaints_are_replaced),
        cmocka_unit_test(long_answers_are_read_in_part),
    };
    return cmocka_run_group_tests_name("model_question", tests, NULL, NULL);
}
