/* pack.c - the format of packs: opens one, reads its analyses and compares them with its digest. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "pipeline/pack_private.h"

#define APPLICATION_ID "0x57704b31" /* "WpK1" */
#define PACK_VERSION "1"            /* of this format */
#define MANIFEST_SCHEMA                                                                            \
    "CREATE TABLE manifest (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"

enum { BATCH_ANALYSES = 500 }; /* that are read together */

struct pack *pack_create(const char *path)
{
    struct pack *pack = memory_alloc(1, sizeof(*pack));
    pack->path = arena_format(&pack->arena, "%s", path).bytes;
    pack->part_path = arena_format(&pack->arena, "%s.part", path).bytes;
    return pack;
}

void pack_close(struct pack *pack)
{
    if (!pack)
        return;
    sql_close(pack->store.sql);
    arena_free(&pack->arena);
    free(pack);
}

/* ---- Manifest ---- */

/* The value of this name; empty if there is none. */
static struct text read_manifest(struct pack *pack, const char *name, struct error *error)
{
    struct text value = {0};
    struct sql_statement *find =
        sql_prepare(pack->store.sql, "SELECT value FROM manifest WHERE name = ?", error);
    sql_bind_text(find, 1, text_of(name));
    if (sql_next_row(find))
        value = arena_copy_text(&pack->arena, sql_text(find, 0));
    sql_finish(find, error);
    return value;
}

static bool report_damage(struct pack *pack, const char *fault, struct error *error)
{
    return error_set(error, ERROR_INPUT, "%s: the pack is damaged (%s). " PACK_REMEDY, pack->path,
                     fault);
}

bool pack_read_identity(struct pack *pack, struct pack_identity *identity, struct error *error)
{
    char *end, key[17];
    struct text digits = read_manifest(pack, "model_key", error);
    snprintf(key, sizeof(key), "%.*s", TEXT_ARGUMENT(digits));
    identity->version = read_manifest(pack, "version", error);
    identity->model_id = read_manifest(pack, "model", error);
    identity->model_key = strtoull(key, &end, 16);
    return (shard_parse(read_manifest(pack, "shard", error), &identity->shard) &&
            digits.size == 16 && !*end) ||
           report_damage(pack, "its manifest is incomplete", error);
}

/* ---- Analyses ---- */

static bool load_chunks(struct pack *pack, int64_t analysis_id, struct record *record,
                        struct arena *arena, struct error *error)
{
    struct sql_statement *rows =
        sql_prepare(pack->store.sql,
                    "SELECT \"begin\", \"end\", tokens, sentiment, negative, neutral, positive,"
                    " count(*) OVER () FROM chunk WHERE analysis_id = ? ORDER BY number",
                    error);
    sql_bind_integer(rows, 1, analysis_id);
    while (sql_next_row(rows)) {
        if (!record->chunks)
            record->chunks =
                arena_alloc(arena, (size_t)sql_integer(rows, 7), sizeof(*record->chunks));
        record->chunks[record->chunk_count++] = (struct chunk){
            .begin = (size_t)sql_hash(rows, 0),
            .end = (size_t)sql_hash(rows, 1),
            .tokens = (size_t)sql_hash(rows, 2),
            .sentiment = store_parse_sentiment(sql_text(rows, 3)),
            .negative = sql_real(rows, 4),
            .neutral = sql_real(rows, 5),
            .positive = sql_real(rows, 6),
        };
    }
    return sql_finish(rows, error);
}

static bool load_topics(struct pack *pack, int64_t analysis_id, struct analysis *analysis,
                        struct arena *arena, struct error *error)
{
    struct topic_mention *topics = NULL;
    struct sql_statement *rows = sql_prepare(pack->store.sql,
                                             "SELECT topic, polarity, count(*) OVER () FROM mention"
                                             " WHERE analysis_id = ? ORDER BY number",
                                             error);
    sql_bind_integer(rows, 1, analysis_id);
    while (sql_next_row(rows)) {
        if (!topics)
            topics = arena_alloc(arena, (size_t)sql_integer(rows, 2), sizeof(*topics));
        topics[analysis->topic_count++] = (struct topic_mention){
            .topic = arena_copy_text(arena, sql_text(rows, 0)),
            .polarity = store_parse_sentiment(sql_text(rows, 1)),
        };
    }
    analysis->topics = topics;
    return sql_finish(rows, error);
}

/* Loads the analyses after *last_hash, or the first ones, into a batch that was reset, ordered by
 * the signed hashes of their texts. */
static bool load_analyses(struct pack *pack, const uint64_t *last_hash, struct batch *batch,
                          struct error *error)
{
    bool ok = true;
    struct sql_statement *rows = sql_prepare(
        pack->store.sql,
        "SELECT id, text_hash, sentiment, score, confidence, coverage, tokens FROM analysis"
        " WHERE model_key = ?1 AND text_hash >= ifnull(?2, -9223372036854775808)"
        " AND text_hash IS NOT ?2 ORDER BY text_hash LIMIT ?3",
        error);
    sql_bind_hash(rows, 1, pack->identity.model_key);
    if (last_hash)
        sql_bind_hash(rows, 2, *last_hash);
    sql_bind_integer(rows, 3, BATCH_ANALYSES);
    while (ok && sql_next_row(rows)) {
        struct record *record = batch_add_record(batch);
        record->text_hash = sql_hash(rows, 1);
        record->analysis = (struct analysis){
            .sentiment = store_parse_sentiment(sql_text(rows, 2)),
            .score = sql_real(rows, 3),
            .confidence = sql_real(rows, 4),
            .coverage = sql_real(rows, 5),
            .tokens = (size_t)sql_hash(rows, 6),
        };
        int64_t id = sql_integer(rows, 0);
        ok = load_chunks(pack, id, record, &batch->arena, error) &&
             load_topics(pack, id, &record->analysis, &batch->arena, error);
    }
    return sql_finish(rows, error) && ok;
}

bool pack_for_each_batch(struct pack *pack,
                         bool (*visit)(void *user, struct batch *batch, struct error *error),
                         void *user, struct error *error)
{
    struct batch batch = {0};
    uint64_t last_hash;
    bool ok = load_analyses(pack, NULL, &batch, error);
    while (ok && batch.count > 0) {
        last_hash = batch.records[batch.count - 1].text_hash;
        ok = visit(user, &batch, error);
        batch_reset(&batch);
        ok = ok && load_analyses(pack, &last_hash, &batch, error);
    }
    batch_free(&batch);
    return ok;
}

/* ---- Digest ---- */

static void hash_number(struct hash_stream *stream, uint64_t number)
{
    hash_stream_update(stream, (struct text){(const char *)&number, sizeof(number)});
}

static void hash_real(struct hash_stream *stream, double number)
{
    hash_stream_update(stream, (struct text){(const char *)&number, sizeof(number)});
}

static void hash_string(struct hash_stream *stream, struct text string)
{
    hash_number(stream, string.size);
    hash_stream_update(stream, string);
}

static void hash_analysis(struct hash_stream *stream, const struct record *record)
{
    const struct analysis *analysis = &record->analysis;
    hash_number(stream, record->text_hash);
    hash_number(stream, analysis->sentiment);
    hash_real(stream, analysis->score);
    hash_real(stream, analysis->confidence);
    hash_real(stream, analysis->coverage);
    hash_number(stream, analysis->tokens);
    hash_number(stream, record->chunk_count);
    for (size_t i = 0; i < record->chunk_count; i++) {
        const struct chunk *chunk = &record->chunks[i];
        hash_number(stream, chunk->begin);
        hash_number(stream, chunk->end);
        hash_number(stream, chunk->tokens);
        hash_number(stream, chunk->sentiment);
        hash_real(stream, chunk->negative);
        hash_real(stream, chunk->neutral);
        hash_real(stream, chunk->positive);
    }
    hash_number(stream, analysis->topic_count);
    for (size_t i = 0; i < analysis->topic_count; i++) {
        hash_string(stream, analysis->topics[i].topic);
        hash_number(stream, analysis->topics[i].polarity);
    }
}

struct digest {
    struct hash_stream *stream;
    uint64_t texts;
};

static bool hash_batch(void *user, struct batch *batch, struct error *error)
{
    (void)error;
    struct digest *digest = user;
    for (size_t i = 0; i < batch->count; i++)
        hash_analysis(digest->stream, &batch->records[i]);
    digest->texts += batch->count;
    return true;
}

bool pack_compute_digest(struct pack *pack, char digits[33], uint64_t *texts, struct error *error)
{
    const struct pack_identity *identity = &pack->identity;
    struct digest digest = {.stream = hash_stream_create()};
    uint64_t hashes[2];
    hash_string(digest.stream, identity->version);
    hash_string(digest.stream, identity->model_id);
    hash_number(digest.stream, identity->model_key);
    hash_number(digest.stream, identity->shard.number);
    hash_number(digest.stream, identity->shard.count);
    bool ok = pack_for_each_batch(pack, hash_batch, &digest, error);
    hash_stream_finish(digest.stream, hashes);
    hash_format(hashes[1], digits);
    hash_format(hashes[0], digits + 16);
    *texts = digest.texts;
    return ok;
}

/* ---- Checking the file ---- */

/* The query's first value, in `arena`. */
static bool query_text(struct sql *sql, const char *query, struct arena *arena, struct text *value,
                       struct error *error)
{
    *value = (struct text){0};
    struct sql_statement *statement = sql_prepare(sql, query, error);
    if (sql_next_row(statement))
        *value = arena_copy_text(arena, sql_text(statement, 0));
    return sql_finish(statement, error);
}

bool pack_create_tables(struct sql *sql, struct error *error)
{
    return sql_execute(sql, store_analysis_schema, error) &&
           sql_execute(sql,
                       MANIFEST_SCHEMA "PRAGMA application_id = " APPLICATION_ID
                                       ";PRAGMA user_version = " PACK_VERSION,
                       error);
}

/* What identifies the format: its number, its version and all statements of its schema. */
static bool describe_format(struct sql *sql, struct arena *arena, struct text *format,
                            struct error *error)
{
    return query_text(sql,
                      "SELECT printf('%d %d %s', a.application_id, v.user_version,"
                      " (SELECT group_concat(sql, ';') FROM"
                      "  (SELECT sql FROM sqlite_schema ORDER BY name)))"
                      " FROM pragma_application_id AS a, pragma_user_version AS v",
                      arena, format, error);
}

/* A file with other tables, or with triggers or views, is no pack. */
static bool check_format(struct pack *pack, struct error *error)
{
    struct sql *reference;
    struct text expected = {0}, format = {0};
    bool ok = sql_open(&reference, ":memory:", error) && pack_create_tables(reference, error) &&
              describe_format(reference, &pack->arena, &expected, error) &&
              describe_format(pack->store.sql, &pack->arena, &format, error);
    sql_close(reference);
    return ok &&
           (text_equal(format, expected) ||
            error_set(
                error, ERROR_INPUT,
                "%s: not a pack, or one of another version of winnow: this one is " WINNOW_VERSION
                ", and reads format " PACK_VERSION ". " PACK_REMEDY,
                pack->path));
}

static bool check_pages(struct pack *pack, struct error *error)
{
    struct text fault;
    return query_text(pack->store.sql, "PRAGMA integrity_check(1)", &pack->arena, &fault, error) &&
           (text_equal(fault, TEXT("ok")) ||
            report_damage(pack, arena_format(&pack->arena, "%.*s", TEXT_ARGUMENT(fault)).bytes,
                          error));
}

bool pack_check_file(struct pack *pack, struct error *error)
{
    return check_format(pack, error) && check_pages(pack, error);
}

/* Of a complete pack: whether it is what was written. */
static bool check_contents(struct pack *pack, struct error *error)
{
    char digits[33];
    return pack_check_file(pack, error) && pack_read_identity(pack, &pack->identity, error) &&
           pack_compute_digest(pack, digits, &pack->texts, error) &&
           (text_equal(read_manifest(pack, "digest", error), text_of(digits)) ||
            report_damage(pack, "its digest does not match its contents", error));
}

bool pack_open(struct pack **pack, const char *path, struct error *error)
{
    struct error fault = {0};
    *pack = NULL;
    struct pack *created = pack_create(path);
    bool ok = sql_open_read_only(&created->store.sql, path, &fault);
    if (ok) {
        sql_set_damage_remedy(created->store.sql, PACK_REMEDY);
        ok = check_contents(created, &fault);
    }
    if (!ok) {
        pack_close(created);
        return error_set(error, ERROR_INPUT, "%s", fault.message);
    }
    *pack = created;
    return true;
}
