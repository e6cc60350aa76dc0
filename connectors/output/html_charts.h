/* html_charts.h - the small charts of report.html. */
#ifndef CONNECTORS_OUTPUT_HTML_CHARTS_H
#define CONNECTORS_OUTPUT_HTML_CHARTS_H

#include "connectors/output/html_page.h"

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
