/* test_distinctive_words.c - jobs/report/distinctive_words.c: words of some texts only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "jobs/report/distinctive_words.h"

static struct text list_words(struct distinctive_words *distinctive_words, const char *target,
                              const char *reference, size_t texts, struct arena *arena)
{
    for (size_t i = 0; i < texts; i++) {
        distinctive_words_add_text(distinctive_words, text_of(target), true);
        distinctive_words_add_text(distinctive_words, text_of(reference), false);
    }
    return distinctive_words_list(distinctive_words, 6, TEXT("Pours Well"), arena);
}

static const struct {
    const char *target, *reference;
    size_t texts;
    const char *words;
} examples[] = {
    {"The Update broke it", "The kettle pours well", 8, "update, broke"},
    {"update updates UPDATE", "kettle", 8, "update"},
    {"업데이트 후에 길을 잃어요", "배송이 빨라요", 8, "업데이트, 후에, 길을, 잃어요"},
    {"the same words", "the same words", 8, ""},
    {"update", "kettle", 3, ""}, /* too few texts */
    {"", "", 8, ""},
};

static void words_of_the_target_texts_are_listed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct distinctive_words distinctive_words = {0};
        struct arena arena = {0};
        struct text words = list_words(&distinctive_words, examples[i].target,
                                       examples[i].reference, examples[i].texts, &arena);
        if (!text_equal(words, text_of(examples[i].words)))
            fail_msg("'%s' against '%s': '%.*s'", examples[i].target, examples[i].reference,
                     TEXT_ARGUMENT(words));
        distinctive_words_free(&distinctive_words);
        arena_free(&arena);
    }
}

static void the_z_score_is_zero_without_records_and_grows_with_them(void **state)
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
        cmocka_unit_test(words_of_the_target_texts_are_listed),
        cmocka_unit_test(the_z_score_is_zero_without_records_and_grows_with_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
