/* test_html.c - base/html.c: pages and their visible texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/html.h"
#include "base/memory.h"
#include "base/utf8.h"

struct example {
    const char *html, *text;
};

static const struct example examples[] = {
    {"", ""},
    {"plain words", "plain words"},
    {"  a \r\n b\t c ", "a b c"},
    {"<p>One</p><p>Two</p>", "One\n\nTwo"},
    {"<p>one<br>two<br/>three<br><br><br>four</p>", "one\ntwo\nthree\n\nfour"},
    {"<div>a</div><div>b<br></div><div>c</div>", "a\nb\nc"},
    {"<div>a</div><div><br></div><div>b</div>", "a\n\nb"},
    {"a<b>b</b><i> c</i>", "ab c"},
    {"Broken &amp; late &lt;sic&gt; &#233;&#x1F600; &nbsp;x", "Broken & late <sic> é😀 x"},
    {"it&#146;s &#150; it", "it’s – it"},
    {"AT&T &unknown; & co", "AT&T &unknown; & co"},
    {"I <3 it, a < b", "I <3 it, a < b"},
    {"<head><title>T</title><style>p{}</style></head><body>x<script>y()</script>z</body>", "xz"},
    {"<style>p{color:red}</style>Hello", "Hello"},
    {"Kept <!-- not this --> text", "Kept text"},
    {"Items:<ul><li>one</li><li>two<ul><li>deep</li></ul></li></ul>End",
     "Items:\n\n- one\n- two\n\n- deep\n\nEnd"},
    {"<ol><li><p>first</p></li><li></li></ol>x", "- first\n\nx"},
    {"<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>", "a\tb\n1\t2"},
    {"<pre>line one\n  line two\n\n\nend</pre>", "line one\nline two\n\nend"},
    {"<h1>Head</h1>body<hr>more", "Head\n\nbody\nmore"},
    {"<div style=\"color:red; Display : none\">preview</div>seen<span hidden>not</span>", "seen"},
    {"I am <img alt=\"😀\" src=x> and <img alt=\"logo\"> here", "I am 😀 and here"},
    {"<a href=\"http://x\">link</a> text", "link text"},
    {"배송이 <b>너무</b> 늦어요", "배송이 너무 늦어요"},
    {"<meta charset=euc-kr>늦어요 é", "늦어요 é"},
    {"<?xml version=\"1.0\" encoding=\"latin1\"?><p>é</p>", "é"},
    {"<P>Upper<BR>case</P", "Upper\ncase"},
    {"never <closed attribute=\"x", "never"},
    {"<select><option>1</option></select>left", "left"},
};

static void pages_become_their_visible_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct arena arena = {0};
        struct text text = html_to_text(text_of(examples[i].html), &arena);
        if (!text_equal(text, text_of(examples[i].text)))
            fail_msg("%s: '%.*s'", examples[i].html, TEXT_ARGUMENT(text));
        arena_free(&arena);
    }
}

/* In the expected texts, quoted parts are in [brackets]. */
static const struct example mails[] = {
    {"<p>Thanks</p>", "Thanks"},
    {"<div>Still broken.</div><div class=\"gmail_quote\"><div class=\"gmail_attr\">On Monday, A "
     "wrote:</div><blockquote>Try again</blockquote></div>",
     "Still broken.[\nOn Monday, A wrote:\n\nTry again]"},
    {"<div>See below</div><div class=\"x_gmail_quote other\">---------- Forwarded message "
     "---------<br>It leaks</div>",
     "See below\n---------- Forwarded message ---------\nIt leaks"},
    {"Yes.<blockquote type=CITE>Is it on?<blockquote type=cite>deeper</blockquote></blockquote>No.",
     "Yes.[\n\nIs it on?\n\ndeeper]\n\nNo."},
    {"New<hr><div id=\"divRplyFwdMsg\"><b>From:</b> B</div><div>old</div>", "New[\nFrom: B\nold]"},
    {"Hi<div class=moz-cite-prefix>On 1/2, C wrote:</div><blockquote type=\"cite\">q</blockquote>"
     "<div class=\"moz-signature\">C</div>",
     "Hi[\nOn 1/2, C wrote:][\n\nq][\n\nC]"},
    {"<div id=AppleMailSignature></div>x", "x"},
};

static void quotes_are_found_by_the_marks_of_mail_programs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(mails) / sizeof(*mails); i++) {
        struct arena arena = {0};
        struct html_span *quotes;
        size_t count, end = 0;
        struct text text =
            html_mail_to_text_and_quotes(text_of(mails[i].html), &arena, &quotes, &count);
        struct text shown = {0};
        for (size_t k = 0; k < count; k++) {
            shown = arena_format(&arena, "%.*s%.*s[%.*s]", TEXT_ARGUMENT(shown),
                                 TEXT_ARGUMENT(text_slice(text, end, quotes[k].begin)),
                                 TEXT_ARGUMENT(text_slice(text, quotes[k].begin, quotes[k].end)));
            end = quotes[k].end;
        }
        shown = arena_format(&arena, "%.*s%.*s", TEXT_ARGUMENT(shown),
                             TEXT_ARGUMENT(text_slice(text, end, text.size)));
        if (!text_equal(shown, text_of(mails[i].text)))
            fail_msg("%s: '%.*s'", mails[i].html, TEXT_ARGUMENT(shown));
        arena_free(&arena);
    }
}

static void any_depth_of_nesting_keeps_the_text(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    static const char *const tags[] = {"<b>", "<div class=\"a\">", "<ul><li>"};
    for (size_t t = 0; t < sizeof(tags) / sizeof(*tags); t++) {
        size_t tag_size = strlen(tags[t]), size = 0;
        char *html = memory_alloc(COUNT, tag_size + 5);
        for (size_t i = 0; i < COUNT; i++) {
            memcpy(html + size, tags[t], tag_size);
            html[size + tag_size] = 'x';
            size += tag_size + 1;
        }
        for (size_t i = 0; i < COUNT; i++, size += 4)
            memcpy(html + size, "</b>", 4);
        struct arena arena = {0};
        struct text text = html_to_text((struct text){html, size}, &arena);
        size_t letters = 0;
        for (size_t i = 0; i < text.size; i++)
            letters += text.bytes[i] == 'x';
        assert_int_equal(letters, COUNT);
        assert_int_equal(text_find(text, TEXT(">"), 0), text.size);
        arena_free(&arena);
        free(html);
    }
}

static void invalid_utf8_becomes_valid_utf8(void **state)
{
    (void)state;
    struct arena arena = {0};
    assert_true(text_equal(html_to_text(TEXT("a\xFF<b>\xC3</b>\0z"), &arena),
                           TEXT("a\xEF\xBF\xBD\xEF\xBF\xBD z")));
    assert_true(text_equal(html_to_text(TEXT("<\0b\0>\0"), &arena), TEXT("< b >")));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_become_their_visible_text),
        cmocka_unit_test(quotes_are_found_by_the_marks_of_mail_programs),
        cmocka_unit_test(any_depth_of_nesting_keeps_the_text),
        cmocka_unit_test(invalid_utf8_becomes_valid_utf8),
    };
    return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
