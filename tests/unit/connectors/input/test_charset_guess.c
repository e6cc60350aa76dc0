/* test_charset_guess.c - connectors/input/charset_guess.c: a table of bytes and their charsets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "connectors/input/charset_guess.h"

static bool always_decodes(const char *name, struct text raw)
{
    return name && raw.size > 0;
}

static bool never_decodes(const char *name, struct text raw)
{
    return !always_decodes(name, raw);
}

static bool decodes_as_western(const char *name, struct text raw)
{
    return always_decodes(name, raw) && strcmp(name, "CP1252") == 0;
}

static void legacy_charsets_are_guessed(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        charset_decodes *decodes;
        const char *name;
    } examples[] = {
        {"caf\xE9, ol\xE9", always_decodes, "CP1252"},
        {"\xB9\xE8\xBC\xDB\xC0\xCC \xBA\xFC\xB8\xA3\xB0\xED", always_decodes, "CP949"},
        {"\xB9\xE8\xBC\xDB\xC0\xCC \xBA\xFC\xB8\xA3\xB0\xED", decodes_as_western, "CP1252"},
        {"caf\xE9, ol\xE9", never_decodes, "UTF-8"},
        {"d\x8Ej\x88 re\x8Du, tr\x8Fs bon", always_decodes, "MACINTOSH"},
        {"gr\x9A\xA7"
         "er, sch\x9Aner",
         always_decodes, "MACINTOSH"},
        {"f\x81r die B\x84ume", always_decodes, "CP850"},
        {"gr\xF6\xDF"
         "er, sch\xF6ner \x96 \x84ja\x93",
         always_decodes, "WINDOWS-1252"},
        {"caf\xC3\xA9, ol\xC3\xA9, t\xC3\xAAte, \xE9t\xC3\xA9", always_decodes, "UTF-8"},
    };
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        char name[CHARSET_NAME_SIZE];
        const char *reason = NULL;
        charset_guess_legacy(text_of(examples[i].bytes), examples[i].decodes, name, &reason);
        assert_string_equal(name, examples[i].name);
        assert_non_null(reason);
    }
}

static void utf16_is_guessed_by_its_zero_bytes(void **state)
{
    (void)state;
    assert_string_equal(charset_guess_utf16((struct text){"i\0d\0,\0", 6}), "UTF-16LE");
    assert_string_equal(charset_guess_utf16((struct text){"\0i\0d\0,", 6}), "UTF-16BE");
    assert_null(charset_guess_utf16(TEXT("id,text")));
    assert_null(charset_guess_utf16((struct text){"i\0", 2}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(legacy_charsets_are_guessed),
        cmocka_unit_test(utf16_is_guessed_by_its_zero_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
