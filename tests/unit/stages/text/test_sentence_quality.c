/* test_sentence_quality.c - stages/text/sentence_quality.c: what can be shown on its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/text/sentence_quality.h"

static void sentences_stand_alone(void **state)
{
    (void)state;
    static const struct {
        const char *sentence;
        bool is_self_contained, expects_continuation;
    } examples[] = {
        {"The platform is clean", true, false},
        {"But the platform is clean", false, false},
        {"If this app was meant for payments", false, false},
        {"했는데 결제가 안 됩니다", false, false},
        {"Pros: 1.", true, true},
        {"Smells of oil 2", true, true},
        {"기름냄새 심함 2.", true, true},
        {"The good things are:", true, true},
        {"It holds 250", true, false},
        {"Opened in 1998.", true, false},
        {"", true, false},
    };
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct text sentence = text_of(examples[i].sentence);
        if (sentence_is_self_contained(sentence) != examples[i].is_self_contained ||
            sentence_expects_continuation(sentence) != examples[i].expects_continuation)
            fail_msg("%s", examples[i].sentence);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sentences_stand_alone)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
