/* test_mojibake.c - texts that were written in the wrong charset, and genuine ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mojibake.h"

static void texts_are_repaired_if_they_decode_as_a_whole(void **state)
{
    static const struct {
        const char *text;
        enum mojibake kind;
        const char *expected;
    } examples[] = {
        {"cafÃ©", MOJIBAKE_WESTERN, "café"},
        {"Itâ€™s fine", MOJIBAKE_WESTERN, "It’s fine"},
        {"ì¢‹ì•„ìš”", MOJIBAKE_WESTERN, "좋아요"},
        {"\xC3\xA9\xC2\xA9\xC2\xAC", MOJIBAKE_WESTERN, "马"},        /* as Latin-1 */
        {"\xC3\xB0\xC2\x9F\xC2\x98\xC2\x82", MOJIBAKE_WESTERN, "😂"}, /* C1 controls */
        {"cafÃƒÂ©", MOJIBAKE_WESTERN, "café"},                       /* twice */
        {"caf√©", MOJIBAKE_MACINTOSH, "café"},
        {"café", MOJIBAKE_NONE, "café"},
        {"plain", MOJIBAKE_NONE, "plain"},
        {"cafÃ© et café", MOJIBAKE_NONE, "cafÃ© et café"},
        {"Spaß…", MOJIBAKE_NONE, "Spaß…"},
        {"CAFÉ»", MOJIBAKE_NONE, "CAFÉ»"},
        {"좋아요", MOJIBAKE_NONE, "좋아요"},
        {"“quoted”", MOJIBAKE_NONE, "“quoted”"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct arena arena = {0};
        struct mojibake_counts counts = {0};
        struct text text = text_of(examples[i].text);
        mojibake_count(&counts, text);
        enum mojibake kind = mojibake_decide(&counts);
        text = mojibake_repair(kind, text, &arena);
        if (kind != examples[i].kind || !text_equal(text, text_of(examples[i].expected)))
            fail_msg("%s: %d %.*s", examples[i].text, (int)kind, TEXT_ARGUMENT(text));
        arena_free(&arena);
    }
}

static void one_genuine_letter_in_ten_texts_proves_the_opposite(void **state)
{
    struct mojibake_counts counts = {0};
    (void)state;
    for (size_t i = 0; i < 8; i++)
        mojibake_count(&counts, TEXT("cafÃ©"));
    mojibake_count(&counts, TEXT("thé"));
    assert_int_equal(mojibake_decide(&counts), MOJIBAKE_NONE);
    mojibake_count(&counts, TEXT("cafÃ©"));
    assert_int_equal(mojibake_decide(&counts), MOJIBAKE_WESTERN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_repaired_if_they_decode_as_a_whole),
        cmocka_unit_test(one_genuine_letter_in_ten_texts_proves_the_opposite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
