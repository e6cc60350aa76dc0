/* test_cleanup.c - stages/text/cleanup.c: texts before and after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/text/cleanup.h"

struct pair {
    const char *raw, *tidy;
};

static const struct pair texts[] = {
    {"", ""},
    {"Plain words.", "Plain words."},
    {"  two  blanks\t and a tab ", "two blanks and a tab"},
    {"one\r\ntwo\rthree\n\n\n\nfour \n five", "one\ntwo\nthree\n\nfour\nfive"},
    {"\nnothing blank at the ends\n\n", "nothing blank at the ends"},
    {"non\xC2\xA0"
     "breaking\xE2\x80\x89thin\xE3\x80\x80wide",
     "non breaking thin wide"},
    {"zero\xE2\x80\x8Bwidth\xEF\xBB\xBF and soft\xC2\xADhyphen", "zerowidth and softhyphen"},
    {"bell\x07 and \x1B[0m", "bell and [0m"},
    {"👩\xE2\x80\x8D🔧 joined", "👩\xE2\x80\x8D🔧 joined"},
    {"broken \xFF byte", "broken \xEF\xBF\xBD byte"},
    /* Not markup. */
    {"I <3 it", "I <3 it"},
    {"a < b & c > d", "a < b & c > d"},
    {"if a<b and c>d it fails", "if a<b and c>d it fails"},
    {"use <your name> here", "use <your name> here"},
    {"Tom & Jerry; AT&T", "Tom & Jerry; AT&T"},
    {"x <b and c> y", "x <b and c> y"},
    /* Markup. */
    {"fine<br/>thanks", "fine\nthanks"},
    {"<p>One</p><p>Two</p>", "One\n\nTwo"},
    {"<b>bold</b> and <3 <i>love</i>", "bold and <3 love"},
    {"<a href=\"http://x.example\">link</a> text", "link text"},
    {"Tom &amp; I &lt;3 it &#8217;s", "Tom & I <3 it ’s"},
    {"line &amp; line\nnext", "line & line\nnext"},
    {"<script>alert(1)</script>said <style>p{}</style>this", "said this"},
};

static void texts_become_what_a_reader_sees(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct text tidy = cleanup_text(text_of(texts[i].raw), true, &arena);
        if (!text_equal(tidy, text_of(texts[i].tidy)))
            fail_msg("%s gave [%.*s]", texts[i].raw, TEXT_ARGUMENT(tidy));
        assert_true(text_equal(cleanup_text(tidy, false, &arena), tidy));
    }
    assert_true(
        text_equal(cleanup_text(TEXT("<b>as is</b>"), false, &arena), TEXT("<b>as is</b>")));
    arena_free(&arena);
}

static const struct pair translations[] = {
    {"no envelope", "no envelope"},
    {"(Translated by Google) Very good\n\n(Original)\nSehr gut", "Sehr gut"},
    {"Sehr gut\n\n(Translated by Google)\nVery good", "Sehr gut"},
    {"(Translated by Google) Very good", "(Translated by Google) Very good"},
};

static void the_original_is_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(translations) / sizeof(*translations); i++)
        assert_true(text_equal(cleanup_keep_original(text_of(translations[i].raw)),
                               text_of(translations[i].tidy)));
}

static const struct pair cells[] = {
    {"", ""},
    {"'", "'"},
    {"'Great kettle", "Great kettle"},
    {"'=Great kettle", "Great kettle"},
    {"=\"Great kettle\"", "Great kettle"},
    {"=Great kettle", "Great kettle"},
    {"+좋아요", "좋아요"},
    {"'-slow", "-slow"},
    {"'-5 stars", "'-5 stars"},
    {"'s good", "'s good"},
    {"=ㅅ= good", "=ㅅ= good"},
    {"-slow", "-slow"},
    {"=)", "=)"},
    {"=D so good", "=D so good"},
    {"+1", "+1"},
    {"+ve: fast", "+ve: fast"},
    {"'진짜'들이 만든 앱", "'진짜'들이 만든 앱"},
    {"'Great kettle, isn't it", "Great kettle, isn't it"},
    {"+fast\n+cheap\n-loud", "+fast\n+cheap\n-loud"},
    {"'Great kettle' said my wife", "'Great kettle' said my wife"},
};

static void marks_of_cells_are_removed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cells) / sizeof(*cells); i++) {
        struct text tidy = cleanup_strip_cell_mark(text_of(cells[i].raw));
        if (!text_equal(tidy, text_of(cells[i].tidy)))
            fail_msg("%s gave [%.*s]", cells[i].raw, TEXT_ARGUMENT(tidy));
        assert_true(text_equal(cleanup_strip_cell_mark(tidy), tidy));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_what_a_reader_sees),
        cmocka_unit_test(the_original_is_kept),
        cmocka_unit_test(marks_of_cells_are_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
