/* reply.h - extracts what the sender of a mail wrote, without quotes and signatures. */
#ifndef CONNECTORS_MAIL_REPLY_H
#define CONNECTORS_MAIL_REPLY_H

#include "base/arena.h"
#include "base/html.h"
#include "base/text.h"

/* Removes quoted replies, headers of forwarded messages, signatures and blanks at both ends from a
 * mail's text (line ends are LF). `known_quotes` are quotes found in the HTML
 * (html_mail_to_text_and_quotes), in order. Returns the remaining text, allocated from `arena`.
 * *removed_text_ranges lists the removed bytes of `body` as "begin-end,...".
 *
 * A quote that does not name its author is kept if text follows it or if it is all there is. A
 * forwarded message is kept if the sender added no words of their own. */
struct text reply_trim(struct text body, const struct html_span *known_quotes,
                       size_t known_quote_count, struct arena *arena,
                       struct text *removed_text_ranges);

/* Joins the lines of a text/plain; format=flowed body (RFC 3676). Line ends are LF. */
struct text reply_join_flowed_lines(struct text body, bool delete_space, struct arena *arena);

/* The subject without "Re:", "Fwd:", "AW:", "[Fwd: ...]" and similar prefixes. */
struct text reply_strip_subject_prefixes(struct text subject);

#endif
