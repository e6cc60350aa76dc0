/* pack_writer.c - writes packs, and resumes those that were interrupted. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "pipeline/pack_private.h"

/* ---- Manifest ---- */

static bool write_manifest(struct pack *pack, const char *name, struct text value,
                           struct error *error)
{
    struct sql_statement *insert =
        sql_prepare(pack->store.sql, "INSERT INTO manifest VALUES (?, ?)", error);
    sql_bind_text(insert, 1, text_of(name));
    sql_bind_text(insert, 2, value);
    return sql_run(insert, error);
}

static bool write_identity(struct pack *pack, struct error *error)
{
    const struct pack_identity *identity = &pack->identity;
    char key[17];
    hash_format(identity->model_key, key);
    return write_manifest(pack, "version", identity->version, error) &&
           write_manifest(pack, "model", identity->model_id, error) &&
           write_manifest(pack, "model_key", text_of(key), error) &&
           write_manifest(pack, "shard",
                          arena_format(&pack->arena, "%llu/%llu",
                                       (unsigned long long)identity->shard.number,
                                       (unsigned long long)identity->shard.count),
                          error);
}

/* ---- Beginning ---- */

static bool is_same_identity(const struct pack_identity *a, const struct pack_identity *b)
{
    return text_equal(a->version, b->version) && text_equal(a->model_id, b->model_id) &&
           a->model_key == b->model_key && a->shard.number == b->shard.number &&
           a->shard.count == b->shard.count;
}

/* A complete pack is continued: the database may have more texts since then. */
static void reopen_complete_pack(const struct pack *pack)
{
    struct pack *complete = NULL;
    if (access(pack->path, F_OK) == 0 && access(pack->part_path, F_OK) != 0 &&
        pack_open(&complete, pack->path, NULL) &&
        is_same_identity(&complete->identity, &pack->identity))
        rename(pack->path, pack->part_path);
    pack_close(complete);
}

/* Whether the part file is sound and continues this pack. */
static bool can_resume(struct pack *pack)
{
    struct error ignored = {0};
    struct pack_identity identity;
    return pack_check_file(pack, &ignored) && pack_read_identity(pack, &identity, &ignored) &&
           is_same_identity(&identity, &pack->identity);
}

/* Opens the part file for this process alone. */
static bool open_part(struct pack *pack, struct error *error)
{
    bool is_free = true;
    if (!sql_open(&pack->store.sql, pack->part_path, error) ||
        !sql_lock(pack->store.sql, &is_free, error))
        return false;
    return is_free || error_set(error, ERROR_LOCKED,
                                "%s: another process is writing this pack; wait for it, or choose "
                                "another --out",
                                pack->part_path);
}

static void delete_part(struct pack *pack)
{
    sql_close(pack->store.sql);
    pack->store.sql = NULL;
    unlink(pack->part_path);
    unlink(arena_format(&pack->arena, "%s-journal", pack->part_path).bytes);
}

static bool create_part(struct pack *pack, struct error *error)
{
    return open_part(pack, error) && sql_begin(pack->store.sql, error) &&
           sql_end(pack->store.sql,
                   pack_create_tables(pack->store.sql, error) && write_identity(pack, error),
                   error);
}

static bool open_or_create_part(struct pack *pack, struct error *error)
{
    struct error fault = {0};
    reopen_complete_pack(pack);
    if (access(pack->part_path, F_OK) == 0) {
        bool is_open = open_part(pack, &fault);
        if (is_open && can_resume(pack))
            return sql_execute(pack->store.sql,
                               "DELETE FROM manifest WHERE name IN ('texts', 'digest')", error);
        if (fault.kind == ERROR_LOCKED)
            return error_set(error, fault.kind, "%s", fault.message);
        delete_part(pack);
    }
    return create_part(pack, error);
}

bool pack_begin(struct pack **pack, const char *path, const struct pack_identity *identity,
                struct error *error)
{
    *pack = NULL;
    struct pack *created = pack_create(path);
    created->identity = *identity;
    created->identity.version = arena_copy_text(&created->arena, identity->version);
    created->identity.model_id = arena_copy_text(&created->arena, identity->model_id);
    created->store.model_key = identity->model_key;
    if (!open_or_create_part(created, error)) {
        pack_close(created);
        return false;
    }
    *pack = created;
    return true;
}

/* ---- Analyses ---- */

bool pack_count(struct pack *pack, uint64_t *texts, struct error *error)
{
    struct sql_statement *count =
        sql_prepare(pack->store.sql, "SELECT count(*) FROM analysis", error);
    *texts = sql_next_row(count) ? sql_hash(count, 0) : 0;
    return sql_finish(count, error);
}

static bool has_analysis(struct pack *pack, uint64_t text_hash, bool *found, struct error *error)
{
    struct sql_statement *find = sql_prepare(
        pack->store.sql, "SELECT 1 FROM analysis WHERE text_hash = ? AND model_key = ?", error);
    sql_bind_hash(find, 1, text_hash);
    sql_bind_hash(find, 2, pack->identity.model_key);
    *found = sql_next_row(find);
    return sql_finish(find, error);
}

bool pack_drop_known(struct pack *pack, struct batch *batch, struct error *error)
{
    size_t kept = 0;
    for (size_t i = 0; i < batch->count; i++) {
        bool found;
        if (!has_analysis(pack, batch->records[i].text_hash, &found, error))
            return false;
        if (!found)
            batch->records[kept++] = batch->records[i];
    }
    batch->count = kept;
    return true;
}

bool pack_save(struct pack *pack, const struct batch *batch, struct error *error)
{
    bool ok = true;
    if (!sql_begin(pack->store.sql, error))
        return false;
    for (size_t i = 0; ok && i < batch->count; i++)
        ok = store_save_analysis(&pack->store, &batch->records[i], error);
    return sql_end(pack->store.sql, ok, error);
}

/* ---- Completing ---- */

/* So that the name is on the disk, too. */
static bool rename_part(const struct pack *pack, struct error *error)
{
    char *slash = strrchr(pack->path, '/');
    struct arena arena = {0};
    const char *folder =
        slash ? arena_format(&arena, "%.*s", (int)(slash + 1 - pack->path), pack->path).bytes : ".";
    bool ok = rename(pack->part_path, pack->path) == 0;
    if (!ok)
        error_set(error, ERROR_STORE, "%s: cannot be renamed to %s: %s", pack->part_path,
                  pack->path, strerror(errno));
    int folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd >= 0) {
        fsync(folder_fd);
        close(folder_fd);
    }
    arena_free(&arena);
    return ok;
}

bool pack_finish(struct pack *pack, struct error *error)
{
    char digits[33], count[24];
    uint64_t texts;
    if (!pack_compute_digest(pack, digits, &texts, error) || !sql_begin(pack->store.sql, error))
        return false;
    snprintf(count, sizeof(count), "%llu", (unsigned long long)texts);
    bool ok = sql_end(pack->store.sql,
                      write_manifest(pack, "texts", text_of(count), error) &&
                          write_manifest(pack, "digest", text_of(digits), error),
                      error);
    sql_close(pack->store.sql);
    pack->store.sql = NULL;
    return ok && rename_part(pack, error);
}
