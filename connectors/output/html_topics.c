/* html_topics.c - the table of topics, and a section for each of the first ones. */
#include <math.h>

#include "connectors/output/html_charts.h"
#include "connectors/output/html_parts.h"
#include "connectors/output/html_sections.h"
#include "connectors/output/report_facts.h"

static void write_topic_row(struct page *page, size_t number)
{
    const struct document *document = page->document;
    const struct document_topic *topic = &document->topics[number];
    const struct document_counts *total = &topic->total;
    struct arena *arena = &page->scratch;
    fprintf(page->out, "<tr%s><th scope=\"row\">",
            total->mentions < REPORT_MIN_COUNT ? " class=\"mu\"" : "");
    html_write_topic_link(page, topic->id);
    page_markup(page, "</th><td class=\"n optm\">");
    page_text(page, words_count(total->mentions, arena));
    page_markup(page, "</td><td class=\"n\">");
    page_text(page, words_count(total->negative, arena));
    page_markup(page, "</td><td class=\"wide\">");
    chart_shares(page, total);
    page_markup(page, "</td><td class=\"n opt\">");
    if (total->mentions >= REPORT_MIN_COUNT && !isnan(topic->negative_share.value)) {
        page_text(page, words_percent(page->language, topic->negative_share.value, arena));
        page_markup(page, "<small> (");
        page_text(page, words_interval(page->language, topic->negative_share.low,
                                       topic->negative_share.high, arena));
        page_markup(page, ")</small>");
    }
    page_markup(page, "</td><td class=\"opt\">");
    if (total->mentions >= REPORT_MIN_COUNT)
        chart_trend(page, topic->periods, document->period_count);
    page_markup(page, "</td></tr>\n");
    arena_reset(arena);
}

void html_write_topics(struct page *page)
{
    const struct document *document = page->document;
    size_t shown = html_count_topic_pages(document);
    struct arena *arena = &page->scratch;
    html_begin_section(page, "topics", WORD_TOPICS, WORD_TOPICS_TEXT);
    html_write_key(page, false);
    page_markup(page, "<div class=\"box\"><table><thead><tr>");
    html_write_column_head(page, WORD_TOPIC, "");
    html_write_column_head(page, WORD_MENTIONS, "n optm");
    html_write_column_head(page, WORD_NEGATIVE, "n");
    html_write_column_head(page, WORD_SHARES_HEAD, "wide");
    html_write_column_head(page, WORD_NEGATIVE_SHARE, "n opt");
    html_write_column_head(page, WORD_TREND, "opt");
    page_markup(page, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < shown; i++)
        write_topic_row(page, i);
    page_markup(page, "</tbody></table></div>\n<p class=\"mu\">");
    page_word(page, WORD_WITHOUT_TOPIC);
    page_markup(page, ": ");
    page_format(
        page, WORD_SHARE_OF,
        (struct text[]){words_count(document->without_topic, arena),
                        words_count(document->record_count, arena),
                        words_percent(page->language,
                                      document->record_count ? (double)document->without_topic /
                                                                   (double)document->record_count
                                                             : NAN,
                                      arena)});
    if (shown < document->topic_count) {
        page_markup(page, "<br/>");
        page_format(page, WORD_MORE_TOPICS,
                    (struct text[]){words_count(document->topic_count - shown, arena)});
    }
    page_markup(page, "</p></section>\n");
    arena_reset(arena);
}

static void write_side(struct page *page, enum word title, const struct document_quote *quotes,
                       size_t count)
{
    if (!count)
        return;
    page_markup(page, "<div><h4>");
    page_word(page, title);
    page_markup(page, "</h4><ul class=\"quotes\">\n");
    for (size_t i = 0; i < count; i++)
        html_write_quote(page, &quotes[i]);
    page_markup(page, "</ul></div>\n");
}

static void write_topic_section(struct page *page, size_t number)
{
    const struct document *document = page->document;
    const struct document_topic *topic = &document->topics[number];
    const struct document_counts *total = &topic->total;
    struct arena *arena = &page->scratch;
    fprintf(page->out,
            "<section class=\"card topic\" id=\"t%zu\" aria-labelledby=\"t%zu-h\"><div "
            "class=\"head\"><h3 id=\"t%zu-h\">",
            number + 1, number + 1, number + 1);
    page_text(page, words_topic(page->document, topic->id));
    page_markup(page, "</h3><small class=\"up\"><a href=\"#topics\">");
    page_word(page, WORD_UP);
    page_markup(page, "</a></small></div>\n<p>");
    page_format(
        page, WORD_MENTIONS_LINE,
        (struct text[]){words_count(total->mentions, arena), words_count(total->negative, arena),
                        words_count(total->mentions - total->negative - total->positive, arena),
                        words_count(total->positive, arena)});
    page_markup(page, "</p>\n");
    chart_shares(page, total);
    if (document->period_count > 1 && total->mentions >= REPORT_MIN_COUNT)
        chart_columns(page,
                      &(struct column_chart){.title = WORD_OVER_TIME, .counts = topic->periods});
    page_markup(page, "<div class=\"sides\">\n");
    html_write_topic_points(page, topic->id);
    page_markup(page, "</div>\n<div class=\"sides\">\n");
    write_side(page, WORD_CRITICISM, topic->negative, topic->negative_count);
    write_side(page, WORD_PRAISE, topic->positive, topic->positive_count);
    page_markup(page, "</div></section>\n");
    arena_reset(arena);
}

void html_write_topic_pages(struct page *page)
{
    if (!page->document->topic_count)
        return;
    html_begin_section(page, "pages", WORD_TOPIC_PAGES, WORD_COUNT);
    for (size_t i = 0; i < html_count_topic_pages(page->document); i++)
        write_topic_section(page, i);
    page_markup(page, "</section>\n");
}
