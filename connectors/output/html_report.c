/* html_report.c - report.html: one file that needs no network and, to be read, no script.
 *
 * Its style and its script are fixed, so a Content-Security-Policy names them by their hashes and
 * forbids everything else. The rows are data that the script unpacks. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/keyed_hash.h"
#include "base/memory.h"
#include "connectors/connectors.h"
#include "connectors/output/html_rows.h"
#include "connectors/output/report_facts.h"

enum {
    MAX_TOPIC_SECTIONS = 60, /* bounds the part that is read without a script */
    MAX_TREND_COLUMNS = 26,
    MAX_QUOTED_ROWS = 2000,
    MAX_IN_SHORT = 5,
    MAX_CARDS = 12, /* insights of one kind */
    MAX_HEAT_TOPICS = 12,
    MAX_HEAT_PARTS = 8,
    MAX_POINT_GROUPS = 6,
    MAX_POINTS = 6, /* of a group */
    MIN_COUNT = 10, /* smaller figures are grey */
};

static const char style[] =
#include "connectors/output/data/report.css.inc"
    ;

static const char script[] =
#include "connectors/output/data/report.js.inc"
    ;

/* ---- Parts of sections ---- */

static bool is_all_topics(struct text topic)
{
    return !topic.size || text_equal(topic, group_key_all_topics);
}

/* The number of a topic in document->topics, from which its anchor is made; topic_count: none. */
static size_t find_topic(const struct document *document, struct text id)
{
    size_t i = 0;
    while (i < document->topic_count && !text_equal(document->topics[i].id, id))
        i++;
    return i;
}

static void write_heading(struct page *page, const char *id, enum word title, enum word text)
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

static void write_key(struct page *page, bool has_band)
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
static void write_quote(struct page *page, const struct document_quote *quote)
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

static void write_saved_quote(struct page *page, const struct saved_quote *quote,
                              enum sentiment polarity)
{
    struct document_quote copy = {.feedback_id = quote->feedback_id,
                                  .text = quote->text,
                                  .source = quote->source,
                                  .external_id = quote->external_id,
                                  .created_at = quote->created_at,
                                  .polarity = polarity};
    write_quote(page, &copy);
}

/* ---- Head ---- */

static void write_head(struct page *page)
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

static bool has_kind(const struct document *document, enum insight_kind kind)
{
    for (size_t i = 0; i < document->insight_count; i++)
        if (document->insights[i].saved.insight.kind == kind)
            return true;
    return false;
}

static void write_contents_link(struct page *page, const char *id, enum word title)
{
    fprintf(page->out, "<li><a href=\"#%s\">", id);
    page_word(page, title);
    page_markup(page, "</a></li>");
}

/* The sections of insights, in their order. */
static const struct insight_section {
    enum insight_kind kind;
    const char *id;
    enum word title, text;
} insight_sections[] = {
    {INSIGHT_CHANGE, "changed", WORD_CHANGED, WORD_COUNT},
    {INSIGHT_MOVED, "moved", WORD_MOVED, WORD_MOVED_TEXT},
    {INSIGHT_IMPACT, "impact", WORD_IMPACT, WORD_IMPACT_TEXT},
    {INSIGHT_SEGMENT, "differs", WORD_DIFFERS, WORD_COUNT},
    {INSIGHT_THEME, "themes", WORD_THEMES, WORD_COUNT},
    {INSIGHT_PHRASE, "phrases", WORD_PHRASES, WORD_COUNT},
    {INSIGHT_ANSWER, "answer", WORD_ANSWERS, WORD_COUNT},
};

enum { INSIGHT_SECTION_COUNT = sizeof(insight_sections) / sizeof(*insight_sections) };

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

static void write_header(struct page *page)
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
        write_contents_link(page, "points", WORD_KEY_POINTS);
    for (size_t i = 0; i < INSIGHT_SECTION_COUNT; i++)
        if (has_kind(document, insight_sections[i].kind))
            write_contents_link(page, insight_sections[i].id, insight_sections[i].title);
    write_contents_link(page, "topics", WORD_TOPICS);
    write_contents_link(page, "rows", WORD_ROWS);
    write_contents_link(page, "sure", WORD_SURE);
    page_markup(page, "</ul></nav></header>\n<main id=\"main\">\n");
    arena_reset(&page->scratch);
}

/* ---- Key figures ---- */

static void write_share_figure(struct page *page, enum sentiment label, enum word name,
                               const char *class)
{
    const struct document *document = page->document;
    struct arena *arena = &page->scratch;
    const struct label_share *share = document_find_share(document, label);
    if (!share || !document->record_count)
        return;
    bool is_known = !isnan(share->share.value);
    fprintf(page->out, "<li><b class=\"%s\">", class);
    page_text(page, words_percent(page->language,
                                  is_known ? share->share.value : share->predicted_share, arena));
    page_markup(page, "</b>");
    page_word(page, name);
    if (is_known) {
        page_markup(page, "<small>");
        page_format(page, WORD_INTERVAL_OF,
                    (struct text[]){
                        words_interval(page->language, share->share.low, share->share.high, arena),
                        words_count(document->record_count, arena)});
        page_markup(page, "</small>");
    }
    page_markup(page, "</li>\n");
}

static void begin_figure(struct page *page, struct text value, struct text name)
{
    page_markup(page, "<li><b>");
    page_text(page, value);
    page_markup(page, "</b>");
    page_text(page, name);
    page_markup(page, "<small>");
}

static void end_figure(struct page *page)
{
    page_markup(page, "</small></li>\n");
}

static void write_scores(struct page *page)
{
    const struct document_scores *scores = &page->document->scores;
    struct arena *arena = &page->scratch;
    if (scores->rating_n >= MIN_COUNT && !isnan(scores->mean_rating.low)) {
        struct text scale = arena_format(arena, "%g", scores->rating_scale);
        begin_figure(page, words_decimal(scores->mean_rating.value, false, arena),
                     words_format(page->language, WORD_STARS, (struct text[]){scale}, arena));
        page_format(page, WORD_RATINGS_INTERVAL,
                    (struct text[]){words_decimal(scores->mean_rating.low, false, arena),
                                    words_decimal(scores->mean_rating.high, false, arena),
                                    words_count(scores->rating_n, arena)});
        end_figure(page);
    }
    if (scores->nps_n >= MIN_COUNT && !isnan(scores->nps.value)) {
        begin_figure(page, arena_format(arena, "%+.0f", scores->nps.value),
                     words_get(page->language, WORD_NPS));
        struct text interval =
            words_format(page->language, WORD_INTERVAL,
                         (struct text[]){arena_format(arena, "%+.0f", scores->nps.low),
                                         arena_format(arena, "%+.0f", scores->nps.high)},
                         arena);
        page_format(page, WORD_ANSWERS_INTERVAL,
                    (struct text[]){interval, words_count(scores->nps_n, arena)});
        end_figure(page);
    }
    if (scores->csat_n >= MIN_COUNT && !isnan(scores->csat.value)) {
        begin_figure(page, words_percent(page->language, scores->csat.value / 100, arena),
                     words_get(page->language, WORD_CSAT));
        struct text interval =
            words_interval(page->language, scores->csat.low / 100, scores->csat.high / 100, arena);
        page_format(page, WORD_ANSWERS_INTERVAL,
                    (struct text[]){interval, words_count(scores->csat_n, arena)});
        end_figure(page);
    }
}

static void write_figures(struct page *page)
{
    page_markup(page, "<ul class=\"figures\" aria-label=\"");
    page_word(page, WORD_FIGURES);
    page_markup(page, "\">\n");
    write_share_figure(page, SENTIMENT_NEGATIVE, WORD_NEGATIVE_TEXTS, "neg");
    write_share_figure(page, SENTIMENT_POSITIVE, WORD_POSITIVE_TEXTS, "pos");
    write_scores(page);
    page_markup(page, "</ul>\n");
    arena_reset(&page->scratch);
}

/* ---- Insights ---- */

/* Keeps numbers and their percent signs on one line. */
static void write_sentence(struct page *page, const struct saved_insight *saved)
{
    struct text rest = report_sentence(page->language, saved, &page->scratch);
    while (rest.size) {
        size_t sign = text_find(rest, TEXT(" %"), 0);
        page_text(page, text_slice(rest, 0, sign));
        if (sign < rest.size)
            page_markup(page, "&#160;%");
        rest = text_slice(rest, sign + 2, rest.size);
    }
}

static const struct insight_section *find_section(enum insight_kind kind)
{
    for (size_t i = 0; i < INSIGHT_SECTION_COUNT; i++)
        if (insight_sections[i].kind == kind)
            return &insight_sections[i];
    return NULL;
}

/* Whether the insight is a row of the table of effects on this measure. */
static bool is_effect(const struct insight *insight, enum insight_kind kind,
                      enum insight_measure measure)
{
    return insight->kind == kind && insight->measure == measure &&
           !is_all_topics(insight->key.topic) && !isnan(insight->value.low);
}

static bool is_score(enum insight_measure measure)
{
    return measure == MEASURE_RATING || measure == MEASURE_NPS || measure == MEASURE_CSAT;
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
        return is_score(insight->measure) && (is_all_topics(insight->key.topic) ||
                                              is_effect(insight, insight->kind, insight->measure));
    return count_cards_before(document, find_card(document, number)) < MAX_CARDS;
}

/* The first insights of the kinds that tell what happened, as links to their cards. */
static void write_in_short(struct page *page)
{
    const struct document *document = page->document;
    size_t count = 0;
    write_heading(page, "short", WORD_IN_SHORT, WORD_COUNT);
    page_markup(page, "<ul class=\"short\">\n");
    if (!has_kind(document, INSIGHT_CHANGE) && document->period_count > 1) {
        page_markup(page, "<li>");
        page_word(page, WORD_NOTHING_CHANGED);
        page_markup(page, "</li>\n");
    }
    for (size_t i = 0; i < document->insight_count && count < MAX_IN_SHORT; i++) {
        const struct saved_insight *saved = &document->insights[i].saved;
        if (!find_section(saved->insight.kind) || saved->insight.kind == INSIGHT_ANSWER ||
            !saved->sentence.size)
            continue;
        bool has_anchor = is_shown(document, i);
        page_markup(page, "<li>");
        if (has_anchor)
            fprintf(page->out, "<a href=\"#i%zu\">", i + 1);
        write_sentence(page, saved);
        page_markup(page, has_anchor ? "</a></li>\n" : "</li>\n");
        count++;
        arena_reset(&page->scratch);
    }
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

static void write_topic_link(struct page *page, struct text id)
{
    size_t topic = find_topic(page->document, id);
    if (topic >= page->document->topic_count || topic >= MAX_TOPIC_SECTIONS) {
        page_text(page, words_topic(page->language, id));
        return;
    }
    fprintf(page->out, "<a href=\"#t%zu\">", topic + 1);
    page_text(page, words_topic(page->language, id));
    page_markup(page, "</a>");
}

/* The other insights about the phrase of the card. */
static void write_same_phrase(struct page *page, size_t number)
{
    for (size_t i = number + 1; i < page->document->insight_count; i++)
        if (find_card(page->document, i) == number) {
            fprintf(page->out, "<p id=\"i%zu\">", i + 1);
            write_sentence(page, &page->document->insights[i].saved);
            page_markup(page, "<br/>");
            write_q_value(page, &page->document->insights[i].saved.insight);
            page_markup(page, "</p>\n");
        }
}

static void write_card(struct page *page, size_t number)
{
    const struct document_insight *found = &page->document->insights[number];
    const struct insight *insight = &found->saved.insight;
    fprintf(page->out, "<article class=\"card\" id=\"i%zu\"><h3>", number + 1);
    write_sentence(page, &found->saved);
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
        write_key(page, true);
        page_markup(page, "</div>");
    }
    if (found->saved.quote_count) {
        page_markup(page, "<ul class=\"quotes\">");
        for (size_t i = 0; i < found->saved.quote_count; i++)
            write_saved_quote(page, &found->saved.quotes[i],
                              is_share ? SENTIMENT_NEGATIVE : SENTIMENT_NEUTRAL);
        page_markup(page, "</ul>");
    }
    page_markup(page, "</div>\n");
    if (find_topic(page->document, insight->key.topic) < page->document->topic_count) {
        page_markup(page, "<p><small>");
        page_word(page, WORD_TOPIC);
        page_markup(page, ": ");
        write_topic_link(page, insight->key.topic);
        page_markup(page, "</small></p>");
    }
    page_markup(page, "</article>\n");
    arena_reset(&page->scratch);
}

static void write_column_head(struct page *page, enum word word, const char *class)
{
    fprintf(page->out, "<th scope=\"col\"%s%s%s>", *class ? " class=\"" : "", class,
            *class ? "\"" : "");
    page_word(page, word);
    page_markup(page, "</th>");
}

/* "-0.19" points of a rating; whole numbers of NPS and percentages. */
static struct text format_effect(struct page *page, enum insight_measure measure, double effect)
{
    return measure == MEASURE_RATING ? words_decimal(effect, true, &page->scratch)
                                     : arena_format(&page->scratch, "%+.0f", effect);
}

static void write_effect_row(struct page *page, size_t number, double limit)
{
    const struct insight *insight = &page->document->insights[number].saved.insight;
    bool is_unclear = insight->value.low <= 0 && insight->value.high >= 0;
    fprintf(page->out, "<tr id=\"i%zu\"%s><th scope=\"row\">", number + 1,
            is_unclear ? " class=\"mu\"" : "");
    write_topic_link(page, insight->key.topic);
    page_markup(page, "</th><td>");
    chart_effect(page, &insight->value, limit);
    page_markup(page, "</td><td class=\"n\">");
    page_text(page, format_effect(page, insight->measure, insight->value.value));
    page_markup(page, "<small> (");
    page_format(page, WORD_INTERVAL,
                (struct text[]){format_effect(page, insight->measure, insight->value.low),
                                format_effect(page, insight->measure, insight->value.high)});
    page_markup(page, ")</small></td><td class=\"n opt\">");
    page_text(page, words_count(insight->n, &page->scratch));
    page_markup(page, "</td>");
    if (insight->kind == INSIGHT_MOVED) {
        page_markup(page, "<td class=\"opt\">");
        page_word(page, text_equal(insight->phrase, TEXT("tone")) ? WORD_TONE : WORD_VOLUME);
        page_markup(page, "</td>");
    }
    page_markup(page, "</tr>\n");
    arena_reset(&page->scratch);
}

/* Inserts an insight before the first of the `count` ones with a higher effect. */
static void insert_effect(const struct document *document, size_t *rows, size_t count,
                          size_t number)
{
    double effect = document->insights[number].saved.insight.value.value;
    size_t position = count;
    for (;
         position > 0 && document->insights[rows[position - 1]].saved.insight.value.value > effect;
         position--)
        rows[position] = rows[position - 1];
    rows[position] = number;
}

/* Dots with intervals, one row a topic, the lowest effect first. */
static void write_effect_table(struct page *page, enum insight_kind kind,
                               enum insight_measure measure)
{
    const struct document *document = page->document;
    double limit = 0;
    for (size_t i = 0; i < document->insight_count; i++) {
        const struct insight *insight = &document->insights[i].saved.insight;
        if (is_effect(insight, kind, measure))
            limit = fmax(limit, fmax(fabs(insight->value.low), fabs(insight->value.high)));
    }
    if (limit <= 0)
        return;
    page_markup(page, "<div class=\"box\"><table><caption>");
    page_format(page, WORD_EFFECT_OF, (struct text[]){report_measure(page->language, measure)});
    page_markup(page, "</caption><thead><tr>");
    write_column_head(page, WORD_TOPIC, "");
    page_markup(page, "<th scope=\"col\">– 0 +</th>");
    write_column_head(page, WORD_EFFECT, "n");
    write_column_head(page, WORD_RECORDS, "n opt");
    if (kind == INSIGHT_MOVED)
        write_column_head(page, WORD_HOW, "opt");
    page_markup(page, "</tr></thead><tbody>\n");
    size_t count = 0;
    size_t *rows = memory_alloc(document->insight_count, sizeof(*rows));
    for (size_t i = 0; i < document->insight_count; i++)
        if (is_effect(&document->insights[i].saved.insight, kind, measure))
            insert_effect(document, rows, count++, i);
    for (size_t i = 0; i < count; i++)
        write_effect_row(page, rows[i], limit);
    free(rows);
    page_markup(page, "</tbody></table></div>\n");
}

/* What is about all topics as a sentence with quotes, topics in tables. */
static void write_effects(struct page *page, enum insight_kind kind)
{
    static const enum insight_measure measures[] = {MEASURE_RATING, MEASURE_NPS, MEASURE_CSAT};
    const struct document *document = page->document;
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < document->insight_count; j++) {
            const struct insight *insight = &document->insights[j].saved.insight;
            if (insight->kind == kind && insight->measure == measures[i] &&
                is_all_topics(insight->key.topic))
                write_card(page, j);
        }
        write_effect_table(page, kind, measures[i]);
    }
}

/* What needs an answer: why, in the customer's words. */
static void write_answer(struct page *page, size_t number)
{
    const struct saved_insight *saved = &page->document->insights[number].saved;
    fprintf(page->out, "<li id=\"i%zu\"><span class=\"tag\">", number + 1);
    page_text(page, report_answer_reason(page->language, &saved->insight));
    page_markup(page, "</span><ul class=\"quotes\">");
    for (size_t i = 0; i < saved->quote_count; i++)
        write_saved_quote(page, &saved->quotes[i], SENTIMENT_NEUTRAL);
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
            write_sentence(page, &document->insights[i].saved);
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
            write_card(page, i);
    }
    page_markup(page, is_list ? "</ul>\n" : "</div>\n");
}

static void write_insights(struct page *page)
{
    const struct document *document = page->document;
    for (size_t section = 0; section < INSIGHT_SECTION_COUNT; section++) {
        const struct insight_section *kind = &insight_sections[section];
        if (!has_kind(document, kind->kind))
            continue;
        write_heading(page, kind->id, kind->title, kind->text);
        if (kind->kind == INSIGHT_IMPACT || kind->kind == INSIGHT_MOVED) {
            write_effects(page, kind->kind);
        } else {
            write_cards(page, kind->kind);
        }
        page_markup(page, "</section>\n");
    }
}

static void write_over_time(struct page *page)
{
    if (page->document->period_count < 2)
        return;
    write_heading(page, "time", WORD_OVER_TIME, WORD_OVER_TIME_TEXT);
    page_markup(page, "<div class=\"card\">");
    chart_columns(page, &(struct column_chart){.title = WORD_OVER_TIME,
                                               .counts = page->document->everything.periods});
    write_key(page, false);
    page_markup(page, "</div></section>\n");
}

/* ---- Topics ---- */

static void write_topic_row(struct page *page, size_t number)
{
    const struct document *document = page->document;
    const struct document_topic *topic = &document->topics[number];
    const struct document_counts *total = &topic->total;
    struct arena *arena = &page->scratch;
    fprintf(page->out, "<tr%s><th scope=\"row\">",
            total->mentions < MIN_COUNT ? " class=\"mu\"" : "");
    write_topic_link(page, topic->id);
    page_markup(page, "</th><td class=\"n optm\">");
    page_text(page, words_count(total->mentions, arena));
    page_markup(page, "</td><td class=\"n\">");
    page_text(page, words_count(total->negative, arena));
    page_markup(page, "</td><td class=\"wide\">");
    chart_shares(page, total);
    page_markup(page, "</td><td class=\"n opt\">");
    if (total->mentions >= MIN_COUNT && !isnan(topic->negative_share.value)) {
        page_text(page, words_percent(page->language, topic->negative_share.value, arena));
        page_markup(page, "<small> (");
        page_text(page, words_interval(page->language, topic->negative_share.low,
                                       topic->negative_share.high, arena));
        page_markup(page, ")</small>");
    }
    page_markup(page, "</td><td class=\"opt\">");
    chart_trend(page, topic->periods, document->period_count);
    page_markup(page, "</td></tr>\n");
    arena_reset(arena);
}

static size_t count_sections(const struct document *document)
{
    return document->topic_count < MAX_TOPIC_SECTIONS ? document->topic_count : MAX_TOPIC_SECTIONS;
}

static void write_topics(struct page *page)
{
    const struct document *document = page->document;
    size_t shown = count_sections(document);
    struct arena *arena = &page->scratch;
    write_heading(page, "topics", WORD_TOPICS, WORD_TOPICS_TEXT);
    write_key(page, false);
    page_markup(page, "<div class=\"box\"><table><thead><tr>");
    write_column_head(page, WORD_TOPIC, "");
    write_column_head(page, WORD_MENTIONS, "n optm");
    write_column_head(page, WORD_NEGATIVE, "n");
    write_column_head(page, WORD_SHARES_HEAD, "wide");
    write_column_head(page, WORD_NEGATIVE_SHARE, "n opt");
    write_column_head(page, WORD_TREND, "opt");
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

/* ---- Segments ---- */

static void write_heat_cell(struct page *page, const struct document_counts *counts,
                            const struct document_part *part, double max)
{
    uint64_t n = part->records.mentions;
    if (n == 0 || counts->negative == 0) {
        page_markup(page, "<td class=\"mu\">–</td>");
        return;
    }
    double share = (double)counts->negative / (double)n;
    int shade = n < MIN_COUNT || max <= 0 ? 0 : (int)ceil(4 * share / max);
    fprintf(page->out, "<td class=\"%s%d\">", n < MIN_COUNT ? "mu h" : "h", shade > 4 ? 4 : shade);
    page_text(page, words_percent(page->language, share, &page->scratch));
    page_markup(page, "<small>(");
    page_text(page, words_count(counts->negative, &page->scratch));
    page_markup(page, ")</small></td>");
}

/* The largest share of a topic in a part with enough records. */
static double find_max_share(const struct document *document, size_t begin, size_t end,
                             size_t topic_count)
{
    double max = 0;
    for (size_t topic = 0; topic < topic_count; topic++)
        for (size_t part = begin; part < end; part++) {
            uint64_t n = document->parts[part].records.mentions;
            if (n >= MIN_COUNT)
                max = fmax(max, (double)document->topics[topic].parts[part].negative / (double)n);
        }
    return max;
}

static void write_heat_table(struct page *page, size_t begin, size_t end)
{
    const struct document *document = page->document;
    size_t topic_count =
        document->topic_count < MAX_HEAT_TOPICS ? document->topic_count : MAX_HEAT_TOPICS;
    double max = find_max_share(document, begin, end, topic_count);
    page_markup(page, "<h3>");
    page_format(page, WORD_DIFFERS_BY, (struct text[]){document->parts[begin].field.name});
    page_markup(page, "</h3>\n<div class=\"box\"><table class=\"heat\"><thead><tr>");
    write_column_head(page, WORD_TOPIC, "");
    for (size_t part = begin; part < end; part++) {
        page_markup(page, "<th scope=\"col\">");
        page_text_cut(page, document->parts[part].field.value, 40);
        page_markup(page, "<br/><small>n = ");
        page_text(page, words_count(document->parts[part].records.mentions, &page->scratch));
        page_markup(page, "</small></th>");
    }
    page_markup(page, "</tr></thead><tbody>\n<tr><th scope=\"row\">");
    page_word(page, WORD_ALL_FEEDBACK);
    page_markup(page, "</th>");
    for (size_t part = begin; part < end; part++)
        write_heat_cell(page, &document->parts[part].records, &document->parts[part], 0);
    page_markup(page, "</tr>\n");
    for (size_t topic = 0; topic < topic_count; topic++) {
        page_markup(page, "<tr><th scope=\"row\">");
        write_topic_link(page, document->topics[topic].id);
        page_markup(page, "</th>");
        for (size_t part = begin; part < end; part++)
            write_heat_cell(page, &document->topics[topic].parts[part], &document->parts[part],
                            max);
        page_markup(page, "</tr>\n");
    }
    page_markup(page, "</tbody></table></div>\n");
    arena_reset(&page->scratch);
}

static void write_segments(struct page *page)
{
    const struct document *document = page->document;
    if (!document->part_count)
        return;
    write_heading(page, "groups", WORD_BY_GROUP, WORD_DIFFERS_TEXT);
    for (size_t begin = 0, end; begin < document->part_count; begin = end) {
        size_t shown = begin;
        for (end = begin;
             end < document->part_count &&
             text_equal(document->parts[end].field.name, document->parts[begin].field.name);
             end++)
            shown = end - begin < MAX_HEAT_PARTS ? end + 1 : shown;
        write_heat_table(page, begin, shown);
    }
    page_markup(page, "</section>\n");
}

/* ---- Key points ---- */

/* Points of one summary are neighbours: those of one segment, topic and period. */
static bool is_same_summary(const struct document_point *a, const struct document_point *b)
{
    return text_equal(a->segment, b->segment) && text_equal(a->topic, b->topic) &&
           text_equal(a->period, b->period);
}

/* "product=(none)": a group of the records that do not tell their product. */
static bool is_without_value(struct text segment)
{
    return text_find(segment, TEXT("=(none)"), 0) < segment.size;
}

/* Whether the point begins the latest summary of its segment and topic. */
static bool begins_latest(const struct document *document, size_t number)
{
    const struct document_point *point = &document->points[number];
    if (text_equal(point->period, TEXT("undated")) || is_without_value(point->segment) ||
        (number > 0 && is_same_summary(point, point - 1)))
        return false;
    for (size_t i = number + 1; i < document->point_count; i++) {
        const struct document_point *other = &document->points[i];
        if (text_equal(other->segment, point->segment) && text_equal(other->topic, point->topic) &&
            !text_equal(other->period, TEXT("undated")) &&
            text_compare(other->period, point->period) > 0)
            return false;
    }
    return true;
}

/* A number as text, with a word for one. */
static void write_point_count(struct page *page, enum word one, enum word several,
                              struct text count)
{
    page_format(page, text_equal(count, TEXT("1")) ? one : several, (struct text[]){count});
}

static void write_point(struct page *page, const struct document_point *point)
{
    char id[17];
    hash_format(point->first_evidence, id);
    bool is_positive = text_equal(point->polarity, TEXT("positive"));
    fprintf(page->out, "<li><b class=\"%s\">%s</b> <bdi>", is_positive ? "pos" : "neg",
            is_positive ? "+" : "–");
    page_text(page, point->text);
    page_markup(page, "</bdi> <small>");
    if (point->first_evidence)
        fprintf(page->out, "<a href=\"#r%s\">", id);
    write_point_count(page, WORD_POINT_COUNT_ONE, WORD_POINT_COUNT, point->records);
    if (point->first_evidence)
        page_markup(page, "</a>");
    if (point->previous_records.size) {
        page_markup(page, ", ");
        page_format(page,
                    text_equal(point->previous_records, TEXT("0")) ? WORD_POINT_NEW
                                                                   : WORD_POINT_BEFORE,
                    (struct text[]){point->previous_records});
    }
    if (point->opposite.size && !text_equal(point->opposite, TEXT("0"))) {
        page_markup(page, ", ");
        write_point_count(page, WORD_POINT_OPPOSITE_ONE, WORD_POINT_OPPOSITE, point->opposite);
    }
    page_markup(page, "</small></li>\n");
    arena_reset(&page->scratch);
}

/* "Kettle, North" for "product=Kettle; region=North". */
static void write_segment_values(struct page *page, struct text segment)
{
    while (segment.size) {
        size_t end = text_find(segment, TEXT("; "), 0);
        struct text field = text_slice(segment, 0, end);
        size_t name = text_find(field, TEXT("="), 0);
        page_text(page, name < field.size ? text_slice(field, name + 1, field.size) : field);
        page_markup(page, end < segment.size ? ", " : "");
        segment = text_slice(segment, end < segment.size ? end + 2 : end, segment.size);
    }
}

/* The points of the summary that begins with `number`, under the name of its segment and period:
 * parts of a section with a heading of the level above. */
static void write_points(struct page *page, size_t number)
{
    const struct document *document = page->document;
    const struct document_point *first = &document->points[number];
    const char *heading = first->topic.size ? "h4" : "h3";
    fprintf(page->out, "<div><%s>", heading);
    if (text_equal(first->segment, TEXT("all")))
        page_word(page, WORD_ALL_FEEDBACK);
    else
        write_segment_values(page, first->segment);
    if (!text_equal(first->period, TEXT("all"))) {
        page_markup(page, ", ");
        page_text(page, words_period(page->language, first->period, false, &page->scratch));
    }
    fprintf(page->out, "</%s><ul class=\"points\">\n", heading);
    for (size_t i = number; i < document->point_count && i < number + MAX_POINTS &&
                            is_same_summary(first, &document->points[i]);
         i++)
        write_point(page, &document->points[i]);
    page_markup(page, "</ul></div>\n");
}

/* Calls `visit` for the points that the page shows about a topic (empty: all topics). */
static void visit_shown_points(const struct document *document, struct text topic,
                               void (*visit)(void *user, size_t number), void *user)
{
    size_t groups = 0;
    for (size_t i = 0; i < document->point_count && groups < MAX_POINT_GROUPS; i++)
        if (text_equal(document->points[i].topic, topic) && begins_latest(document, i)) {
            groups++;
            visit(user, i);
        }
}

static void write_shown_points(void *user, size_t number)
{
    write_points(user, number);
}

static void write_point_section(struct page *page)
{
    if (!page->document->point_count)
        return;
    write_heading(page, "points", WORD_KEY_POINTS, WORD_KEY_POINTS_TEXT);
    page_markup(page, "<div class=\"card sides\">\n");
    visit_shown_points(page->document, (struct text){0}, write_shown_points, page);
    page_markup(page, "</div></section>\n");
}

/* ---- Topic pages ---- */

static void write_side(struct page *page, enum word title, const struct document_quote *quotes,
                       size_t count)
{
    if (!count)
        return;
    page_markup(page, "<div><h4>");
    page_word(page, title);
    page_markup(page, "</h4><ul class=\"quotes\">\n");
    for (size_t i = 0; i < count; i++)
        write_quote(page, &quotes[i]);
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
    page_text(page, words_topic(page->language, topic->id));
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
    if (document->period_count > 1 && total->mentions >= MIN_COUNT)
        chart_columns(page,
                      &(struct column_chart){.title = WORD_OVER_TIME, .counts = topic->periods});
    page_markup(page, "<div class=\"sides\">\n");
    visit_shown_points(document, topic->id, write_shown_points, page);
    page_markup(page, "</div>\n<div class=\"sides\">\n");
    write_side(page, WORD_CRITICISM, topic->negative, topic->negative_count);
    write_side(page, WORD_PRAISE, topic->positive, topic->positive_count);
    page_markup(page, "</div></section>\n");
    arena_reset(arena);
}

static void write_topic_sections(struct page *page)
{
    if (!page->document->topic_count)
        return;
    write_heading(page, "pages", WORD_TOPIC_PAGES, WORD_COUNT);
    for (size_t i = 0; i < count_sections(page->document); i++)
        write_topic_section(page, i);
    page_markup(page, "</section>\n");
}

/* ---- Rows ---- */

static void write_option(struct page *page, struct text value, struct text name)
{
    page_markup(page, "<option value=\"");
    page_text(page, value);
    page_markup(page, "\">");
    page_text_cut(page, name, 60);
    page_markup(page, "</option>");
}

static void begin_select(struct page *page, const char *name, enum word label)
{
    page_markup(page, "<label>");
    page_word(page, label);
    fprintf(page->out, "<select name=\"%s\"><option value=\"\">", name);
    page_word(page, WORD_ANY);
    page_markup(page, "</option>");
}

static void write_filters(struct page *page)
{
    const struct document *document = page->document;
    page_markup(page, "<form id=\"find\" role=\"search\" hidden=\"hidden\"><label>");
    page_word(page, WORD_SEARCH);
    page_markup(page, "<input type=\"search\" name=\"q\"/></label>");
    begin_select(page, "sentiment", WORD_SENTIMENT);
    for (enum sentiment label = 0; label < SENTIMENT_COUNT; label++)
        write_option(page, text_of(sentiment_names[label]), words_label(page->language, label));
    page_markup(page, "</select></label>");
    begin_select(page, "topic", WORD_TOPIC);
    for (size_t i = 0; i < document->topic_count; i++)
        write_option(page, document->topics[i].id,
                     words_topic(page->language, document->topics[i].id));
    page_markup(page, "</select></label>");
    begin_select(page, "source", WORD_SOURCE);
    for (size_t i = 0; i < document->share_count; i++)
        if (document->shares[i].label == SENTIMENT_NEGATIVE &&
            !text_equal(document->shares[i].source, label_share_all_sources))
            write_option(page, document->shares[i].source, document->shares[i].source);
    page_markup(page, "</select></label>");
    if (document->part_count) {
        begin_select(page, "part", WORD_GROUP);
        for (size_t i = 0; i < document->part_count; i++)
            write_option(page, arena_format(&page->scratch, "%zu", i),
                         arena_format(&page->scratch, "%.*s = %.*s",
                                      TEXT_ARGUMENT(document->parts[i].field.name),
                                      TEXT_ARGUMENT(document->parts[i].field.value)));
        page_markup(page, "</select></label>");
    }
    page_markup(page, "<button type=\"reset\">");
    page_word(page, WORD_RESET);
    page_markup(page, "</button><output id=\"count\" aria-live=\"polite\" data-text=\"");
    page_word(page, WORD_FOUND);
    page_markup(page, "\"></output></form>\n");
    arena_reset(&page->scratch);
}

static void write_row_heads(struct page *page, bool can_sort)
{
    static const struct {
        const char *key;
        enum word word;
    } columns[] = {{"date", WORD_DATE},     {"source", WORD_SOURCE}, {"sentiment", WORD_SENTIMENT},
                   {"rating", WORD_RATING}, {NULL, WORD_TOPICS},     {NULL, WORD_TEXT}};
    page_markup(page, "<thead><tr>");
    for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
        if (!can_sort || !columns[i].key) {
            write_column_head(page, columns[i].word, "");
            continue;
        }
        fprintf(page->out, "<th scope=\"col\" data-key=\"%s\"><button type=\"button\">",
                columns[i].key);
        page_word(page, columns[i].word);
        page_markup(page, "</button></th>");
    }
    page_markup(page, "</tr></thead>");
}

/* What visit_shown_points visits. */
struct quoted_points {
    const struct document *document;
    struct hash_table *quoted;
};

static void list_point_evidence(void *user, size_t number)
{
    struct quoted_points *points = user;
    const struct document_point *first = &points->document->points[number];
    for (size_t i = number; i < points->document->point_count && i < number + MAX_POINTS; i++)
        if (is_same_summary(first, &points->document->points[i]))
            hash_table_get_or_insert(points->quoted, points->document->points[i].first_evidence, 0,
                                     NULL);
}

/* The ids of all quoted records. */
static void list_quoted(const struct document *document, struct hash_table *quoted)
{
    struct quoted_points points = {document, quoted};
    visit_shown_points(document, (struct text){0}, list_point_evidence, &points);
    for (size_t i = 0; i < count_sections(document); i++)
        visit_shown_points(document, document->topics[i].id, list_point_evidence, &points);
    for (size_t i = 0; i < document->insight_count; i++)
        for (size_t j = 0; j < document->insights[i].saved.quote_count; j++)
            hash_table_get_or_insert(quoted, document->insights[i].saved.quotes[j].feedback_id, 0,
                                     NULL);
    for (size_t i = 0; i < count_sections(document); i++) {
        const struct document_topic *topic = &document->topics[i];
        for (size_t j = 0; j < topic->negative_count; j++)
            hash_table_get_or_insert(quoted, topic->negative[j].feedback_id, 0, NULL);
        for (size_t j = 0; j < topic->positive_count; j++)
            hash_table_get_or_insert(quoted, topic->positive[j].feedback_id, 0, NULL);
    }
}

/* Writes the table of quoted rows into memory, since its size decides how many rows can be packed.
 */
static bool format_quoted(struct page *page, char **markup, size_t *size, struct error *error)
{
    struct hash_table quoted = {0};
    struct page copy = {.document = page->document, .language = page->language};
    list_quoted(page->document, &quoted);
    copy.out = open_memstream(markup, size);
    bool ok = copy.out != NULL;
    if (!ok)
        error_set(error, ERROR_STORE, "report.html: out of memory");
    else
        ok = html_rows_write_quoted(&copy, &quoted, MAX_QUOTED_ROWS, error);
    if (copy.out)
        fclose(copy.out);
    arena_free(&copy.scratch);
    hash_table_free(&quoted);
    return ok;
}

static void write_row_count(struct page *page, const struct packed_rows *packed)
{
    const struct document *document = page->document;
    struct arena *arena = &page->scratch;
    struct text total = words_count(document->record_count, arena);
    page_markup(page, "<p class=\"mu\">");
    if (packed->row_count == document->record_count)
        page_format(page, WORD_ROWS_ALL, (struct text[]){total});
    else if (packed->row_count)
        page_format(page, WORD_ROWS_SAMPLE,
                    (struct text[]){words_count(packed->row_count, arena), total});
    else
        page_format(page, WORD_ROWS_NONE, (struct text[]){total});
    page_markup(page, "</p>\n");
}

static bool write_rows(struct page *page, struct packed_rows *packed, struct error *error)
{
    enum { REST_SIZE = 20000 }; /* bytes of what follows the rows */
    char *quoted = NULL;
    size_t quoted_size = 0;
    long written = ftell(page->out);
    size_t used = written > 0 ? (size_t)written + REST_SIZE : REST_SIZE;
    if (!format_quoted(page, &quoted, &quoted_size, error)) {
        free(quoted);
        return false;
    }
    used += quoted_size;
    size_t limit = page->document->options.max_rows == DOCUMENT_FITTING_ROWS
                       ? (size_t)HTML_MAX_SIZE
                       : (size_t)HTML_LIMIT_SIZE;
    bool ok = html_rows_pack(page, used < limit ? limit - used : 0, packed, error);
    write_heading(page, "rows", WORD_ROWS, WORD_COUNT);
    write_row_count(page, packed);
    if (packed->row_count) {
        write_filters(page);
        page_markup(page, "<div class=\"box\" id=\"all\" hidden=\"hidden\"><table class=\"rows\">");
        write_row_heads(page, true);
        page_markup(page, "<tbody></tbody></table><p><button type=\"button\" id=\"more\">");
        page_word(page, WORD_MORE);
        page_markup(page, "</button></p></div>\n");
    }
    page_markup(page, "<h3>");
    page_word(page, WORD_ROWS_QUOTED);
    page_markup(page, "</h3><p class=\"mu\">");
    page_word(page, WORD_ROWS_QUOTED_TEXT);
    page_markup(page, "</p>\n<div class=\"box\"><table class=\"rows\">");
    write_row_heads(page, false);
    page_markup(page, "<tbody>\n");
    fwrite(quoted, 1, quoted_size, page->out);
    page_markup(page, "</tbody></table></div></section>\n");
    free(quoted);
    return ok;
}

/* ---- How sure ---- */

static void write_sure(struct page *page)
{
    struct report_fact facts[REPORT_MAX_FACTS];
    size_t count = report_facts_list(page->document, facts, &page->scratch);
    write_heading(page, "sure", WORD_SURE, WORD_COUNT);
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

static void write_footer(struct page *page, const struct packed_rows *packed)
{
    char key[17];
    hash_format(store_get_model_key(page->document->store), key);
    page_markup(page, "</main>\n<footer><p>");
    page_format(page, WORD_MADE_BY, (struct text[]){TEXT(WINNOW_VERSION), text_of(key)});
    page_markup(page, "</p></footer>\n");
    if (packed->row_count) {
        page_markup(page, "<script id=\"packed\" type=\"application/octet-stream\">");
        html_rows_write_packed(page, packed);
        fprintf(page->out, "</script>\n<script>%s</script>\n", script);
    }
    page_markup(page, "</body></html>\n");
}

static bool write(const struct document *document, const struct document_file *file,
                  struct arena *arena, struct text *note, struct error *error)
{
    struct page page = {
        .out = file->stream, .document = document, .language = document->options.language};
    struct packed_rows packed = {0};
    write_head(&page);
    write_header(&page);
    write_figures(&page);
    page_markup(&page, "<div class=\"two\">\n");
    write_in_short(&page);
    write_over_time(&page);
    page_markup(&page, "</div>\n");
    write_point_section(&page);
    write_insights(&page);
    write_topics(&page);
    write_segments(&page);
    write_topic_sections(&page);
    bool ok = write_rows(&page, &packed, error);
    write_sure(&page);
    write_footer(&page, &packed);
    if (packed.row_count < document->record_count)
        *note = arena_format(arena,
                             "%llu of %llu records are in this file; all are in "
                             "feedback.csv and report.xlsx",
                             (unsigned long long)packed.row_count,
                             (unsigned long long)document->record_count);
    if (ftell(file->stream) > HTML_LARGE_SIZE)
        *note =
            arena_format(arena, "%.*s%sthe file has more than %d MB, which browsers open slowly",
                         TEXT_ARGUMENT(*note), note->size ? "; " : "", HTML_LARGE_SIZE / 1000000);
    html_rows_free(&packed);
    arena_free(&page.scratch);
    if (ok && ferror(file->stream))
        return error_set(error, ERROR_STORE, "the report cannot be written: %s", strerror(errno));
    return ok;
}

const struct document_format html_document = {
    .name = "html",
    .summary = "a page for people: figures, changes, topics, quotes and rows in one file",
    .file_name = "report.html",
    .write = write,
};
