/* text.h - a view of bytes that somebody else owns. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Not NUL-terminated; print with "%.*s" and TEXT_ARGUMENT. {NULL, 0} is the empty text. */
struct text {
    const char *bytes;
    size_t size;
};

#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})
#define TEXT_ARGUMENT(text) (int)(text).size, (text).bytes

/* The text of a NUL-terminated string; NULL gives the empty text. */
struct text text_of(const char *string);

static inline bool text_equal(struct text a, struct text b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.bytes, b.bytes, a.size) == 0);
}

/* Bytewise order, shorter first when one is the start of the other: -1, 0 or 1. */
int text_compare(struct text a, struct text b);

/* ASCII letters compare without case; all other bytes as they are. */
bool text_equal_ignore_case(struct text a, struct text b);

/* Whether `text` is one of `words`, whose last is NULL. */
bool text_is_one_of(struct text text, const char *const *words);
bool text_is_one_of_fold(struct text text,
                         const char *const *words); /* as text_equal_ignore_case */

/* Whether two names of columns mean the same: as text_equal_ignore_case, ignoring ' ', '_' and '-'.
 */
bool text_equal_name(struct text a, struct text b);

bool text_starts_with(struct text text, struct text prefix);
bool text_starts_with_ignore_case(struct text text,
                                  struct text prefix); /* as text_equal_ignore_case compares */

/* Bytes [begin, end), both clipped to the text. */
struct text text_slice(struct text text, size_t begin, size_t end);

/* Without white space (ASCII blanks and line ends) at both sides. */
struct text text_trim(struct text text);

/* Offset of the first `needle` at or after `from`; text.size when there is none. */
size_t text_find(struct text text, struct text needle, size_t from);

/* Cuts the next piece off the front of *rest, up to `separator` (which is dropped).
 * False when nothing is left. An empty *rest with non-NULL bytes gives one empty piece. */
bool text_split(struct text *rest, char separator, struct text *piece);

/* Whole text as a decimal number (text_to_integer: optional sign and digits; text_to_real: also a
 * point and an exponent, never a locale's comma). False, and *value untouched, when it is anything
 * else.
 */
bool text_to_integer(struct text text, int64_t *value);
bool text_to_real(struct text text, double *value);

#endif
