/* charset.h - bytes of any charset to UTF-8, a block at a time, remembering where each came from.
 */
#ifndef CONNECTORS_INPUT_CHARSET_H
#define CONNECTORS_INPUT_CHARSET_H

#include "base/error.h"
#include "base/text.h"

struct charset;

/* A place where the distance between UTF-8 bytes and raw bytes starts anew. */
struct charset_anchor {
    uint64_t position; /* in the UTF-8 produced */
    uint64_t offset;   /* in the raw bytes */
};

/* How many raw bytes stand behind a character of the UTF-8 produced. */
enum charset_width {
    CHARSET_WIDTH_UTF8,   /* as many as in UTF-8 */
    CHARSET_WIDTH_SINGLE, /* one */
    CHARSET_WIDTH_DOUBLE, /* one for ASCII, else two: the East Asian charsets */
    CHARSET_WIDTH_UTF16,  /* two, or four beyond U+FFFF */
    CHARSET_WIDTH_UTF32,  /* four: UTF-32 */
    CHARSET_WIDTH_UNKNOWN /* depends on what stood before: only marks are exact */
};

/* `name` as iconv knows it, or empty to find it from the first block: byte order mark, UTF-16 by
 * its zeros, strict UTF-8, then uchardet. A file that was plain ASCII so far is looked at again
 * where its first other byte stands. An unknown name is ERROR_USAGE. */
bool charset_open(struct charset **charset, struct text name, struct error *error);
void charset_close(struct charset *charset); /* NULL is fine */

/* Converts what is complete in `raw` (all of it when `last`) and returns the raw bytes used, a byte
 * order mark included. The UTF-8 made, always valid, is lent in *converted until the next call and
 * while `raw` stays: where nothing had to be converted, it is `raw`. */
size_t charset_convert(struct charset *charset, struct text raw, bool is_final,
                       struct text *converted);

/* The marks of what the last call made, in order. */
const struct charset_anchor *charset_anchors(const struct charset *charset, size_t *count);
enum charset_width charset_width(const struct charset *charset);

/* "UTF-16LE (byte order mark)". */
struct text charset_description(const struct charset *charset);

/* Invalid sequences that became U+FFFD, so far. */
uint64_t charset_replaced_count(const struct charset *charset);

#endif
