/* utf8.h - walking UTF-8 (RFC 3629: no surrogates, no overlong forms, up to U+10FFFF). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/arena.h"
#include "base/text.h"

/* The code point at `offset` (< text.size) and the number of its bytes in *size. An invalid
 * sequence gives U+FFFD and the size of its maximal valid start, at least 1. */
uint32_t utf8_decode(struct text text, size_t offset, size_t *size);

/* Writes a code point (not a surrogate, at most U+10FFFF); returns its size, 1 to 4. */
size_t utf8_encode(uint32_t point, char bytes[4]);

bool utf8_valid(struct text text);

/* `text` itself when it is valid; else a copy in `arena` with every invalid sequence replaced by
 * U+FFFD, and their number added to *replaced (optional). */
struct text utf8_repair(struct text text, struct arena *arena, size_t *replaced);

/* The largest offset <= `offset` that does not cut a code point. */
size_t utf8_floor(struct text text, size_t offset);

/* Number of code points. */
size_t utf8_length(struct text text);

#endif
