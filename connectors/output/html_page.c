/* html_page.c - escapes texts. */
#include "connectors/output/html_page.h"

#include "base/utf8.h"

static bool is_xml_character(uint32_t point)
{
    return point == '\t' || point == '\n' || point == '\r' ||
           (point >= 0x20 && point != 0xFFFE && point != 0xFFFF);
}

void page_text_cut(struct page *page, struct text text, size_t max)
{
    FILE *out = page->out;
    size_t characters = 0;
    for (size_t at = 0, size; at < text.size; at += size) {
        uint32_t point = utf8_decode(text, at, &size);
        if (characters++ == max) {
            fputs(" …", out);
            return;
        }
        switch (point) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            if (point == 0xFFFD || !is_xml_character(point))
                fputs("\xEF\xBF\xBD", out);
            else
                fwrite(text.bytes + at, 1, size, out);
        }
    }
}

void page_text(struct page *page, struct text text)
{
    page_text_cut(page, text, SIZE_MAX);
}

void page_markup(struct page *page, const char *markup)
{
    fputs(markup, page->out);
}

void page_word(struct page *page, enum word word)
{
    page_text(page, words_get(page->language, word));
}

void page_format(struct page *page, enum word word, const struct text *arguments)
{
    page_text(page, words_format(page->language, word, arguments, &page->scratch));
}
