/* html_figures.c - key figures with their intervals, and feedback over time. */
#include <math.h>

#include "connectors/output/html_charts.h"
#include "connectors/output/html_parts.h"
#include "connectors/output/html_sections.h"
#include "connectors/output/report_facts.h"

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
    if (scores->rating_n >= REPORT_MIN_COUNT && !isnan(scores->mean_rating.low)) {
        struct text scale = arena_format(arena, "%g", scores->rating_scale);
        begin_figure(page, words_decimal(scores->mean_rating.value, false, arena),
                     words_format(page->language, WORD_STARS, (struct text[]){scale}, arena));
        page_format(page, WORD_RATINGS_INTERVAL,
                    (struct text[]){words_decimal(scores->mean_rating.low, false, arena),
                                    words_decimal(scores->mean_rating.high, false, arena),
                                    words_count(scores->rating_n, arena)});
        end_figure(page);
    }
    if (scores->nps_n >= REPORT_MIN_COUNT && !isnan(scores->nps.value)) {
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
    if (scores->csat_n >= REPORT_MIN_COUNT && !isnan(scores->csat.value)) {
        begin_figure(page, words_percent(page->language, scores->csat.value / 100, arena),
                     words_get(page->language, WORD_CSAT));
        struct text interval =
            words_interval(page->language, scores->csat.low / 100, scores->csat.high / 100, arena);
        page_format(page, WORD_ANSWERS_INTERVAL,
                    (struct text[]){interval, words_count(scores->csat_n, arena)});
        end_figure(page);
    }
}

void html_write_figures(struct page *page)
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

void html_write_over_time(struct page *page)
{
    if (page->document->period_count < 2)
        return;
    html_begin_section(page, "time", WORD_OVER_TIME, WORD_OVER_TIME_TEXT);
    page_markup(page, "<div class=\"card\">");
    chart_columns(page, &(struct column_chart){.title = WORD_OVER_TIME,
                                               .counts = page->document->everything.periods});
    html_write_key(page, false);
    page_markup(page, "</div></section>\n");
}
