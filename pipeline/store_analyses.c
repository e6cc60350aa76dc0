/* store_analyses.c - what the model said about a text, and the saved texts that it has not read. */
#include "pipeline/store_private.h"

/* ---- Saving ---- */

bool store_has_analysis(struct store *store, uint64_t text_hash, bool *found, struct error *error)
{
    struct sql_statement *find =
        sql_prepare(store->sql,
                    "SELECT 1 FROM analysis WHERE text_hash = ?1 AND model_key = ?2 UNION ALL"
                    " SELECT 1 FROM deferred_analysis WHERE text_hash = ?1 AND model_key = ?2",
                    error);
    sql_bind_hash(find, 1, text_hash);
    sql_bind_hash(find, 2, store->model_key);
    *found = sql_next_row(find);
    return sql_finish(find, error);
}

bool store_defer_analysis(struct store *store, const struct record *record, struct error *error)
{
    struct sql_statement *defer =
        sql_prepare(store->sql, "INSERT OR IGNORE INTO deferred_analysis VALUES (?, ?)", error);
    sql_bind_hash(defer, 1, record->text_hash);
    sql_bind_hash(defer, 2, store->model_key);
    return sql_run(defer, error);
}

bool store_save_model_key(struct store *store, struct error *error)
{
    if (store->saved_model_key == store->model_key)
        return true;
    struct sql_statement *save =
        sql_prepare(store->sql, "UPDATE setting SET number = ? WHERE name = 'model_key'", error);
    sql_bind_hash(save, 1, store->model_key);
    return sql_run(save, error);
}

static bool save_chunk(struct store *store, int64_t analysis_id, size_t number,
                       const struct chunk *chunk, struct error *error)
{
    struct sql_statement *save =
        sql_prepare(store->sql, "INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", error);
    sql_bind_integer(save, 1, analysis_id);
    sql_bind_hash(save, 2, number);
    sql_bind_hash(save, 3, chunk->begin);
    sql_bind_hash(save, 4, chunk->end);
    sql_bind_hash(save, 5, chunk->tokens);
    sql_bind_text(save, 6, text_of(sentiment_names[chunk->sentiment]));
    sql_bind_real(save, 7, chunk->negative);
    sql_bind_real(save, 8, chunk->neutral);
    sql_bind_real(save, 9, chunk->positive);
    return sql_run(save, error);
}

static bool save_mention(struct store *store, int64_t analysis_id, size_t number,
                         const struct topic_mention *mention, struct error *error)
{
    struct sql_statement *save =
        sql_prepare(store->sql, "INSERT INTO mention VALUES (?, ?, ?, ?)", error);
    sql_bind_integer(save, 1, analysis_id);
    sql_bind_hash(save, 2, number);
    sql_bind_text(save, 3, mention->topic);
    sql_bind_text(save, 4, text_of(sentiment_names[mention->polarity]));
    return sql_run(save, error);
}

/* Inserts the analysis unless the model's analysis of this text is saved already. */
static bool insert_analysis(struct store *store, const struct record *record, bool *inserted,
                            struct error *error)
{
    const struct analysis *analysis = &record->analysis;
    struct sql_statement *save = sql_prepare(
        store->sql,
        "INSERT INTO analysis (text_hash, model_key, sentiment, score, confidence, coverage,"
        " tokens) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
        error);
    sql_bind_hash(save, 1, record->text_hash);
    sql_bind_hash(save, 2, store->model_key);
    sql_bind_text(save, 3, text_of(sentiment_names[analysis->sentiment]));
    sql_bind_real(save, 4, analysis->score);
    sql_bind_real(save, 5, analysis->confidence);
    sql_bind_real(save, 6, analysis->coverage);
    sql_bind_hash(save, 7, analysis->tokens);
    *inserted = sql_next_row(save);
    return sql_run(save, error);
}

bool store_save_analysis(struct store *store, const struct record *record, struct error *error)
{
    bool inserted;
    if (!insert_analysis(store, record, &inserted, error))
        return false;
    if (!inserted)
        return true;
    bool ok = true;
    int64_t id = sql_last_id(store->sql);
    for (size_t i = 0; ok && i < record->chunk_count; i++)
        ok = save_chunk(store, id, i, &record->chunks[i], error);
    for (size_t i = 0; ok && i < record->analysis.topic_count; i++)
        ok = save_mention(store, id, i, &record->analysis.topics[i], error);
    return ok;
}

/* ---- Saved texts that the model has not analysed ---- */

static bool batch_has_text(const struct batch *batch, uint64_t text_hash)
{
    for (size_t i = 0; i < batch->count; i++)
        if (batch->records[i].text_hash == text_hash)
            return true;
    return false;
}

/* Conditions on feedback f and its analysis a: ?1 is the model key, ?2 and ?3 are the shard. The
 * highest bit would make a negative number. */
#define UNANALYSED_TEXTS                                                                           \
    " FROM feedback AS f"                                                                          \
    " LEFT JOIN analysis AS a ON a.text_hash = f.text_hash AND a.model_key = ?1"                   \
    " WHERE a.id IS NULL AND (?2 = 0 OR (f.text_hash & 0x7fffffffffffffff) % ?2 = ?3 - 1)"

static void bind_unanalysed(struct store *store, struct sql_statement *statement,
                            struct shard shard)
{
    sql_bind_hash(statement, 1, store->model_key);
    sql_bind_hash(statement, 2, shard.count);
    sql_bind_hash(statement, 3, shard.number);
}

bool store_load_unanalysed(struct store *store, struct unanalysed_texts *texts, struct batch *batch,
                           struct error *error)
{
    struct sql_statement *load = sql_prepare(
        store->sql,
        "SELECT f.id, f.text_hash, f.title, f.text, f.question, f.asked_for" UNANALYSED_TEXTS
        " AND f.id >= ifnull(?4, -9223372036854775808) AND f.id IS NOT ?4 ORDER BY f.id LIMIT ?5",
        error);
    bind_unanalysed(store, load, texts->shard);
    if (texts->last_id)
        sql_bind_hash(load, 4, texts->last_id);
    sql_bind_hash(load, 5, texts->max);
    while (sql_next_row(load)) {
        texts->last_id = sql_hash(load, 0);
        uint64_t text_hash = sql_hash(load, 1);
        if (batch_has_text(batch, text_hash))
            continue;
        struct record *record = batch_add_record(batch);
        record->id = texts->last_id;
        record->state = RECORD_UNCHANGED;
        record->text_hash = text_hash;
        record->title = arena_copy_text(&batch->arena, sql_text(load, 2));
        record->text = arena_copy_text(&batch->arena, sql_text(load, 3));
        record->question = arena_copy_text(&batch->arena, sql_text(load, 4));
        record->asked_for = asked_for_parse(sql_text(load, 5));
        record->needs_analysis = true;
    }
    return sql_finish(load, error);
}

bool store_save_analyses(struct store *store, const struct batch *batch, struct error *error)
{
    if (!sql_begin(store->sql, error))
        return false;
    bool ok = store_save_model_key(store, error);
    for (size_t i = 0; ok && i < batch->count; i++)
        ok = store_save_analysis(store, &batch->records[i], error);
    ok = sql_end(store->sql, ok, error);
    if (ok)
        store->saved_model_key = store->model_key;
    return ok;
}

bool store_count_unanalysed(struct store *store, struct shard shard, uint64_t *texts,
                            struct error *error)
{
    struct sql_statement *count =
        sql_prepare(store->sql, "SELECT count(DISTINCT f.text_hash)" UNANALYSED_TEXTS, error);
    bind_unanalysed(store, count, shard);
    *texts = sql_next_row(count) ? sql_hash(count, 0) : 0;
    return sql_finish(count, error);
}
