/* pack_private.h - what the files of packs share; only they include it. */
#ifndef PIPELINE_PACK_PRIVATE_H
#define PIPELINE_PACK_PRIVATE_H

#include "pipeline/pack.h"
#include "pipeline/store_private.h"

#define PACK_REMEDY                                                                                \
    "Analyse its shard again, or leave it out: the next run analyses what is missing"

struct pack {
    struct store store; /* only its connection and its model key: the tables of analyses */
    const char *path, *part_path;
    struct pack_identity identity;
    uint64_t texts; /* of an opened pack */
    struct arena arena;
};

/* Not opened yet. */
struct pack *pack_create(const char *path);

/* The statements of a new pack: its tables, format and version. */
bool pack_create_tables(struct sql *sql, struct error *error);

/* Whether the file has the tables of a pack of this format and no others, and its pages are sound.
 */
bool pack_check_file(struct pack *pack, struct error *error);

/* The manifest's identity, in the pack's arena. */
bool pack_read_identity(struct pack *pack, struct pack_identity *identity, struct error *error);

/* Of the identity and all analyses, as 32 hexadecimal digits, and the number of analyses. */
bool pack_compute_digest(struct pack *pack, char digits[33], uint64_t *texts, struct error *error);

/* Calls `visit` for all analyses, batch by batch, in the order of the signed hashes of their texts.
 */
bool pack_for_each_batch(struct pack *pack,
                         bool (*visit)(void *user, struct batch *batch, struct error *error),
                         void *user, struct error *error);

#endif
