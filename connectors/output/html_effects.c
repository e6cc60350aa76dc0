/* html_effects.c - what goes with the scores and what moved them: tables of dots with intervals. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "connectors/output/html_charts.h"
#include "connectors/output/html_parts.h"
#include "connectors/output/html_sections.h"
#include "connectors/output/report_sentences.h"

static bool is_all_topics(struct text topic)
{
    return !topic.size || text_equal(topic, group_key_all_topics);
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

bool html_shows_effect(const struct insight *insight)
{
    return is_score(insight->measure) && (is_all_topics(insight->key.topic) ||
                                          is_effect(insight, insight->kind, insight->measure));
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
    html_write_topic_link(page, insight->key.topic);
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
    html_write_column_head(page, WORD_TOPIC, "");
    page_markup(page, "<th scope=\"col\">– 0 +</th>");
    html_write_column_head(page, WORD_EFFECT, "n");
    html_write_column_head(page, WORD_RECORDS, "n opt");
    if (kind == INSIGHT_MOVED)
        html_write_column_head(page, WORD_HOW, "opt");
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
void html_write_effects(struct page *page, enum insight_kind kind)
{
    static const enum insight_measure measures[] = {MEASURE_RATING, MEASURE_NPS, MEASURE_CSAT};
    const struct document *document = page->document;
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < document->insight_count; j++) {
            const struct insight *insight = &document->insights[j].saved.insight;
            if (insight->kind == kind && insight->measure == measures[i] &&
                is_all_topics(insight->key.topic))
                html_write_card(page, j);
        }
        write_effect_table(page, kind, measures[i]);
    }
}
