/* html_parts.c - pieces of the page that several sections have: headings, links, quotes. */
#include "connectors/output/html_parts.h"

#include <math.h>

#include "base/hash.h"
#include "base/json_writer.h"
#include "connectors/output/report_sentences.h"

/* The number of a topic in document->topics, from which its anchor is made; topic_count: none. */
size_t html_find_topic(const struct document *document, struct text id)
{
    size_t i = 0;
    while (i < document->topic_count && !text_equal(document->topics[i].id, id))
        i++;
    return i;
}

void html_begin_section(struct page *page, const char *id, enum word title, enum word text)
{
    fprintf(page->out, "<section id=\"%s\" aria-labelledby=\"%s-h\"><h2 id=\"%s-h\">", id, id, id);
    page_word(page, title);
    page_markup(page, "</h2>\n");
    if (text != WORD_COUNT) {
        page_markup(page, "<p class=\"mu\">");
        page_word(page, text);
        page_markup(page, "</p>\n");
    }
}

void html_write_key(struct page *page, bool has_band)
{
    page_markup(page, "<ul class=\"key\"><li class=\"kn\">");
    page_word(page, WORD_NEGATIVE);
    page_markup(page, has_band ? "</li><li class=\"kb\">" : "</li><li>");
    page_word(page, has_band ? WORD_EXPECTED : WORD_OTHER);
    if (!has_band) {
        page_markup(page, "</li><li class=\"kp\">");
        page_word(page, WORD_POSITIVE);
    }
    page_markup(page, "</li></ul>\n");
}

void html_write_column_head(struct page *page, enum word word, const char *class)
{
    fprintf(page->out, "<th scope=\"col\"%s%s%s>", *class ? " class=\"" : "", class,
            *class ? "\"" : "");
    page_word(page, word);
    page_markup(page, "</th>");
}

void html_write_topic_link(struct page *page, struct text id)
{
    size_t topic = html_find_topic(page->document, id);
    if (topic >= page->document->topic_count || topic >= HTML_MAX_TOPIC_PAGES) {
        page_text(page, words_topic(page->document, id));
        return;
    }
    fprintf(page->out, "<a href=\"#t%zu\">", topic + 1);
    page_text(page, words_topic(page->document, id));
    page_markup(page, "</a>");
}

size_t html_count_topic_pages(const struct document *document)
{
    return document->topic_count < HTML_MAX_TOPIC_PAGES ? document->topic_count
                                                        : HTML_MAX_TOPIC_PAGES;
}

/* Keeps numbers and their percent signs on one line. */
void html_write_sentence(struct page *page, const struct saved_insight *saved)
{
    struct text rest = report_sentence(page->document, saved, &page->scratch);
    while (rest.size) {
        size_t sign = text_find(rest, TEXT(" %"), 0);
        page_text(page, text_slice(rest, 0, sign));
        if (sign < rest.size)
            page_markup(page, "&#160;%");
        rest = text_slice(rest, sign + 2, rest.size);
    }
}

static void write_quote_source(struct page *page, struct text source, struct text external_id,
                               int64_t created_at)
{
    page_text(page, source);
    if (page->document->options.shows_ids && external_id.size) {
        page_markup(page, " ");
        page_text_cut(page, external_id, 60);
    }
    page_markup(page, ", ");
    if (created_at == TIME_UNKNOWN) {
        page_word(page, WORD_NO_DATE);
    } else {
        page_markup(page, "<time>");
        page_text(page, words_date(created_at, &page->scratch));
        page_markup(page, "</time>");
    }
}

/* A quote with a link to its row. */
void html_write_quote(struct page *page, const struct document_quote *quote)
{
    char id[17];
    hash_format(quote->feedback_id, id);
    fprintf(page->out, "<li><blockquote class=\"%s\"><bdi",
            quote->polarity == SENTIMENT_POSITIVE   ? "qp"
            : quote->polarity == SENTIMENT_NEGATIVE ? "qn"
                                                    : "qo");
    if (quote->lang.size) {
        page_markup(page, " lang=\"");
        page_text(page, quote->lang);
        page_markup(page, "\"");
    }
    page_markup(page, quote->is_cut_before ? ">… " : ">");
    page_text(page, quote->text);
    page_markup(page, quote->is_cut_after ? " …</bdi></blockquote>" : "</bdi></blockquote>");
    fprintf(page->out, "<small><a href=\"#r%s\">", id);
    write_quote_source(page, quote->source, quote->external_id, quote->created_at);
    page_markup(page, "</a></small></li>\n");
}

void html_write_saved_quote(struct page *page, const struct saved_quote *quote,
                            enum sentiment polarity)
{
    struct document_quote copy = {.feedback_id = quote->feedback_id,
                                  .text = quote->text,
                                  .is_cut_before = quote->is_cut_before,
                                  .is_cut_after = quote->is_cut_after,
                                  .source = quote->source,
                                  .external_id = quote->external_id,
                                  .created_at = quote->created_at,
                                  .polarity = polarity};
    html_write_quote(page, &copy);
}

void html_write_contents_link(struct page *page, const char *id, enum word title)
{
    fprintf(page->out, "<li><a href=\"#%s\">", id);
    page_word(page, title);
    page_markup(page, "</a></li>");
}

struct text html_format_rating(const struct saved_record *record, struct arena *arena)
{
    char rating[32], scale[32];
    if (isnan(record->rating))
        return (struct text){0};
    struct text of = {scale, json_format_real(record->rating_scale, scale)};
    return arena_format(arena, "%.*s%s%.*s", (int)json_format_real(record->rating, rating), rating,
                        isnan(record->rating_scale) ? "" : " / ",
                        isnan(record->rating_scale) ? 0 : (int)of.size, of.bytes);
}
