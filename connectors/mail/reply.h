/* reply.h - what the sender of a mail wrote, without what they quoted and signed. */
#ifndef CONNECTORS_MAIL_REPLY_H
#define CONNECTORS_MAIL_REPLY_H

#include "base/arena.h"
#include "base/html.h"
#include "base/text.h"

/* Takes quoted replies, headers of forwarded messages and signatures out of a mail's text (line
 * ends are LF). `known` are parts known to be such already (html_mail_to_text_and_quotes), in
 * order. What is left is allocated from `arena`; *trimmed names what went, as "begin-end,..." in
 * bytes of `body`: laid into its gaps again, the parts give the body back. Blank ends are taken off
 * as well.
 *
 * A quote without a word of whom it quotes stays where text follows it, and where it is all there
 * is. A forwarded message stays when the sender added nothing of their own. */
struct text reply_trim(struct text body, const struct html_span *known_quotes,
                       size_t known_quote_count, struct arena *arena,
                       struct text *removed_text_ranges);

/* Joins the lines of a text/plain; format=flowed body (RFC 3676). Line ends are LF. */
struct text reply_join_flowed_lines(struct text body, bool delete_space, struct arena *arena);

/* A subject without "Re:", "Fwd:", "AW:", "[Fwd: ...]" and the like. */
struct text reply_strip_subject_prefixes(struct text subject);

#endif
