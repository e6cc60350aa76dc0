/* test_normalize.c - base/normalize.c and base/language.cc. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/language.h"
#include "base/normalize.h"

static const struct {
    const char *text, *key;
} keys[] = {
    {"", ""},
    {"already plain", "already plain"},
    {"Mixed CASE", "mixed case"},
    {"ＦＵＬＬ width", "full width"},
    {"Straße", "strasse"},
    {"Cafe\xCC\x81", "café"},
    {"ﷺ", "صلى الله عليه وسلم"},
    {"없음", "없음"},
    {"soft\xC2\xADhyphen", "softhyphen"},
};

static void equal_texts_have_equal_keys(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
        struct text key = normalize_key(text_of(keys[i].text), &arena);
        if (!text_equal(key, text_of(keys[i].key)))
            fail_msg("%s gave %.*s", keys[i].text, TEXT_ARGUMENT(key));
    }
    arena_free(&arena);
}

static const struct {
    const char *text, *value;
} values[] = {
    {"", ""},
    {"FÉVR. 2026", "fevr. 2026"},
    {"fe\u0301vr", "fevr"},
    {"ＡＢ：４．５", "ab:4.5"},
    {"a\u00A0b\u202Fc\u3000d\u2009e", "a b c d e"},
    {"\u200E3/4\u200F\uFEFF\u2060", "3/4"},
    {"1º, 2ª", "1, 2"},
    {"Ağustos ÖS KASIM Kasım İ", "agustos os kasim kasim i"},
    {"paź śr. zł", "paz sr. zl"},
    {"ЯНВАРЯ МАЙ", "января маи"},
    {"٣٫٥", "3.5"},
    {"2026–03−09", "2026-03-09"},
    {"오후 3시 午後 ヴ", "오후 3시 午後 ヴ"},
    {"½ ★☆ ⭐️", "½ ★☆ ⭐"},
    {"l’été", "l'ete"},
    {"\xFF", "\uFFFD"},
    {"ೋ", "ೋ"},
};

static void values_are_folded(void **state)
{
    (void)state;
    char buffer[128];
    struct text value;
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
        assert_true(normalize_value(text_of(values[i].text), buffer, sizeof(buffer), &value));
        if (!text_equal(value, text_of(values[i].value)))
            fail_msg("%s gave %.*s", values[i].text, TEXT_ARGUMENT(value));
    }
    assert_false(normalize_value(TEXT("TOO LONG"), buffer, 8, &value));
}

static void code_points_have_letter_classes(void **state)
{
    (void)state;
    assert_int_equal(normalize_letter_class('a'), LETTER_SPACED_SCRIPT);
    assert_int_equal(normalize_letter_class(0xE9), LETTER_SPACED_SCRIPT);
    assert_int_equal(normalize_letter_class('7'), LETTER_DIGIT);
    assert_int_equal(normalize_letter_class('-'), LETTER_NONE);
    assert_int_equal(normalize_letter_class(0xBC30), LETTER_UNSPACED_SCRIPT);
    assert_int_equal(normalize_letter_class(0x3042), LETTER_UNSPACED_SCRIPT);
    assert_int_equal(normalize_letter_class(0x6F22), LETTER_UNSPACED_SCRIPT);
    assert_int_equal(normalize_letter_class(0x1F600), LETTER_NONE);
}

static const struct {
    const char *text, *code;
} languages[] = {
    {"", ""},
    {"The battery lasts two days, but the screen scratches far too easily for this price.", "en"},
    {"배송이 정말 빠르고 포장도 꼼꼼했어요. 다음에도 여기서 살게요.", "ko"},
    {"Die Lieferung kam viel zu spät und das Gerät war schon zerkratzt, sehr ärgerlich.", "de"},
    {"とても使いやすいですが、少し値段が高いと思います。", "ja"},
};

static void languages_of_sentences_are_detected(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(languages) / sizeof(*languages); i++) {
        char code[8];
        bool reliable;
        bool found = language_detect(text_of(languages[i].text), code, &reliable);
        assert_string_equal(code, languages[i].code);
        assert_int_equal(found, *languages[i].code != '\0');
        assert_int_equal(reliable, found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_texts_have_equal_keys),
        cmocka_unit_test(values_are_folded),
        cmocka_unit_test(code_points_have_letter_classes),
        cmocka_unit_test(languages_of_sentences_are_detected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
