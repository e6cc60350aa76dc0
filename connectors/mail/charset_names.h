/* charset_names.h - decodes charsets by the names that mails use, and encoded words in headers. */
#ifndef CONNECTORS_MAIL_CHARSET_NAMES_H
#define CONNECTORS_MAIL_CHARSET_NAMES_H

#include "base/arena.h"
#include "base/text.h"

/* Decodes bytes to valid UTF-8: `bytes` itself, or a copy in `arena`. If the name is empty,
 * unknown, contradicts the bytes or means nothing in practice (ASCII), the charset is detected. */
struct text mail_decode_charset(struct text bytes, struct text charset_name, struct arena *arena);

/* Whether a header's value contains encoded words ("=?utf-8?q?caf=C3=A9?="). */
bool mail_has_encoded_words(struct text value);

/* Decodes the encoded words of a value (RFC 2047, with languages of RFC 2231) and removes the
 * blanks between two of them. Words of one charset are joined before they are converted, since
 * senders split characters. With `quote`, decoded text is put in quotes, so that a comma in a name
 * does not separate addresses. Allocated from `arena`. */
struct text mail_decode_encoded_words(struct text value, bool quote, struct arena *arena);

#endif
