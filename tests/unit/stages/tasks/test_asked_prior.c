/* test_asked_prior.c - stages/tasks/asked_prior.c: what the question asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stages/tasks/asked_prior.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const struct {
    struct sentiment_probabilities before;
    enum asked_for asked_for;
    const char *answer;
    enum sentiment label;
    bool is_changed;
} answers[] = {
    {{0.3, 0.3, 0.4, 0}, ASKED_FOR_PRAISE, "The view", SENTIMENT_POSITIVE, true},
    {{0.1, 0.6, 0.3, 0}, ASKED_FOR_PRAISE, "The view", SENTIMENT_POSITIVE, true},
    {{0.4, 0.4, 0.2, 0}, ASKED_FOR_COMPLAINT, "More seats", SENTIMENT_NEGATIVE, true},
    {{0.4, 0.4, 0.2, 0}, ASKED_FOR_ANYTHING, "More seats", SENTIMENT_UNDETECTED, false},
    /* the model is sure */
    {{0.6, 0.2, 0.2, 0}, ASKED_FOR_PRAISE, "The noise", SENTIMENT_NEGATIVE, false},
    {{0.2, 0.2, 0.6, 0}, ASKED_FOR_COMPLAINT, "I love it all", SENTIMENT_POSITIVE, false},
    {{0.2, 0.1, 0.2, 0.5}, ASKED_FOR_PRAISE, "Good and bad", SENTIMENT_MIXED, false},
    {{0.32, 0.35, 0.2, 0.13}, ASKED_FOR_COMPLAINT, "More seats", SENTIMENT_NEGATIVE, true},
    /* no complaint */
    {{0.4, 0.4, 0.2, 0}, ASKED_FOR_COMPLAINT, "Nothing, really", SENTIMENT_UNDETECTED, false},
    {{0.4, 0.4, 0.2, 0}, ASKED_FOR_COMPLAINT, "I DON'T know", SENTIMENT_UNDETECTED, false},
    {{0.4, 0.4, 0.2, 0}, ASKED_FOR_COMPLAINT, "단점은 없었어요", SENTIMENT_UNDETECTED, false},
    {{0.4, 0.4, 0.2, 0}, ASKED_FOR_COMPLAINT, "A notice board", SENTIMENT_NEGATIVE, true},
    {{0.4, 0.4, 0.2, 0}, ASKED_FOR_COMPLAINT, "비전이 없다", SENTIMENT_NEGATIVE, true},
};

static void unsure_labels_follow_the_question(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct sentiment_probabilities before = answers[i].before,
                                       after = asked_prior_apply(before, answers[i].asked_for,
                                                                 text_of(answers[i].answer), 0.45);
        double probability;
        enum sentiment label = sentiment_choose_label(after, 0.45, &probability);
        if (label != answers[i].label)
            fail_msg("%s: %s", answers[i].answer, sentiment_names[label]);
        assert_int_equal(after.negative != before.negative, answers[i].is_changed);
        assert_true(fabs(after.negative + after.neutral + after.positive + after.mixed - 1) <
                    1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unsure_labels_follow_the_question),
    };
    return cmocka_run_group_tests_name("asked_prior", tests, NULL, NULL);
}
