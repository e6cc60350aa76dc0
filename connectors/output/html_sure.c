/* html_sure.c - "How sure is this": the account, the model's agreement with readers, methods. */
#include "connectors/output/html_parts.h"
#include "connectors/output/html_sections.h"
#include "connectors/output/report_facts.h"

void html_write_sure(struct page *page)
{
    struct report_fact facts[REPORT_MAX_FACTS];
    size_t count = report_facts_list(page->document, facts, &page->scratch);
    html_begin_section(page, "sure", WORD_SURE, WORD_COUNT);
    page_markup(page, "<dl>\n");
    for (size_t i = 0; i < count; i++) {
        page_markup(page, "<dt>");
        page_word(page, facts[i].name);
        page_markup(page, "</dt><dd>");
        page_text(page, facts[i].text);
        page_markup(page, "</dd>\n");
    }
    page_markup(page, "</dl>\n<h3>");
    page_word(page, WORD_METHODS);
    page_markup(page, "</h3>\n<ol class=\"methods\">");
    for (enum word method = WORD_METHOD_1; method <= WORD_METHOD_10; method++) {
        page_markup(page, "<li>");
        page_word(page, method);
        page_markup(page, "</li>\n");
    }
    page_markup(page, "</ol></section>\n");
    arena_reset(&page->scratch);
}
