/* pack_merge.c - merges packs into a store. */
#include "pipeline/pack_private.h"

bool pack_check_identity(const struct pack *pack, const struct pack_identity *identity,
                         struct error *error)
{
    const struct pack_identity *own = &pack->identity;
    if (!text_equal(own->version, identity->version))
        return error_set(error, ERROR_INPUT,
                         "%s: made by winnow %.*s, but this is %.*s; install the same version on "
                         "all machines. " PACK_REMEDY,
                         pack->path, TEXT_ARGUMENT(own->version), TEXT_ARGUMENT(identity->version));
    if (!text_equal(own->model_id, identity->model_id))
        return error_set(error, ERROR_INPUT,
                         "%s: made with another model (%.*s, the job's is %.*s); give all machines "
                         "the same one. " PACK_REMEDY,
                         pack->path, TEXT_ARGUMENT(own->model_id),
                         TEXT_ARGUMENT(identity->model_id));
    return own->model_key == identity->model_key ||
           error_set(error, ERROR_INPUT,
                     "%s: made with other settings of [model], [chunk] or [classify]; use the same "
                     "job file and --set on all machines. " PACK_REMEDY,
                     pack->path);
}

static bool has_list(struct store *store, bool *found, struct error *error)
{
    struct sql_statement *find =
        sql_prepare(store->sql, "SELECT 1 FROM temp.sqlite_schema WHERE name = 'missing'", error);
    *found = sql_next_row(find);
    return sql_finish(find, error);
}

/* The texts that the store's model has not analysed, as a table of the connection; made once. */
static bool list_unanalysed(struct store *store, struct error *error)
{
    bool exists;
    if (!has_list(store, &exists, error) || exists)
        return exists;
    if (!sql_execute(store->sql, "CREATE TEMP TABLE missing (text_hash INTEGER PRIMARY KEY)",
                     error))
        return false;
    struct sql_statement *fill =
        sql_prepare(store->sql,
                    "INSERT OR IGNORE INTO temp.missing SELECT f.text_hash FROM feedback AS f"
                    " LEFT JOIN analysis AS a ON a.text_hash = f.text_hash AND a.model_key = ?"
                    " WHERE a.id IS NULL",
                    error);
    sql_bind_hash(fill, 1, store->model_key);
    return sql_run(fill, error);
}

struct merge {
    struct store *store;
    uint64_t added;
};

static bool merge_analysis(struct merge *merge, const struct record *record, struct error *error)
{
    struct sql_statement *take = sql_prepare(
        merge->store->sql, "DELETE FROM temp.missing WHERE text_hash = ? RETURNING 1", error);
    sql_bind_hash(take, 1, record->text_hash);
    bool is_missing = sql_next_row(take);
    if (!sql_run(take, error))
        return false;
    merge->added += is_missing;
    return !is_missing || store_save_analysis(merge->store, record, error);
}

static bool merge_batch(void *user, struct batch *batch, struct error *error)
{
    struct merge *merge = user;
    struct store *store = merge->store;
    if (!sql_begin(store->sql, error))
        return false;
    bool ok = store_save_model_key(store, error);
    for (size_t i = 0; ok && i < batch->count; i++)
        ok = merge_analysis(merge, &batch->records[i], error);
    ok = sql_end(store->sql, ok, error);
    if (ok)
        store->saved_model_key = store->model_key;
    return ok;
}

bool pack_merge(struct pack *pack, struct store *store, struct pack_totals *totals,
                struct error *error)
{
    struct merge merge = {.store = store};
    bool ok =
        list_unanalysed(store, error) && pack_for_each_batch(pack, merge_batch, &merge, error);
    *totals = (struct pack_totals){.texts = pack->texts, .added = merge.added};
    return ok;
}
