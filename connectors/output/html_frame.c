/* html_frame.c - what surrounds the sections of report.html: head, contents, script.
 *
 * Style and script are fixed, so a Content-Security-Policy names them by their hashes and forbids
 * everything else. */
#include "base/hash.h"
#include "base/keyed_hash.h"
#include "connectors/output/html_parts.h"
#include "connectors/output/html_sections.h"
#include "connectors/output/report_facts.h"

static const char style[] =
#include "connectors/output/data/report.css.inc"
    ;

static const char script[] =
#include "connectors/output/data/report.js.inc"
    ;

void html_write_head(struct page *page)
{
    char style_hash[SHA256_BASE64_SIZE], script_hash[SHA256_BASE64_SIZE];
    sha256_format_base64(text_of(style), style_hash);
    sha256_format_base64(text_of(script), script_hash);
    fprintf(page->out,
            "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"/>\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
            "style-src 'sha256-%s'; script-src 'sha256-%s'; img-src data:; base-uri 'none'; "
            "form-action 'none'\"/>\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
            "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
            "<meta name=\"robots\" content=\"noindex\"/>\n"
            "<meta name=\"generator\" content=\"Winnow " WINNOW_VERSION "\"/>\n<title>",
            page->language == DOCUMENT_KOREAN ? "ko" : "en", style_hash, script_hash);
    page_text(page, report_title(page->document));
    fprintf(page->out, "</title>\n<style>%s</style></head>\n<body>", style);
}

static void write_selection(struct page *page)
{
    const struct selection *selection = page->document->selection;
    if (!selection || !selection->view)
        return;
    page_markup(page, "<p>");
    page_format(page, WORD_SELECTED,
                (struct text[]){report_selection(page->document, &page->scratch)});
    page_markup(page, "</p>\n");
}

void html_write_header(struct page *page)
{
    const struct document *document = page->document;
    page_markup(page, "<a class=\"skip\" href=\"#main\">");
    page_word(page, WORD_SKIP);
    page_markup(page, "</a>\n<header><h1>");
    page_text(page, report_title(page->document));
    page_markup(page, "</h1>\n<p>");
    page_text(page, report_scope(document, &page->scratch));
    page_markup(page, "</p>\n");
    write_selection(page);
    page_markup(page, "<nav aria-label=\"");
    page_word(page, WORD_CONTENTS);
    page_markup(page, "\"><ul>");
    if (document->point_count)
        html_write_contents_link(page, "points", WORD_KEY_POINTS);
    html_write_insight_links(page);
    html_write_contents_link(page, "topics", WORD_TOPICS);
    html_write_contents_link(page, "rows", WORD_ROWS);
    html_write_contents_link(page, "sure", WORD_SURE);
    page_markup(page, "</ul></nav></header>\n<main id=\"main\">\n");
    arena_reset(&page->scratch);
}

void html_write_footer(struct page *page, const struct packed_rows *packed)
{
    char key[17];
    hash_format(store_get_model_key(page->document->store), key);
    page_markup(page, "</main>\n<footer><p>");
    page_format(page, WORD_MADE_BY, (struct text[]){TEXT(WINNOW_VERSION), text_of(key)});
    page_markup(page, "</p></footer>\n");
    if (packed->row_count) {
        page_markup(page, "<script id=\"packed\" type=\"application/octet-stream\">");
        html_pack_write(page, packed);
        fprintf(page->out, "</script>\n<script>%s</script>\n", script);
    }
    page_markup(page, "</body></html>\n");
}
