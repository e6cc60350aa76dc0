/* store_nobodies.c - after pass 1: records that were taken for duplicates of their author's, whose
 * author turns out to be nobody ("anonymous", a device), become records. */
#include "pipeline/store_private.h"

/* Duplicates of the authors of nearly all records of their source, as author_is_nobody. A duplicate
 * whose author has since edited it is a record already. */
static bool find_restored(struct store *store, struct error *error)
{
    return sql_execute(
        store->sql,
        "DELETE FROM duplicate WHERE id IN (SELECT id FROM feedback);"
        "CREATE TEMP TABLE IF NOT EXISTS restored (id INTEGER PRIMARY KEY);"
        "DELETE FROM temp.restored;"
        "INSERT INTO temp.restored SELECT id FROM duplicate WHERE (source, author_hash) IN"
        " (SELECT source, author_hash FROM"
        "  (SELECT source, author_hash, count(*) AS records,"
        "    sum(count(*)) OVER (PARTITION BY source) AS total FROM"
        "    (SELECT source, author_hash FROM feedback WHERE author_hash IS NOT NULL"
        "      AND source IN (SELECT source FROM duplicate)"
        "     UNION ALL SELECT source, author_hash FROM duplicate) GROUP BY source, author_hash)"
        "  WHERE records >= 5 AND records * 100 >= total * 80)",
        error);
}

/* The rows of this run count in the state that the record has then. */
static bool count_restored(struct store *store, struct error *error)
{
    return sql_execute(
        store->sql,
        "UPDATE file SET new = new + as_new, revised = revised + as_revised,"
        " unchanged = unchanged + as_unchanged, duplicate = duplicate - records"
        " FROM (SELECT file_id, count(*) AS records, sum(state = 'new') AS as_new,"
        "   sum(state = 'revised') AS as_revised, sum(state = 'unchanged') AS as_unchanged"
        "   FROM seen_duplicate WHERE feedback_id IN (SELECT id FROM temp.restored)"
        "   GROUP BY file_id) AS restored"
        " WHERE file.id = restored.file_id AND file.run_id = (SELECT max(id) FROM run)",
        error);
}

static bool insert_restored(struct store *store, struct error *error)
{
    if (!sql_execute(store->sql,
                     "INSERT INTO feedback SELECT * FROM duplicate"
                     " WHERE id IN (SELECT id FROM temp.restored)",
                     error))
        return false;
    struct sql_statement *set_run = sql_prepare(store->sql,
                                                "UPDATE feedback SET first_run = ?1, run_id = ?1"
                                                " WHERE id IN (SELECT id FROM temp.restored)",
                                                error);
    sql_bind_hash(set_run, 1, store->run_id);
    return sql_run(set_run, error);
}

bool store_restore_duplicates(struct store *store, struct error *error)
{
    return find_restored(store, error) && count_restored(store, error) &&
           insert_restored(store, error) &&
           sql_execute(store->sql,
                       "INSERT OR REPLACE INTO seen SELECT id, file_id, row_hash FROM duplicate"
                       " JOIN seen_duplicate ON feedback_id = id"
                       " WHERE id IN (SELECT id FROM temp.restored);"
                       "DELETE FROM duplicate WHERE id IN (SELECT id FROM temp.restored);"
                       "DELETE FROM seen_duplicate WHERE feedback_id NOT IN"
                       " (SELECT id FROM duplicate)",
                       error);
}
