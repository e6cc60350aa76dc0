/* test_terms.c - stages/text/terms.c and stages/text/sentence_quality.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "stages/text/sentence_quality.h"
#include "stages/text/terms.h"

static const struct {
    const char *a, *b; /* b has all terms of a */
    size_t count;      /* terms of a */
} alike[] = {
    {"Loves the delivery", "loved deliveries", 2},
    {"It is fitting!", "it fits", 1},
    {"Ｂattery, CHARGED", "battery charges", 2},
    {"the", "", 0},
    {"don't", "don’t", 1},
    {"배송 빠름", "배송... 빠름", 2},
    {"lost 3.5 kg", "lose 3.5 kg -- no, lost", 3},
};

static bool holds_all(const struct term *a, size_t a_count, const struct term *b, size_t b_count)
{
    for (size_t i = 0; i < a_count; i++) {
        size_t k = 0;
        while (k < b_count && a[i].hash != b[k].hash)
            k++;
        if (k == b_count)
            return false;
    }
    return true;
}

static void inflected_words_have_one_stem(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(alike) / sizeof(*alike); i++) {
        size_t a_count, b_count;
        const struct term *a = terms_extract(text_of(alike[i].a), &arena, &a_count);
        const struct term *b = terms_extract(text_of(alike[i].b), &arena, &b_count);
        if (a_count != alike[i].count || !holds_all(a, a_count, b, b_count))
            fail_msg("%s: %zu terms", alike[i].a, a_count);
    }
    arena_free(&arena);
}

static void korean_words_lose_one_ending(void **state)
{
    (void)state;
    static const char *const examples[][2] = {
        {"배송이", "배송"},     {"배송으로", "배송"}, {"코로나", "코로나"},
        {"코로나가", "코로나"}, {"앱으로", "앱으로"}, {"신종코로나", "신종코로나"},
        {"아이나", "아이"},     {"차이라고", "차이"}, {"아이들은", "아이"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        size_t count;
        const struct word *words = terms_extract_words(text_of(examples[i][0]), &arena, &count);
        if (count != 1 || !text_equal(words[0].stem, text_of(examples[i][1])))
            fail_msg("%s", examples[i][0]);
    }
    arena_free(&arena);
}

static void numbers_are_distinguished_from_words(void **state)
{
    (void)state;
    struct arena arena = {0};
    size_t count;
    const struct term *words = terms_extract(TEXT("4.5 of 10배송비"), &arena, &count);
    assert_int_equal(count, 4); /* 4.5, 10, 배송, 송비 */
    assert_true(words[0].is_number && words[1].is_number);
    assert_false(words[2].is_number || words[3].is_number);
    arena_free(&arena);
}

static void first_person_sentences_are_recognized(void **state)
{
    (void)state;
    static const char *const personal[] = {"I’m happy", "Fits ME.", "so said my wife",
                                           "저는 좋아요", "we"};
    static const char *const others[] = {"Fits well", "Myanmar food", "저녁이 좋아요", "", "W e"};
    for (size_t i = 0; i < sizeof(personal) / sizeof(*personal); i++)
        if (!sentence_is_first_person(text_of(personal[i])))
            fail_msg("%s", personal[i]);
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        if (sentence_is_first_person(text_of(others[i])))
            fail_msg("%s", others[i]);
}

/* A word out of order in the list would not be found. */
static void every_stop_word_is_dropped(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct text rest, line, language;
    size_t words = 0, count;
    assert_true(file_read("stages/text/data/stop_words.tsv",
                          (struct file_limits){1 << 16, ERROR_INPUT}, &arena, &rest, NULL));
    while (rest.size > 0 && text_split(&rest, '\n', &line)) {
        if (text_starts_with(line, TEXT("#")) || text_starts_with(line, TEXT("language")))
            continue;
        text_split(&line, '\t', &language);
        terms_extract(line, &arena, &count);
        if (count != 0)
            fail_msg("'%.*s' is not dropped", TEXT_ARGUMENT(line));
        words++;
    }
    assert_true(words > 100);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_stop_word_is_dropped),
        cmocka_unit_test(inflected_words_have_one_stem),
        cmocka_unit_test(korean_words_lose_one_ending),
        cmocka_unit_test(numbers_are_distinguished_from_words),
        cmocka_unit_test(first_person_sentences_are_recognized),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
