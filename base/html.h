/* html.h - HTML to readable text (over libxml2's HTML parser). */
#ifndef BASE_HTML_H
#define BASE_HTML_H

#include "base/arena.h"
#include "base/text.h"

/* The visible text of a page, allocated from `arena`: valid UTF-8 for any input, with entities
 * decoded and white space collapsed. Blocks become lines, empty lines separate paragraphs, list
 * items begin with "- ", tabs separate the cells of a row. Scripts, styles, the head and hidden
 * elements are omitted. Nesting uses no stack. */
struct text html_to_text(struct text html, struct arena *arena);

/* For texts that may or may not be HTML: `text` itself if it contains neither a tag nor an entity;
 * otherwise its visible text. Line breaks are kept unless a tag separates lines. */
struct text html_to_text_if_marked_up(struct text text, struct arena *arena);

/* The bytes [begin, end) of a text. */
struct html_span {
    size_t begin, end;
};

/* As html_to_text; also returns the parts that a mail program marked in the markup as a quote of
 * another message or as a signature (div.gmail_quote, blockquote type=cite, ...). Forwarded
 * messages are not quotes. The spans are in order, do not overlap, and are allocated from `arena`.
 */
struct text html_mail_to_text_and_quotes(struct text html, struct arena *arena,
                                         struct html_span **quotes, size_t *quote_count);

#endif
