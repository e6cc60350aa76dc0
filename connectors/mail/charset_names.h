/* charset_names.h - the bytes of a mail as UTF-8: charsets by the names that mails give them, and
 * encoded words in headers. */
#ifndef CONNECTORS_MAIL_CHARSET_NAMES_H
#define CONNECTORS_MAIL_CHARSET_NAMES_H

#include "base/arena.h"
#include "base/text.h"

/* Bytes of a charset as valid UTF-8: `bytes` itself, or a copy in `arena`. Where the name says
 * nothing (none, ASCII), is unknown or cannot be true, the charset is found from the bytes. */
struct text mail_decode_charset(struct text bytes, struct text charset_name, struct arena *arena);

/* Whether there are encoded words in a header's value ("=?utf-8?q?caf=C3=A9?="). */
bool mail_has_encoded_words(struct text value);

/* The value with its encoded words decoded (RFC 2047, and RFC 2231's language in them); blanks
 * between two of them go. Words of one charset are joined before it is converted: senders cut
 * characters in two. With `quote` (values that hold addresses) what is decoded stands in quotes, so
 * that a comma in a name parts nothing. Allocated from `arena`. */
struct text mail_decode_encoded_words(struct text value, bool quote, struct arena *arena);

#endif
