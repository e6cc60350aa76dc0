/* shard.c - shards as text. */
#include "pipeline/shard.h"

bool shard_parse(struct text text, struct shard *shard)
{
    size_t slash = text_find(text, TEXT("/"), 0);
    int64_t number, count;
    if (!text_to_integer(text_slice(text, 0, slash), &number) ||
        !text_to_integer(text_slice(text, slash + 1, text.size), &count) || number < 1 ||
        number > count || count > SHARD_MAX_COUNT)
        return false;
    *shard = (struct shard){(uint64_t)number, (uint64_t)count};
    return true;
}
