/* utf8.h - walking UTF-8 (RFC 3629: no surrogates, no overlong forms, up to U+10FFFF). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/arena.h"
#include "base/text.h"

/* The code point at `offset` (< text.size) and the number of its bytes in *size. An invalid
 * sequence gives U+FFFD and the size of its maximal valid start, at least 1. */
uint32_t utf8_decode(struct text text, size_t offset, size_t *size);

/* The size of the valid sequence of several bytes at `offset`, for loops over valid text; 0 when
 * there is none (an ASCII byte stands there, or something invalid). */
static inline size_t utf8_multibyte_size(struct text text, size_t offset)
{
    const unsigned char *bytes = (const unsigned char *)text.bytes + offset;
    size_t remaining = text.size - offset;
    unsigned char first = bytes[0];
    /* Second bytes by the Unicode standard, table 3-7. */
    if (first >= 0xE0 && first <= 0xEF)
        return remaining >= 3 && (bytes[1] & 0xC0) == 0x80 && (bytes[2] & 0xC0) == 0x80 &&
                       (first != 0xE0 || bytes[1] >= 0xA0) && (first != 0xED || bytes[1] < 0xA0)
                   ? 3
                   : 0;
    if (first >= 0xC2 && first <= 0xDF)
        return remaining >= 2 && (bytes[1] & 0xC0) == 0x80 ? 2 : 0;
    if (first >= 0xF0 && first <= 0xF4)
        return remaining >= 4 && (bytes[1] & 0xC0) == 0x80 && (bytes[2] & 0xC0) == 0x80 &&
                       (bytes[3] & 0xC0) == 0x80 && (first != 0xF0 || bytes[1] >= 0x90) &&
                       (first != 0xF4 || bytes[1] < 0x90)
                   ? 4
                   : 0;
    return 0;
}

/* Writes a code point (not a surrogate, at most U+10FFFF); returns its size, 1 to 4. */
size_t utf8_encode(uint32_t code_point, char bytes[4]);

bool utf8_is_valid(struct text text);

/* Where the bytes from `from` on are no longer ASCII. */
size_t utf8_ascii_end(struct text text, size_t from);

/* Where the valid part that begins at `from` ends. */
size_t utf8_valid_end(struct text text, size_t from);

/* `text` itself when it is valid; else a copy in `arena` with every invalid sequence replaced by
 * U+FFFD, and their number added to *replaced (optional). */
struct text utf8_repair(struct text text, struct arena *arena, size_t *replaced);

/* The largest offset <= `offset` that does not cut a code point. */
size_t utf8_boundary_before(struct text text, size_t offset);

/* Number of code points. */
size_t utf8_count_code_points(struct text text);

#endif
