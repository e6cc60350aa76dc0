/* text.h - a view of bytes that are owned elsewhere. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Not NUL-terminated: print it with "%.*s" and TEXT_ARGUMENT. {NULL, 0} is the empty text. */
struct text {
    const char *bytes;
    size_t size;
};

#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})
#define TEXT_ARGUMENT(text) (int)(text).size, (text).bytes

/* A view of a NUL-terminated string; NULL gives the empty text. */
struct text text_of(const char *string);

static inline bool text_equal(struct text a, struct text b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.bytes, b.bytes, a.size) == 0);
}

/* Order by bytes, a prefix first: -1, 0 or 1. */
int text_compare(struct text a, struct text b);

/* Ignores the case of ASCII letters only. */
bool text_equal_ignore_case(struct text a, struct text b);

/* Whether `text` is one of the NULL-terminated `words`; _fold ignores case as
 * text_equal_ignore_case does. */
bool text_is_one_of(struct text text, const char *const *words);
bool text_is_one_of_ignore_case(struct text text, const char *const *words);

/* Whether two column names are equal: as text_equal_ignore_case, without ' ', '_' and '-'. */
bool text_equal_name(struct text a, struct text b);

bool text_starts_with(struct text text, struct text prefix);
bool text_ends_with(struct text text, struct text suffix);
bool text_starts_with_ignore_case(struct text text, struct text prefix);

/* The bytes [begin, end); both offsets are limited to the text. */
static inline struct text text_slice(struct text text, size_t begin, size_t end)
{
    if (end > text.size)
        end = text.size;
    if (begin > end)
        begin = end;
    if (!text.bytes)
        return text;
    return (struct text){text.bytes + begin, end - begin};
}

/* Without ASCII white space at both ends. */
struct text text_trim(struct text text);

/* Also without the blanks and invisible marks of Unicode at both ends: no-break and other spaces,
 * zero-width characters, byte order marks, marks of direction. */
struct text text_trim_unicode(struct text text);

/* The offset of the first `needle` at or after `from`; text.size if there is none. */
size_t text_find(struct text text, struct text needle, size_t from);

/* Moves the next piece, up to `separator`, from the front of *rest to *piece; drops the separator.
 * False if nothing is left. An empty *rest whose bytes are not NULL gives one empty piece. */
bool text_split(struct text *rest, char separator, struct text *piece);

/* Parses the whole text as a decimal number: an optional sign and digits, for text_to_real also a
 * point and an exponent, whatever the locale. If the text is anything else, returns false and
 * leaves *value unchanged. */
bool text_to_integer(struct text text, int64_t *value);
bool text_to_real(struct text text, double *value);

#endif
