/* html_page.h - writes texts of report.html. Everything is well-formed XML except the contents of
 * <style> and <script>, so that tests can parse it. */
#ifndef CONNECTORS_OUTPUT_HTML_PAGE_H
#define CONNECTORS_OUTPUT_HTML_PAGE_H

#include "connectors/output/report_words.h"

struct page {
    FILE *out;
    const struct document *document;
    enum document_language language;
    struct arena scratch;  /* reset after each item */
    unsigned chart_number; /* of the last chart with a title; ids are made from it */
};

/* Writes the text with & < > " ' escaped. Invalid UTF-8 and characters that XML does not have
 * become U+FFFD. */
void page_text(struct page *page, struct text text);

/* The same, at most `max` characters; an ellipsis shows that there are more. */
void page_text_cut(struct page *page, struct text text, size_t max);

void page_markup(struct page *page, const char *markup); /* as it is */
void page_word(struct page *page, enum word word);

/* Formats and escapes (words_format). */
void page_format(struct page *page, enum word word, const struct text *arguments);

#endif
