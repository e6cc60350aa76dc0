/* html_page.h - writes texts and small charts of report.html. Everything is well-formed XML except
 * the contents of <style> and <script>, so that tests can parse it. */
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

/* ---- Charts ---- */

/* A bar of negative, other and positive parts; `label` has the numbers. */
void chart_shares(struct page *page, const struct document_counts *counts);

/* Negative counts by period as small columns. */
void chart_trend(struct page *page, const struct document_counts *periods, size_t count);

/* Columns by period. */
struct column_chart {
    enum word title;
    const struct document_counts *counts;  /* one a period */
    const struct document_counts *records; /* NULL: stacked columns of all counts; otherwise the
                                              negative counts, and ... */
    double baseline; /* ... the range that this share of `records` predicts; NAN: none */
};

/* The last 26 periods; with title and description, which has the numbers. */
void chart_columns(struct page *page, const struct column_chart *chart);

/* A dot with its interval on a scale from -limit to +limit. */
void chart_effect(struct page *page, const struct share *effect, double limit);

#endif
