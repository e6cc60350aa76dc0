/* html_sections.h - the sections of report.html, in their order. Each function writes a whole
 * section, or nothing if there is nothing to tell. */
#ifndef CONNECTORS_OUTPUT_HTML_SECTIONS_H
#define CONNECTORS_OUTPUT_HTML_SECTIONS_H

#include "base/hash_table.h"
#include "connectors/output/html_pack.h"

/* The <head> with the Content-Security-Policy; opens <body>. */
void html_write_head(struct page *page);

/* Title, period, contents; opens <main>. */
void html_write_header(struct page *page);

void html_write_figures(struct page *page);
void html_write_in_short(struct page *page);
void html_write_over_time(struct page *page);
void html_write_points(struct page *page);
void html_write_insights(struct page *page); /* one section a kind */
void html_write_topics(struct page *page);
void html_write_segments(struct page *page);
void html_write_topic_pages(struct page *page);

/* Quoted records as a table, and as many others as the file's budget allows, packed for the
 * script. Initializes `packed`, which html_write_footer writes; the caller frees it. */
bool html_write_rows(struct page *page, struct packed_rows *packed, struct error *error);

void html_write_sure(struct page *page);

/* Closes <main>; packed rows and, if there are some, the script. */
void html_write_footer(struct page *page, const struct packed_rows *packed);

/* ---- Parts that another section includes ---- */

/* Entries of the table of contents, one a kind of insight. */
void html_write_insight_links(struct page *page);

/* An insight as a card with its chart and quotes, under the anchor #iNUMBER. */
void html_write_card(struct page *page, size_t number);

/* The effects of topics on scores, of this kind: impact or moved. */
void html_write_effects(struct page *page, enum insight_kind kind);

/* Whether html_write_effects writes it, under the anchor #iNUMBER. */
bool html_shows_effect(const struct insight *insight);

/* The latest key points about a topic (empty: all topics), by group. */
void html_write_topic_points(struct page *page, struct text topic);

/* Adds the records to which html_write_topic_points links. */
void html_list_point_evidence(const struct document *document, struct text topic,
                              struct hash_table *records);

#endif
