/* test_text.c - base/text.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/text.h"

static void texts_are_ordered_by_bytes_a_prefix_first(void **state)
{
    (void)state;
    assert_int_equal(text_compare(TEXT("a"), TEXT("b")), -1);
    assert_int_equal(text_compare(TEXT("ab"), TEXT("a")), 1);
    assert_int_equal(text_compare(TEXT(""), (struct text){NULL, 0}), 0);
    assert_true(text_equal_ignore_case(TEXT("Review ID"), TEXT("review id")));
    assert_false(text_equal_ignore_case(TEXT("\xC3\x84"), TEXT("\xC3\xA4"))); /* ASCII only */
    assert_true(text_starts_with_ignore_case(TEXT("Re: hello"), TEXT("RE:")));
    assert_false(text_starts_with_ignore_case(TEXT("Re"), TEXT("re:")));
}

static void slices_are_limited_to_the_text(void **state)
{
    (void)state;
    assert_true(text_equal(text_slice(TEXT("winnow"), 3, 100), TEXT("now")));
    assert_int_equal(text_slice(TEXT("winnow"), 5, 2).size, 0);
    assert_true(text_equal(text_trim(TEXT(" \t\r\nx y \n")), TEXT("x y")));
    assert_int_equal(text_trim(TEXT(" \n ")).size, 0);
    assert_true(text_equal(text_trim(TEXT("\u00A0x")), TEXT("\u00A0x")));
    static const char *const blanks[] = {"\u00A0", "\u00AD", "\u2009", "\u200B", "\u200E",
                                         "\u202F", "\u2060", "\u3000", "\uFEFF", " \u00A0\t"};
    for (size_t i = 0; i < sizeof(blanks) / sizeof(*blanks); i++) {
        char text[64];
        snprintf(text, sizeof(text), "%s%sé 1%s\n%s", blanks[i], blanks[i], blanks[i], blanks[i]);
        assert_true(text_equal(text_trim_unicode(text_of(text)), TEXT("é 1")));
        assert_int_equal(text_trim_unicode(text_of(blanks[i])).size, 0);
    }
    assert_true(text_equal(text_trim_unicode(TEXT("はい")), TEXT("はい")));
    assert_int_equal(text_trim_unicode((struct text){0}).size, 0);
    assert_int_equal(text_trim_unicode(TEXT("6\xE2\x80"
                                            "B"))
                         .size,
                     4); /* not UTF-8 */
}

static void finding_nothing_gives_the_size(void **state)
{
    (void)state;
    assert_int_equal(text_find(TEXT("abcabc"), TEXT("bc"), 2), 4);
    assert_int_equal(text_find(TEXT("abc"), TEXT("d"), 0), 3);
    assert_int_equal(text_find(TEXT("abc"), TEXT("abcd"), 0), 3);
    assert_int_equal(text_find(TEXT("abc"), TEXT("c"), 9), 3);
}

static void splitting_keeps_empty_pieces(void **state)
{
    (void)state;
    struct text rest = TEXT("a,,b,"), piece;
    const char *expected[] = {"a", "", "b", ""};
    for (size_t i = 0; i < 4; i++) {
        assert_true(text_split(&rest, ',', &piece));
        assert_true(text_equal(piece, text_of(expected[i])));
    }
    assert_false(text_split(&rest, ',', &piece));
}

static void only_whole_texts_are_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool reads;
        int64_t value;
    } cases[] = {
        {"0", true, 0},
        {"-42", true, -42},
        {"+7", true, 7},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"12a", false, 0},
        {" 1", false, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int64_t value = 99;
        assert_int_equal(text_to_integer(text_of(cases[i].text), &value), cases[i].reads);
        assert_true(value == (cases[i].reads ? cases[i].value : 99));
    }
    double real = 0;
    assert_true(text_to_real(TEXT("-1.5e2"), &real) && real == -150);
    assert_false(text_to_real(TEXT("nan"), &real));
    assert_false(text_to_real(TEXT("0x10"), &real));
    assert_false(text_to_real(TEXT("1,5"), &real));
}

static void names_are_equal_whatever_separates_their_words(void **state)
{
    (void)state;
    static const struct {
        struct text a, b;
        bool equal;
    } examples[] = {
        {TEXT("Clothing ID"), TEXT("clothing_id"), true},
        {TEXT("-a-"), TEXT("A"), true},
        {TEXT(""), TEXT("_ "), true},
        {TEXT("a"), TEXT("ab"), false},
        {TEXT("a b"), TEXT("a.b"), false},
    };
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        assert_int_equal(text_equal_name(examples[i].a, examples[i].b), examples[i].equal);
        assert_int_equal(text_equal_name(examples[i].b, examples[i].a), examples[i].equal);
    }
}

static void a_text_is_looked_up_in_a_list(void **state)
{
    (void)state;
    static const char *const words[] = {"one", "two", NULL};
    assert_true(text_is_one_of(TEXT("two"), words));
    assert_false(text_is_one_of(TEXT("Two"), words));
    assert_true(text_is_one_of_ignore_case(TEXT("Two"), words));
    assert_false(text_is_one_of_ignore_case(TEXT("three"), words));
    assert_true(text_ends_with(TEXT("two"), TEXT("wo")) && text_ends_with(TEXT("two"), TEXT("")));
    assert_false(text_ends_with(TEXT("o"), TEXT("two")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_ordered_by_bytes_a_prefix_first),
        cmocka_unit_test(slices_are_limited_to_the_text),
        cmocka_unit_test(finding_nothing_gives_the_size),
        cmocka_unit_test(splitting_keeps_empty_pieces),
        cmocka_unit_test(only_whole_texts_are_numbers),
        cmocka_unit_test(names_are_equal_whatever_separates_their_words),
        cmocka_unit_test(a_text_is_looked_up_in_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
