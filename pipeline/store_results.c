/* store_results.c - which results are current, so that a run without changes computes none. */
#include "pipeline/store_private.h"

bool store_find_result(struct store *store, struct current_result *result, struct arena *arena,
                       bool *found, struct error *error)
{
    struct sql_statement *find =
        sql_prepare(store->sql,
                    "SELECT number, note, size, modified FROM current_result"
                    " WHERE file = ? AND key = ?",
                    error);
    sql_bind_text(find, 1, result->file);
    sql_bind_hash(find, 2, result->key);
    *found = sql_next_row(find);
    if (*found) {
        result->number = sql_hash(find, 0);
        result->note = arena_copy_text(arena, sql_text(find, 1));
        result->size = sql_hash(find, 2);
        result->modified = sql_hash(find, 3);
    }
    return sql_finish(find, error);
}

bool store_save_result(struct store *store, const struct current_result *result,
                       struct error *error)
{
    struct sql_statement *save = sql_prepare(
        store->sql, "INSERT OR REPLACE INTO current_result VALUES (?, ?, ?, ?, ?, ?)", error);
    sql_bind_text(save, 1, result->file);
    sql_bind_hash(save, 2, result->key);
    sql_bind_hash(save, 3, result->number);
    sql_bind_text(save, 4, result->note);
    sql_bind_hash(save, 5, result->size);
    sql_bind_hash(save, 6, result->modified);
    return sql_run(save, error);
}

bool store_drop_results(struct store *store, struct error *error)
{
    return sql_execute(store->sql, "DELETE FROM current_result", error);
}
