/* store_corrections.c - settings that change between two runs: what a row said under the earlier
 * settings is replaced by what it says now.
 *
 * A row whose record keeps its id is revised in place. Otherwise the row gives a new record, and
 * the earlier one is deleted at the end of pass 1, when it is certain that no other row of the run
 * gives it. A row is recognized by its values (record.row_hash). Where settings change the values
 * themselves (the character set, the sheet), a row is recognized by its file, if the file did not
 * change. A record that is in none of the files read is never deleted.
 *
 * During pass 1, feedback.settings_hash and feedback.row_hash of records that were read under other
 * settings stay as they were, so that no answer depends on which rows are already saved. */
#include "pipeline/store_private.h"

bool store_find_other_reading(struct store *store, const struct batch *batch,
                              const struct record *record, bool *found, struct error *error)
{
    *found = store->was_read_under_other_settings;
    if (*found)
        return true;
    struct sql_statement *find = sql_prepare(store->sql,
                                             "SELECT 1 FROM feedback WHERE row_hash = ?"
                                             " AND settings_hash <> ? AND source = ? AND id <> ?",
                                             error);
    sql_bind_hash(find, 1, record->row_hash);
    sql_bind_hash(find, 2, batch->settings_hash);
    sql_bind_text(find, 3, batch->source);
    sql_bind_hash(find, 4, record->id);
    *found = sql_next_row(find);
    return sql_finish(find, error);
}

/* Saved records and duplicates that the row ?2 gave under other settings, or of the id ?5. */
#define OTHER_READINGS(table)                                                                      \
    "SELECT id, ?1 FROM " table                                                                    \
    " WHERE (row_hash = ?2 OR id = ?5) AND settings_hash <> ?3 AND source = ?4"

bool store_mark_reread(struct store *store, const struct batch *batch, const struct record *record,
                       struct error *error)
{
    struct sql_statement *mark =
        sql_prepare(store->sql,
                    "INSERT OR IGNORE INTO reread " OTHER_READINGS(
                        "feedback") " UNION ALL " OTHER_READINGS("duplicate"),
                    error);
    sql_bind_integer(mark, 1, store->file_id);
    sql_bind_hash(mark, 2, record->row_hash);
    sql_bind_hash(mark, 3, batch->settings_hash);
    sql_bind_text(mark, 4, batch->source);
    sql_bind_hash(mark, 5, record->id);
    return sql_run(mark, error);
}

/* Whether a source has rows that were read under different settings. Rarely, so a run usually does
 * nothing here. */
static bool has_several_readings(struct store *store, bool *found, struct error *error)
{
    struct sql_statement *find = sql_prepare(
        store->sql, "SELECT 1 FROM reading GROUP BY source HAVING count(*) > 1 LIMIT 1", error);
    *found = sql_next_row(find);
    return sql_finish(find, error);
}

static bool execute_for_run(struct store *store, const char *text, uint64_t run_id,
                            struct error *error)
{
    struct sql_statement *statement = sql_prepare(store->sql, text, error);
    sql_bind_hash(statement, 1, run_id);
    return sql_run(statement, error);
}

bool store_update_settings(struct store *store, uint64_t run_id, struct error *error)
{
    bool needed;
    return has_several_readings(store, &needed, error) &&
           (!needed || execute_for_run(store,
                                       "UPDATE feedback SET settings_hash = file.settings_hash,"
                                       " row_hash = seen.row_hash FROM seen"
                                       " JOIN file ON file.id = seen.file_id"
                                       " WHERE file.run_id = ? AND feedback.id = seen.feedback_id"
                                       " AND feedback.settings_hash <> file.settings_hash",
                                       run_id, error));
}

/* The records of the table whose row is in a file that the run has read again to its end, byte for
 * byte, under other settings. */
#define RECORDS_OF_SAME_FILES(table, seen)                                                         \
    "SELECT record.id, file.id FROM " seen " AS seen"                                              \
    " JOIN file AS earlier ON earlier.id = seen.file_id"                                           \
    " JOIN file ON file.run_id = ?1 AND file.run_id > earlier.run_id"                              \
    "  AND file.path = earlier.path AND file.size = earlier.size"                                  \
    "  AND file.modified = earlier.modified AND file.finished AND file.failure IS NULL"            \
    " JOIN reading ON reading.settings_hash = file.settings_hash"                                  \
    " JOIN " table " AS record ON record.id = seen.feedback_id"                                    \
    "  AND record.settings_hash <> file.settings_hash AND record.source = reading.source"

static bool complete_reread(struct store *store, struct error *error)
{
    return execute_for_run(
        store,
        "INSERT OR IGNORE INTO reread " RECORDS_OF_SAME_FILES(
            "feedback", "seen") " AND record.row_hash = seen.row_hash UNION "
                                "ALL " RECORDS_OF_SAME_FILES("duplicate", "seen_duplicate"),
        store->run_id, error);
}

/* A duplicate that the run has seen has its settings. */
static bool delete_reread_duplicates(struct store *store, struct error *error)
{
    return execute_for_run(store,
                           "DELETE FROM duplicate WHERE id IN (SELECT feedback_id FROM reread)"
                           " AND settings_hash NOT IN"
                           "  (SELECT settings_hash FROM file WHERE run_id = ?)",
                           store->run_id, error);
}

static bool keep_seen_records(struct store *store, struct error *error)
{
    return execute_for_run(store,
                           "DELETE FROM reread WHERE feedback_id IN (SELECT feedback_id FROM seen"
                           " JOIN file ON file.id = seen.file_id WHERE file.run_id = ?)",
                           store->run_id, error);
}

/* Summaries that cite a deleted record are made again; the views of reports, too. */
#define CITING_SUMMARIES                                                                           \
    "(SELECT summary_id FROM evidence WHERE feedback_id IN (SELECT feedback_id FROM reread)"       \
    " UNION SELECT summary_id FROM quote WHERE feedback_id IN (SELECT feedback_id FROM reread)"    \
    " UNION SELECT summary_id FROM example WHERE feedback_id IN (SELECT feedback_id FROM reread))"

static bool delete_reread_records(struct store *store, struct error *error)
{
    return sql_execute(store->sql,
                       "DELETE FROM summary WHERE id IN " CITING_SUMMARIES ";"
                       "DELETE FROM key_point WHERE summary_id NOT IN (SELECT id FROM summary);"
                       "DELETE FROM evidence WHERE summary_id NOT IN (SELECT id FROM summary);"
                       "DELETE FROM quote WHERE summary_id NOT IN (SELECT id FROM summary);"
                       "DELETE FROM example WHERE summary_id NOT IN (SELECT id FROM summary);"
                       "UPDATE topic_stats SET top_quote_id = 0"
                       " WHERE top_quote_id IN (SELECT feedback_id FROM reread);"
                       "DELETE FROM revision WHERE feedback_id IN (SELECT feedback_id FROM reread);"
                       "DELETE FROM seen WHERE feedback_id IN (SELECT feedback_id FROM reread);"
                       "DELETE FROM feedback WHERE id IN (SELECT feedback_id FROM reread);"
                       "DELETE FROM reread",
                       error);
}

static bool replace_corrected(struct store *store, struct error *error)
{
    if (!sql_begin(store->sql, error))
        return false;
    bool ok = complete_reread(store, error) && delete_reread_duplicates(store, error) &&
              keep_seen_records(store, error) && delete_reread_records(store, error) &&
              store_update_settings(store, store->run_id, error) &&
              sql_execute(store->sql,
                          "DELETE FROM reading WHERE settings_hash NOT IN (SELECT settings_hash"
                          " FROM feedback UNION SELECT settings_hash FROM duplicate);"
                          "DELETE FROM date_fact WHERE settings_hash NOT IN"
                          " (SELECT settings_hash FROM reading);"
                          "DELETE FROM rating_fact WHERE settings_hash NOT IN"
                          " (SELECT settings_hash FROM reading)",
                          error);
    return sql_end(store->sql, ok, error);
}

bool store_replace_corrected(struct store *store, struct error *error)
{
    bool needed;
    return has_several_readings(store, &needed, error) &&
           (!needed || replace_corrected(store, error));
}

bool store_count_outdated(struct store *store, uint64_t *records, struct error *error)
{
    struct sql_statement *count =
        sql_prepare(store->sql,
                    "SELECT count(*) FROM (SELECT DISTINCT settings_hash FROM file AS present"
                    "  WHERE run_id = ?1 AND NOT EXISTS (SELECT 1 FROM file AS earlier"
                    "   WHERE run_id < ?1 AND earlier.settings_hash = present.settings_hash))"
                    " AS first JOIN reading ON reading.settings_hash = first.settings_hash"
                    " JOIN feedback ON feedback.source = reading.source"
                    "  AND feedback.settings_hash <> first.settings_hash",
                    error);
    sql_bind_hash(count, 1, store->run_id);
    *records = sql_next_row(count) ? sql_hash(count, 0) : 0;
    return sql_finish(count, error);
}
