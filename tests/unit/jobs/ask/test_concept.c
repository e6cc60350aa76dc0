/* test_concept.c - jobs/ask/concept.c: when a text expresses a word of a question. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "jobs/ask/concept.h"

/* How well the text expresses the word, without related words. */
static double match(const char *word, const char *text, struct arena *arena)
{
    struct way way = way_make(text_of(word), 1, arena);
    struct concept concept = {.ways = &way, .way_count = 1};
    struct compared_text compared = compared_text_make(text_of(text), arena);
    return concept_match(&concept, &compared);
}

static void inflections_are_one_word(void **state)
{
    static const char *const same[][2] = {
        {"returning", "I returned it"},
        {"delivery", "Never delivered."},
        {"deliveries", "a slow delivery"},
        {"recorded", "Recordings help"},
        {"charged", "They charge twice"},
        {"stopped", "It stops"},
        {"late", "so LATE"},
        {"send back", "I will send back both"},
        {"3.2", "since 3.2 it hangs"},
        {"배송", "배송이 늦어요"},
        {"배송", "오배송이 왔어요"},
        {"늦", "늦게 왔어요"},
    };
    static const char *const different[][2] = {
        {"wifi", "my wife"},    {"late", "a lateral move"}, {"send back", "send it back"},
        {"3.2", "since 3.2.1"}, {"늦", "뒤늦게"},           {"배송", "포장이 좋아요"},
        {"bus", "the bush"},    {"pass", "past"},
    };
    (void)state;
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
        if (match(same[i][0], same[i][1], &arena) < 1)
            fail_msg("'%s' is not found in '%s'", same[i][0], same[i][1]);
    for (size_t i = 0; i < sizeof(different) / sizeof(*different); i++)
        if (match(different[i][0], different[i][1], &arena) > 0)
            fail_msg("'%s' is found in '%s'", different[i][0], different[i][1]);
    arena_free(&arena);
}

static void the_first_syllables_of_a_long_word_count_in_part(void **state)
{
    (void)state;
    struct arena arena = {0};
    double found = match("망가뜨리", "러그가 망가졌어요", &arena);
    assert_true(found > 0.5 && found < 1);
    arena_free(&arena);
}

static void related_words_cross_languages(void **state)
{
    static const char *const related_pairs[][2] = {
        {"배송", "courier"}, {"refund", "환불"}, {"소음", "quiet"}, {"빠른", "fast"}};
    (void)state;
    struct arena arena = {0};
    struct related_words related = {0};
    related_words_load(&related, &arena);
    for (size_t i = 0; i < sizeof(related_pairs) / sizeof(*related_pairs); i++) {
        struct way own = way_make(text_of(related_pairs[i][0]), 1, &arena);
        size_t count = 1;
        struct concept concept = {.ways = related_words_expand(&related, &own, &count, &arena)};
        concept.way_count = count;
        struct compared_text text = compared_text_make(text_of(related_pairs[i][1]), &arena);
        double found = concept_match(&concept, &text);
        if (found != related_strength)
            fail_msg("'%s' does not find '%s'", related_pairs[i][0], related_pairs[i][1]);
    }
    arena_free(&arena);
}

/* "late" is in many groups: a word of only one of them may mean something else. */
static void words_of_one_group_of_many_are_doubted(void **state)
{
    static const struct {
        const char *own, *text;
        bool is_doubted;
    } rows[] = {
        {"late", "a long delay", false},
        {"late", "in the evening", true},
        {"hotel", "a hostel", false},
        {"pre-existing", "a preexisting illness", false},
    };
    (void)state;
    struct arena arena = {0};
    struct related_words related = {0};
    related_words_load(&related, &arena);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct way own = way_make(text_of(rows[i].own), 1, &arena);
        size_t count = 1;
        struct concept concept = {.ways = related_words_expand(&related, &own, &count, &arena)};
        concept.way_count = count;
        struct compared_text text = compared_text_make(text_of(rows[i].text), &arena);
        double found = concept_match(&concept, &text);
        if ((found < related_strength) != rows[i].is_doubted)
            fail_msg("'%s' finds '%s' with %.2f", rows[i].own, rows[i].text, found);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inflections_are_one_word),
        cmocka_unit_test(the_first_syllables_of_a_long_word_count_in_part),
        cmocka_unit_test(related_words_cross_languages),
        cmocka_unit_test(words_of_one_group_of_many_are_doubted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
