/* pack.h - the analyses of one shard, in a file that travels from the machine that made them to the
 * one that has the database. docs/SCHEMA.md ("Packs") describes the file.
 *
 * A pack is written as PATH.part and gets its name when it is complete, so it is whole or not
 * there. Its manifest says which shard it is, what made it, and a digest of everything in it. It
 * contains no text. An analysis depends on its text and the model only, so packs may be merged in
 * any order and repeatedly, and a missing one costs time only. */
#ifndef PIPELINE_PACK_H
#define PIPELINE_PACK_H

#include "pipeline/store.h"

struct pack;

/* What a pack's analyses depend on, apart from their texts. */
struct pack_identity {
    struct text version;  /* of the program */
    struct text model_id; /* t5_model_id */
    uint64_t model_key;   /* stage_context.model_key */
    struct shard shard;
};

/* ---- Writing ---- */

/* Begins the pack, or resumes one of the same identity that was interrupted, or that is complete.
 * A damaged one, and one of another identity, is replaced. ERROR_LOCKED if another process writes
 * it. `identity` is copied. */
bool pack_begin(struct pack **pack, const char *path, const struct pack_identity *identity,
                struct error *error);

/* The number of analyses in it. */
bool pack_count(struct pack *pack, uint64_t *texts, struct error *error);

/* Removes the records from the batch whose texts the pack has. */
bool pack_drop_known(struct pack *pack, struct batch *batch, struct error *error);

/* Saves the analyses of the batch in one transaction. */
bool pack_save(struct pack *pack, const struct batch *batch, struct error *error);

/* Completes the pack. It may only be closed afterwards. */
bool pack_finish(struct pack *pack, struct error *error);

/* Without pack_finish, the file stays as PATH.part. NULL is fine. */
void pack_close(struct pack *pack);

/* ---- Merging ---- */

/* Opens a complete pack and reads all of it to compare it with its digest. ERROR_INPUT if it is
 * missing, damaged or no pack of this version's format. */
bool pack_open(struct pack **pack, const char *path, struct error *error);

/* ERROR_INPUT unless the pack was made with the same version, model and settings; its shard may be
 * any. */
bool pack_check_identity(const struct pack *pack, const struct pack_identity *identity,
                         struct error *error);

struct pack_totals {
    uint64_t texts; /* in the pack */
    uint64_t
        added; /* to the store; it had the others, or has no record with their texts any more */
};

/* Saves the pack's analyses of texts that the store has and its model has not analysed; the store's
 * model key must be set. What was saved before an error stays. */
bool pack_merge(struct pack *pack, struct store *store, struct pack_totals *totals,
                struct error *error);

#endif
