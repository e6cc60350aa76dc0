/* hash.c - content hashes over xxh3. */
#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"

uint64_t hash_text(struct text text)
{
    return XXH3_64bits(text.size ? text.bytes : "", text.size);
}

uint64_t hash_combine(uint64_t hash, struct text part)
{
    return XXH3_64bits_withSeed(part.size ? part.bytes : "", part.size,
                                hash_combine_number(hash, part.size));
}

uint64_t hash_combine_number(uint64_t hash, uint64_t number)
{
    uint64_t pair[2] = {hash, number};
    return XXH3_64bits(pair, sizeof(pair));
}

void hash_format(uint64_t hash, char digits[17])
{
    snprintf(digits, 17, "%016llx", (unsigned long long)hash);
}

struct hash_stream {
    XXH3_state_t state;
};

struct hash_stream *hash_stream_create(void)
{
    struct hash_stream *stream = memory_alloc_aligned(1, sizeof(*stream));
    XXH3_128bits_reset(&stream->state);
    return stream;
}

void hash_stream_update(struct hash_stream *stream, struct text part)
{
    if (part.size)
        XXH3_128bits_update(&stream->state, part.bytes, part.size);
}

void hash_stream_finish(struct hash_stream *stream, uint64_t digest[2])
{
    XXH128_hash_t hash = XXH3_128bits_digest(&stream->state);
    digest[0] = hash.low64;
    digest[1] = hash.high64;
    free(stream);
}
