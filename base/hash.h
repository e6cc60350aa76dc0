/* hash.h - content hashes (xxh3): the same on every machine. Not for secrets. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/text.h"

/* 64 bits of one text. */
uint64_t hash_text(struct text text);

/* Several parts into one hash: each part's size goes in with it, so ("ab","c") differs from
 * ("a","bc"). Begin with HASH_SEED. */
#define HASH_SEED UINT64_C(0x57494e4e4f57)
uint64_t hash_combine(uint64_t hash, struct text part);
uint64_t hash_combine_number(uint64_t hash, uint64_t number);

/* 16 lower-case hexadecimal digits and a NUL. */
void hash_format(uint64_t hash, char digits[17]);

/* Reads what hash_format wrote. */
bool hash_parse(struct text digits, uint64_t *hash);

/* 128 bits of bytes that come in parts; where the parts are cut makes no difference. */
struct hash_stream;
struct hash_stream *hash_stream_create(void);
void hash_stream_update(struct hash_stream *stream, struct text part);
void hash_stream_finish(struct hash_stream *stream, uint64_t digest[2]); /* frees it */

#endif
