/* shard.h - a part of a job's texts, for one of several machines. */
#ifndef PIPELINE_SHARD_H
#define PIPELINE_SHARD_H

#include "base/text.h"

/* The texts whose hash, without its highest bit, has the remainder `number - 1` when it is divided
 * by `count`: every text is in one shard, whatever records have it. Zeroed: all texts. */
struct shard {
    uint64_t number, count; /* number: 1 to count */
};

enum { SHARD_MAX_COUNT = 1000000 };

/* Parses "2/4". False if that is no shard. */
bool shard_parse(struct text text, struct shard *shard);

#endif
