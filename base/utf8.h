/* utf8.h - decoding, checking and repairing UTF-8 (RFC 3629: no surrogates, no overlong forms, up
 * to U+10FFFF). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/arena.h"
#include "base/text.h"

/* The code point at `offset` (< text.size); *size is the number of its bytes. An invalid sequence
 * gives U+FFFD and the size of its longest valid prefix, at least 1. */
uint32_t utf8_decode(struct text text, size_t offset, size_t *size);

/* The size of the valid multibyte sequence at `offset` (< text.size); 0 if there is an ASCII byte
 * or an invalid sequence. Inline, for loops over valid text. */
static inline size_t utf8_multibyte_size(struct text text, size_t offset)
{
    const unsigned char *bytes = (const unsigned char *)text.bytes + offset;
    size_t remaining = text.size - offset;
    unsigned char first = bytes[0];
    /* Ranges of the second byte: Unicode standard, table 3-7. */
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

/* Writes a code point (at most U+10FFFF, no surrogate) and returns its size, 1 to 4. */
size_t utf8_encode(uint32_t code_point, char bytes[4]);

bool utf8_is_valid(struct text text);

/* The offset of the first byte at or after `from` that is not ASCII; text.size if there is none. */
size_t utf8_ascii_end(struct text text, size_t from);

/* The offset of the first invalid sequence at or after `from`; text.size if there is none. */
size_t utf8_valid_end(struct text text, size_t from);

/* `text` itself if it is valid; otherwise a copy in `arena` in which U+FFFD replaces every invalid
 * sequence. The number of replacements is added to *replaced (optional). */
struct text utf8_repair(struct text text, struct arena *arena, size_t *replaced);

/* The largest offset <= `offset` that does not split a code point. */
size_t utf8_boundary_before(struct text text, size_t offset);

/* The number of code points. */
size_t utf8_count_code_points(struct text text);

/* Whether a syllable of Korean script is in the text. */
bool utf8_has_hangul(struct text text);

#endif
