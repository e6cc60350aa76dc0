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
        {"오래 걸", "너무 오래걸려요"},
        {"오래 걸", "오래 걸립니다"},
    };
    static const char *const different[][2] = {
        {"wifi", "my wife"},    {"late", "a lateral move"}, {"send back", "send it back"},
        {"3.2", "since 3.2.1"}, {"늦", "뒤늦게"},           {"배송", "포장이 좋아요"},
        {"bus", "the bush"},    {"pass", "past"},           {"mice", "a mic"},
        {"late", "a latte"},    {"오래 걸", "오래 갑니다"},
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

/* How well the text expresses the word or a related one. */
static double match_related(const char *word, const char *text, struct arena *arena)
{
    struct related_words related = {0};
    related_words_load(&related, arena);
    struct way own = way_make(text_of(word), 1, arena);
    size_t count = 1;
    struct concept concept = {.ways = related_words_expand(&related, &own, &count, arena)};
    concept.way_count = count;
    struct compared_text compared = compared_text_make(text_of(text), arena);
    return concept_match(&concept, &compared);
}

static void related_words_cross_languages(void **state)
{
    static const char *const related_pairs[][2] = {
        {"배송", "courier"}, {"refund", "환불"}, {"소음", "quiet"}, {"빠른", "fast"}};
    (void)state;
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(related_pairs) / sizeof(*related_pairs); i++)
        if (match_related(related_pairs[i][0], related_pairs[i][1], &arena) != related_strength)
            fail_msg("'%s' does not find '%s'", related_pairs[i][0], related_pairs[i][1]);
    arena_free(&arena);
}

static void words_that_are_not_near_count_less(void **state)
{
    static const struct {
        const char *own, *text;
        bool is_near;
    } rows[] = {
        {"hotel", "a hostel", true},
        {"pre-existing", "a preexisting illness", true},
        /* "late" is in many groups: a word of only one of them may mean something else. */
        {"late", "a long delay", true},
        {"late", "in the evening", false},
        /* Kinds of one thing are near to it, but not to each other. */
        {"pet", "our dog", true},
        {"dog", "a friendly pet", true},
        {"dog", "the cat", false},
        /* What often comes with it. */
        {"refund", "the deposit", false},
        {"deposit", "a refund", false},
        {"playground", "the park", false},
    };
    (void)state;
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        double found = match_related(rows[i].own, rows[i].text, &arena);
        if (found == 0 || (found >= related_strength) != rows[i].is_near)
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
        cmocka_unit_test(words_that_are_not_near_count_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
