/* hash.h - content hashes (xxh3), the same on every machine. Not cryptographic: a hash does not
 * protect what it was computed from. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/text.h"

/* The hash of one text. */
uint64_t hash_text(struct text text);

/* Combines several parts into one hash, starting with HASH_SEED. The size of each part is included,
 * so ("ab", "c") and ("a", "bc") differ. */
#define HASH_SEED UINT64_C(0x57494e4e4f57)
uint64_t hash_combine(uint64_t hash, struct text part);
uint64_t hash_combine_number(uint64_t hash, uint64_t number);

/* Writes 16 lower-case hexadecimal digits and a NUL. */
void hash_format(uint64_t hash, char digits[17]);

/* A 128-bit hash of bytes that arrive in parts; it does not depend on how the bytes are split. */
struct hash_stream;
struct hash_stream *hash_stream_create(void);
void hash_stream_update(struct hash_stream *stream, struct text part);
void hash_stream_finish(struct hash_stream *stream, uint64_t digest[2]); /* frees the stream */

#endif
