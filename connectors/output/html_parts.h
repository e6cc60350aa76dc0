/* html_parts.h - pieces of report.html that several sections have: headings, links, quotes. */
#ifndef CONNECTORS_OUTPUT_HTML_PARTS_H
#define CONNECTORS_OUTPUT_HTML_PARTS_H

#include "connectors/output/html_page.h"

enum { HTML_MAX_TOPIC_PAGES = 60 /* bounds the part that is read without a script */ };

/* Opens a section with its heading and, unless `text` is WORD_COUNT, an explanation. The caller
 * closes it. */
void html_begin_section(struct page *page, const char *id, enum word title, enum word text);

/* An entry of the table of contents. */
void html_write_contents_link(struct page *page, const char *id, enum word title);

/* What the colours of a chart mean: negative, other, positive; `has_band`: negative and the
 * expected range. */
void html_write_key(struct page *page, bool has_band);

/* The head of a column; an empty `class` for none. */
void html_write_column_head(struct page *page, enum word word, const char *class);

/* The number of a topic in document->topics, from which its anchor is made; topic_count: none. */
size_t html_find_topic(const struct document *document, struct text id);

/* The number of topics with a section of their own, #t1, #t2 ...; the first ones. */
size_t html_count_topic_pages(const struct document *document);

/* The topic's name, as a link if it has a section. */
void html_write_topic_link(struct page *page, struct text id);

/* The insight's sentence. Numbers and their percent signs stay on one line. */
void html_write_sentence(struct page *page, const struct saved_insight *saved);

/* "4 / 5"; empty without a rating. */
struct text html_format_rating(const struct saved_record *record, struct arena *arena);

/* A quote as an item of a list, with a link to its row. */
void html_write_quote(struct page *page, const struct document_quote *quote);
void html_write_saved_quote(struct page *page, const struct saved_quote *quote,
                            enum sentiment polarity);

#endif
