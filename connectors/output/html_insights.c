/* html_insights.c - the strongest insights in short, and each kind in its section. */
#include "connectors/output/html_charts.h"
#include "connectors/output/html_parts.h"
#include "connectors/output/html_sections.h"
#include "connectors/output/report_facts.h"
#include "connectors/output/report_sentences.h"

enum {
    MAX_IN_SHORT = 5,
    MAX_CARDS = 12, /* insights of one kind */
};

/* The sections of insights, in their order. */
static const struct insight_section {
    enum insight_kind kind;
    const char *id;
    enum word title, text;
} insight_sections[] = {
    {INSIGHT_CHANGE, "changed", WORD_CHANGED, WORD_CHANGED_TEXT},
    {INSIGHT_MOVED, "moved", WORD_MOVED, WORD_MOVED_TEXT},
    {INSIGHT_IMPACT, "impact", WORD_IMPACT, WORD_IMPACT_TEXT},
    {INSIGHT_SEGMENT, "differs", WORD_DIFFERS, WORD_SEGMENT_TEXT},
    {INSIGHT_THEME, "themes", WORD_THEMES, WORD_THEMES_TEXT},
    {INSIGHT_PHRASE, "phrases", WORD_PHRASES, WORD_PHRASES_TEXT},
    {INSIGHT_ANSWER, "answer", WORD_ANSWERS, WORD_ANSWERS_TEXT},
};

enum { INSIGHT_SECTION_COUNT = sizeof(insight_sections) / sizeof(*insight_sections) };

static bool has_kind(const struct document *document, enum insight_kind kind)
{
    for (size_t i = 0; i < document->insight_count; i++)
        if (document->insights[i].saved.insight.kind == kind)
            return true;
    return false;
}

void html_write_insight_links(struct page *page)
{
    for (size_t i = 0; i < INSIGHT_SECTION_COUNT; i++)
        if (has_kind(page->document, insight_sections[i].kind))
            html_write_contents_link(page, insight_sections[i].id, insight_sections[i].title);
}

/* The first insight about the same phrase. Its card shows this insight, too. */
static size_t find_card(const struct document *document, size_t number)
{
    const struct insight *insight = &document->insights[number].saved.insight;
    for (size_t i = 0; i < number && insight->kind == INSIGHT_PHRASE; i++)
        if (document->insights[i].saved.insight.kind == INSIGHT_PHRASE &&
            text_equal(document->insights[i].saved.insight.phrase, insight->phrase))
            return i;
    return number;
}

/* The number of cards of the insight's kind before it. */
static size_t count_cards_before(const struct document *document, size_t number)
{
    size_t count = 0;
    for (size_t i = 0; i < number; i++)
        count += document->insights[i].saved.insight.kind ==
                     document->insights[number].saved.insight.kind &&
                 find_card(document, i) == i;
    return count;
}

/* Whether the page shows the insight, under the anchor #iNUMBER. */
static bool is_shown(const struct document *document, size_t number)
{
    const struct insight *insight = &document->insights[number].saved.insight;
    if (insight->kind == INSIGHT_IMPACT || insight->kind == INSIGHT_MOVED)
        return html_shows_effect(insight);
    return count_cards_before(document, find_card(document, number)) < MAX_CARDS;
}

static void write_item(struct page *page, enum word word)
{
    page_markup(page, "<li>");
    page_word(page, word);
    page_markup(page, "</li>\n");
}

/* The first insights of the kinds that tell what happened, as links to their cards. */
void html_write_in_short(struct page *page)
{
    const struct document *document = page->document;
    size_t count = 0;
    html_begin_section(page, "short", WORD_IN_SHORT, WORD_COUNT);
    page_markup(page, "<ul class=\"short\">\n");
    bool is_quiet = report_is_without_change(document);
    if (is_quiet)
        write_item(page, WORD_NOTHING_CHANGED);
    for (size_t i = 0; i < document->insight_count && count < MAX_IN_SHORT; i++) {
        const struct saved_insight *saved = &document->insights[i].saved;
        if (!report_is_in_short(saved))
            continue;
        bool has_anchor = is_shown(document, i);
        page_markup(page, "<li>");
        if (has_anchor)
            fprintf(page->out, "<a href=\"#i%zu\">", i + 1);
        html_write_sentence(page, saved);
        page_markup(page, has_anchor ? "</a></li>\n" : "</li>\n");
        count++;
        arena_reset(&page->scratch);
    }
    if (!is_quiet && count == 0)
        write_item(page, WORD_NOTHING_FOUND);
    page_markup(page, "</ul></section>\n");
}

static void write_q_value(struct page *page, const struct insight *insight)
{
    static const enum word states[INSIGHT_STATE_COUNT] = {
        WORD_COUNT, WORD_STATE_NEW, WORD_STATE_STILL, WORD_STATE_OVER, WORD_STATE_SO_FAR};
    if (insight->state != INSIGHT_NO_STATE) {
        page_markup(page, "<span class=\"tag\">");
        page_word(page, states[insight->state]);
        page_markup(page, "</span> ");
    }
    page_markup(page, "<small>");
    page_text(page, report_chance(page->language, insight, &page->scratch));
    page_markup(page, "</small>");
}

/* The other insights about the phrase of the card. */
static void write_same_phrase(struct page *page, size_t number)
{
    for (size_t i = number + 1; i < page->document->insight_count; i++)
        if (find_card(page->document, i) == number) {
            fprintf(page->out, "<p id=\"i%zu\">", i + 1);
            html_write_sentence(page, &page->document->insights[i].saved);
            page_markup(page, "<br/>");
            write_q_value(page, &page->document->insights[i].saved.insight);
            page_markup(page, "</p>\n");
        }
}

void html_write_card(struct page *page, size_t number)
{
    const struct document_insight *found = &page->document->insights[number];
    const struct insight *insight = &found->saved.insight;
    fprintf(page->out, "<article class=\"card\" id=\"i%zu\"><h3>", number + 1);
    html_write_sentence(page, &found->saved);
    page_markup(page, "</h3>\n<p>");
    write_q_value(page, insight);
    page_markup(page, "</p>\n");
    write_same_phrase(page, number);
    bool is_share = insight->measure == MEASURE_NEGATIVE_SHARE;
    page_markup(page, "<div class=\"sides\">");
    if (insight->kind == INSIGHT_CHANGE && is_share && found->mentions && found->records &&
        page->document->period_count > 1) {
        page_markup(page, "<div>");
        chart_columns(page, &(struct column_chart){.title = WORD_TREND,
                                                   .counts = found->mentions,
                                                   .records = found->records,
                                                   .baseline = insight->baseline});
        html_write_key(page, true);
        page_markup(page, "</div>");
    }
    if (found->saved.quote_count) {
        page_markup(page, "<ul class=\"quotes\">");
        for (size_t i = 0; i < found->saved.quote_count; i++)
            html_write_saved_quote(page, &found->saved.quotes[i],
                                   is_share ? SENTIMENT_NEGATIVE : SENTIMENT_NEUTRAL);
        page_markup(page, "</ul>");
    }
    page_markup(page, "</div>\n");
    if (html_find_topic(page->document, insight->key.topic) < page->document->topic_count) {
        page_markup(page, "<p><small>");
        page_word(page, WORD_TOPIC);
        page_markup(page, ": ");
        html_write_topic_link(page, insight->key.topic);
        page_markup(page, "</small></p>");
    }
    page_markup(page, "</article>\n");
    arena_reset(&page->scratch);
}

/* What needs an answer: why, in the customer's words. */
static void write_answer(struct page *page, size_t number)
{
    const struct saved_insight *saved = &page->document->insights[number].saved;
    fprintf(page->out, "<li id=\"i%zu\"><span class=\"tag\">", number + 1);
    page_text(page, report_answer_reason(page->language, &saved->insight));
    page_markup(page, "</span><ul class=\"quotes\">");
    for (size_t i = 0; i < saved->quote_count; i++)
        html_write_saved_quote(page, &saved->quotes[i], SENTIMENT_NEUTRAL);
    page_markup(page, "</ul></li>\n");
}

static void write_cards(struct page *page, enum insight_kind kind)
{
    const struct document *document = page->document;
    bool is_list = kind == INSIGHT_ANSWER;
    for (size_t i = 0; i < document->insight_count; i++)
        if (report_is_without_topic(&document->insights[i].saved.insight) &&
            kind == INSIGHT_THEME) {
            fprintf(page->out, "<p id=\"i%zu\">", i + 1);
            html_write_sentence(page, &document->insights[i].saved);
            page_markup(page, "</p>\n");
        }
    page_markup(page, is_list ? "<ul class=\"card answers\">\n" : "<div class=\"cards\">\n");
    for (size_t i = 0; i < document->insight_count; i++) {
        const struct insight *insight = &document->insights[i].saved.insight;
        if (insight->kind != kind || find_card(document, i) != i || !is_shown(document, i) ||
            report_is_without_topic(insight))
            continue;
        if (is_list)
            write_answer(page, i);
        else
            html_write_card(page, i);
    }
    page_markup(page, is_list ? "</ul>\n" : "</div>\n");
}

void html_write_insights(struct page *page)
{
    const struct document *document = page->document;
    for (size_t section = 0; section < INSIGHT_SECTION_COUNT; section++) {
        const struct insight_section *kind = &insight_sections[section];
        if (!has_kind(document, kind->kind))
            continue;
        html_begin_section(page, kind->id, kind->title, kind->text);
        if (kind->kind == INSIGHT_IMPACT || kind->kind == INSIGHT_MOVED) {
            html_write_effects(page, kind->kind);
        } else {
            write_cards(page, kind->kind);
        }
        page_markup(page, "</section>\n");
    }
}
