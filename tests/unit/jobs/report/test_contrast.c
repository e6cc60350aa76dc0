/* test_contrast.c - jobs/report/contrast.c: which words mark texts off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "jobs/report/contrast.h"

static struct text words_of_two(struct distinctive_words *distinctive_words, const char *inside,
                                const char *outside, size_t texts, struct arena *arena)
{
    for (size_t i = 0; i < texts; i++) {
        distinctive_words_add_text(distinctive_words, text_of(inside), true);
        distinctive_words_add_text(distinctive_words, text_of(outside), false);
    }
    return distinctive_words_list(distinctive_words, 6, TEXT("Pours Well"), arena);
}

static const struct {
    const char *inside, *outside;
    size_t texts;
    const char *words;
} examples[] = {
    {"The Update broke it", "The kettle pours well", 8, "update, broke"},
    {"update updates UPDATE", "kettle", 8, "update"},
    {"업데이트 후에 길을 잃어요", "배송이 빨라요", 8, "업데이트, 후에, 길을, 잃어요"},
    {"the same words", "the same words", 8, ""},
    {"update", "kettle", 3, ""}, /* too few to say */
    {"", "", 8, ""},
};

static void words_that_only_some_texts_hold_mark_them_off(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct distinctive_words distinctive_words = {0};
        struct arena arena = {0};
        struct text words = words_of_two(&distinctive_words, examples[i].inside,
                                         examples[i].outside, examples[i].texts, &arena);
        if (!text_equal(words, text_of(examples[i].words)))
            fail_msg("'%s' against '%s': '%.*s'", examples[i].inside, examples[i].outside,
                     TEXT_ARGUMENT(words));
        distinctive_words_free(&distinctive_words);
        arena_free(&arena);
    }
}

static void the_deviation_is_zero_without_records_and_grows_with_them(void **state)
{
    (void)state;
    assert_true(two_proportion_z_score(1, 0, 1, 2) == 0);
    assert_true(two_proportion_z_score(5, 10, 5, 10) == 0);
    assert_true(two_proportion_z_score(8, 10, 2, 10) > 2);
    assert_true(two_proportion_z_score(80, 100, 20, 100) > two_proportion_z_score(8, 10, 2, 10));
    assert_true(two_proportion_z_score(2, 10, 8, 10) < -2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_that_only_some_texts_hold_mark_them_off),
        cmocka_unit_test(the_deviation_is_zero_without_records_and_grows_with_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
