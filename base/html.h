/* html.h - HTML to readable text (over libxml2's HTML parser). */
#ifndef BASE_HTML_H
#define BASE_HTML_H

#include "base/arena.h"
#include "base/text.h"

/* The text that a reader of the page sees, allocated from `arena`: valid UTF-8 whatever comes in,
 * entities decoded, blanks folded. Blocks become lines, paragraphs are set off by an empty line,
 * list items begin with "- ", cells of a row are parted by a tab. Scripts, styles, the head and
 * hidden elements say nothing. Any bytes are accepted, and nesting costs no stack. */
struct text html_to_text(struct text html, struct arena *arena);

/* For texts of which nobody says whether they are HTML: `text` itself, unless a tag or an entity
 * stands in it; then the text that a reader sees. Line ends stay where no tag parts lines. */
struct text html_to_text_if_marked_up(struct text text, struct arena *arena);

/* A part of a text: bytes [begin, end). */
struct html_span {
    size_t begin, end;
};

/* As html_to_text; also names the parts that a mail program quoted from another message or set as
 * the signature, by the marks it left in the markup (div.gmail_quote, blockquote type=cite, ...).
 * The spans are in order, do not overlap and live in `arena`. Forwarded messages are no quotes. */
struct text html_mail_to_text_and_quotes(struct text html, struct arena *arena,
                                         struct html_span **quotes, size_t *quote_count);

#endif
