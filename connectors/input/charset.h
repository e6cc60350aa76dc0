/* charset.h - converts bytes of any charset to UTF-8, block by block, and records where in the raw
 * bytes the output came from. */
#ifndef CONNECTORS_INPUT_CHARSET_H
#define CONNECTORS_INPUT_CHARSET_H

#include "base/error.h"
#include "base/text.h"

struct charset;

/* A pair of positions that is exact; between anchors, charset_width gives the distance. */
struct charset_anchor {
    uint64_t position; /* in the UTF-8 produced */
    uint64_t offset;   /* in the raw bytes */
};

/* Raw bytes per character of the UTF-8 output. */
enum charset_width {
    CHARSET_WIDTH_UTF8,   /* the same as in UTF-8 */
    CHARSET_WIDTH_SINGLE, /* one */
    CHARSET_WIDTH_DOUBLE, /* one for ASCII, otherwise two: the East Asian charsets */
    CHARSET_WIDTH_UTF16,  /* two, four above U+FFFF */
    CHARSET_WIDTH_UTF32,  /* four */
    CHARSET_WIDTH_UNKNOWN /* depends on a shift state: only anchors are exact */
};

/* `name` is a name for iconv, or empty to detect the charset from the first block: byte order mark,
 * UTF-16 by its zero bytes, strict UTF-8, then charset_guess.h. While a file is plain ASCII, the
 * decision is postponed until the first other byte. ERROR_USAGE if the name is unknown. */
bool charset_open(struct charset **charset, struct text name, struct error *error);
void charset_close(struct charset *charset); /* NULL is fine */

/* Converts the complete characters in `raw` (all bytes if `is_final`). Returns the number of raw
 * bytes used, including a byte order mark. *converted is always valid UTF-8. It borrows from
 * `charset` until the next call, or from `raw` if no conversion was necessary. */
size_t charset_convert(struct charset *charset, struct text raw, bool is_final,
                       struct text *converted);

/* The anchors of the last output, in order. */
const struct charset_anchor *charset_anchors(const struct charset *charset, size_t *count);
enum charset_width charset_width(const struct charset *charset);

/* "UTF-16LE (byte order mark)". */
struct text charset_description(const struct charset *charset);

/* Invalid sequences replaced by U+FFFD so far. */
uint64_t charset_replaced_count(const struct charset *charset);

#endif
