/* store.c - opening the database, runs, and how far each file was read.
 *
 * While a program has the database open, its journal is a write-ahead log, so that a report can
 * read while a run writes; the last close merges the log into the file. `synchronous = NORMAL` is
 * safe with such a log: a killed process loses nothing, and a power cut loses at most the last
 * transactions as a whole. Progress is part of each transaction, so the next run repeats them. */
#include "pipeline/store.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "pipeline/store_private.h"

/* A file of at most this size is checked whenever it is opened; this takes a fraction of a second.
 */
#define MAX_CHECKED_BYTES "67108864"

/* Texts are looked up by hash, so reads are spread over the whole file. SQLite's default cache of
 * 2 MiB rarely holds the page that is needed. A sort takes as much memory again. */
#define CACHE_KIBIBYTES "-16384"

static bool query_integer(struct sql *sql, const char *query, int64_t *number, struct error *error)
{
    struct sql_statement *statement = sql_prepare(sql, query, error);
    *number = 0;
    if (sql_next_row(statement))
        *number = sql_integer(statement, 0);
    return sql_finish(statement, error);
}

/* Looks for damage that SQLite would notice only when it reads the damaged page. */
static bool check_integrity(struct sql *sql, struct error *error)
{
    int64_t is_too_large_to_check;
    if (!query_integer(sql,
                       "SELECT p.page_count * s.page_size > " MAX_CHECKED_BYTES
                       " FROM pragma_page_count AS p, pragma_page_size AS s",
                       &is_too_large_to_check, error))
        return false;
    if (is_too_large_to_check)
        return true;
    struct sql_statement *statement = sql_prepare(sql, "PRAGMA quick_check(1)", error);
    char fault[200] = "";
    if (sql_next_row(statement) && !text_equal(sql_text(statement, 0), TEXT("ok")))
        snprintf(fault, sizeof(fault), "%.*s", TEXT_ARGUMENT(sql_text(statement, 0)));
    return sql_finish(statement, error) && (!fault[0] || sql_report_damage(sql, fault, error));
}

static bool create_tables(struct store *store, struct error *error)
{
    char settings[200];
    snprintf(settings, sizeof(settings),
             "INSERT INTO setting VALUES ('key_check', 0), ('model_key', 0),"
             " ('index_version', 0), ('index_has_deletions', 0);"
             "PRAGMA user_version = %d",
             STORE_VERSION);
    return sql_begin(store->sql, error) &&
           sql_end(store->sql,
                   sql_execute(store->sql, store_schema, error) &&
                       sql_execute(store->sql, store_views, error) &&
                       sql_execute(store->sql, settings, error),
                   error);
}

static bool check_version(const char *path, int64_t version, struct error *error)
{
    if (version == 0)
        return error_set(error, ERROR_STORE,
                         "%s: a database of another program; choose another output folder", path);
    return version == STORE_VERSION ||
           error_set(error, ERROR_STORE,
                     "%s: the database has schema version %lld, but this version of winnow reads "
                     "version %d; use the winnow that wrote it, or another output folder",
                     path, (long long)version, STORE_VERSION);
}

static bool read_settings(struct store *store, struct error *error)
{
    struct sql *sql = store->sql;
    int64_t key_check, saved_model_key, has_erasures;
    if (!query_integer(sql, "SELECT number FROM setting WHERE name = 'key_check'", &key_check,
                       error) ||
        !query_integer(sql, "SELECT number FROM setting WHERE name = 'model_key'", &saved_model_key,
                       error) ||
        !query_integer(sql, "SELECT EXISTS (SELECT 1 FROM erased)", &has_erasures, error))
        return false;
    store->has_erasures = has_erasures;
    store->key_check = (uint64_t)key_check;
    store->saved_model_key = (uint64_t)saved_model_key;
    return true;
}

/* *is_new: the file has no tables yet. */
static bool check_database(struct store *store, const char *path, bool *is_new, struct error *error)
{
    int64_t version, table_count;
    if (!query_integer(store->sql, "PRAGMA user_version", &version, error) ||
        !query_integer(store->sql, "SELECT count(*) FROM sqlite_schema", &table_count, error))
        return false;
    *is_new = table_count == 0;
    return (*is_new || check_version(path, version, error)) && check_integrity(store->sql, error);
}

static bool prepare_database(struct store *store, const char *path, struct error *error)
{
    bool is_new;
    return check_database(store, path, &is_new, error) &&
           sql_execute(store->sql,
                       "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                       "PRAGMA cache_size = " CACHE_KIBIBYTES,
                       error) &&
           (!is_new || create_tables(store, error)) && read_settings(store, error);
}

/* Not opened yet. NULL with an error if there is no memory for it. */
static struct store *create_store(struct error *error)
{
    struct store *store = memory_alloc(1, sizeof(*store));
    store->first_file_id = INT64_MAX; /* before a run begins, no file belongs to it */
    store->json = open_memstream(&store->json_buffer, &store->json_size);
    if (store->json)
        return store;
    error_set(error, ERROR_STORE, "out of memory");
    store_close(store);
    return NULL;
}

bool store_open(struct store **store, const char *path, struct error *error)
{
    *store = NULL;
    struct store *created = create_store(error);
    if (!created)
        return false;
    created->merges_log =
        sql_open(&created->sql, path, error) && prepare_database(created, path, error);
    if (!created->merges_log) {
        store_close(created);
        return false;
    }
    *store = created;
    return true;
}

bool store_open_read_only(struct store **store, const char *path, struct error *error)
{
    *store = NULL;
    bool is_new = false;
    struct store *created = create_store(error);
    if (!created)
        return false;
    if (!sql_open_read_only(&created->sql, path, error) ||
        !check_database(created, path, &is_new, error) ||
        (is_new && !check_version(path, 0, error)) || !read_settings(created, error)) {
        store_close(created);
        return false;
    }
    *store = created;
    return true;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    if (store->merges_log) /* unless another program has the file open */
        sql_try_execute(store->sql, "PRAGMA journal_mode = DELETE");
    sql_close(store->sql);
    column_facts_free(&store->facts);
    if (store->json)
        fclose(store->json);
    free(store->json_buffer);
    free(store);
}

void store_set_model_key(struct store *store, uint64_t model_key)
{
    store->model_key = model_key;
}

uint64_t store_get_model_key(const struct store *store)
{
    return store->model_key;
}

uint64_t store_get_saved_model_key(const struct store *store)
{
    return store->saved_model_key;
}

uint64_t store_key_check(const struct store *store)
{
    return store->key_check;
}

bool store_set_key_check(struct store *store, uint64_t key_check, struct error *error)
{
    struct sql_statement *update =
        sql_prepare(store->sql, "UPDATE setting SET number = ? WHERE name = 'key_check'", error);
    sql_bind_hash(update, 1, key_check);
    store->key_check = key_check;
    return sql_run(update, error);
}

/* ---- Runs and progress ---- */

static bool insert_run(struct store *store, uint64_t job_hash, struct error *error)
{
    struct sql_statement *insert = sql_prepare(
        store->sql,
        "INSERT INTO run (job_hash, started_at) VALUES (?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
        error);
    sql_bind_hash(insert, 1, job_hash);
    if (!sql_run(insert, error))
        return false;
    store->run_id = (uint64_t)sql_last_id(store->sql);
    return sql_execute(store->sql, "DELETE FROM reread", error);
}

static bool find_first_file(struct store *store, struct error *error)
{
    struct sql_statement *find =
        sql_prepare(store->sql,
                    "SELECT coalesce((SELECT min(id) FROM file WHERE run_id = ?),"
                    " (SELECT max(id) + 1 FROM file), 1)",
                    error);
    sql_bind_hash(find, 1, store->run_id);
    if (sql_next_row(find))
        store->first_file_id = sql_integer(find, 0);
    return sql_finish(find, error);
}

/* An unfinished run that is not resumed leaves records that it has changed. */
static bool begin_new_run(struct store *store, uint64_t job_hash, struct error *error)
{
    int64_t last_run;
    return query_integer(store->sql, "SELECT max(id) FROM run", &last_run, error) &&
           store_update_settings(store, (uint64_t)last_run, error) &&
           insert_run(store, job_hash, error);
}

bool store_begin_run(struct store *store, uint64_t job_hash, uint64_t *run_id, bool *resumed,
                     struct error *error)
{
    *resumed = false;
    column_facts_free(&store->facts);
    if (!sql_begin(store->sql, error))
        return false;
    struct sql_statement *find_unfinished =
        sql_prepare(store->sql,
                    "SELECT id FROM run WHERE id = (SELECT max(id) FROM run)"
                    " AND job_hash = ? AND finished_at IS NULL",
                    error);
    sql_bind_hash(find_unfinished, 1, job_hash);
    if (sql_next_row(find_unfinished)) {
        *resumed = true;
        store->run_id = (uint64_t)sql_integer(find_unfinished, 0);
    }
    bool ok = sql_finish(find_unfinished, error) &&
              (*resumed || begin_new_run(store, job_hash, error)) &&
              find_first_file(store, error) && sql_execute(store->sql, "DELETE FROM note", error);
    *run_id = store->run_id;
    return sql_end(store->sql, ok, error);
}

bool store_save_note(struct store *store, struct text note, struct error *error)
{
    struct sql_statement *insert =
        sql_prepare(store->sql, "INSERT OR IGNORE INTO note (text) VALUES (?)", error);
    sql_bind_text(insert, 1, note);
    return sql_run(insert, error);
}

bool store_for_each_note(struct store *store, void (*visit)(void *user, struct text note),
                         void *user, struct error *error)
{
    struct sql_statement *notes =
        sql_prepare(store->sql, "SELECT text FROM note ORDER BY id", error);
    while (sql_next_row(notes))
        visit(user, sql_text(notes, 0));
    return sql_finish(notes, error);
}

bool store_finish_run(struct store *store, struct error *error)
{
    if (!sql_begin(store->sql, error))
        return false;
    struct sql_statement *finish = sql_prepare(
        store->sql,
        "UPDATE run SET finished_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE id = ?", error);
    sql_bind_hash(finish, 1, store->run_id);
    bool ok = sql_run(finish, error) &&
              sql_execute(store->sql,
                          "DELETE FROM deferred_analysis AS d WHERE EXISTS (SELECT 1 FROM analysis"
                          " WHERE text_hash = d.text_hash AND model_key = d.model_key)",
                          error);
    /* Only the rejects of this run are kept. */
    struct sql_statement *delete_rejects = sql_prepare(
        store->sql, "DELETE FROM reject WHERE file_id IN (SELECT id FROM file WHERE run_id < ?)",
        error);
    sql_bind_hash(delete_rejects, 1, store->run_id);
    ok = sql_run(delete_rejects, error) && ok;
    return sql_end(store->sql, ok, error);
}

/* What the present run has saved of a file. */
struct file_progress {
    bool is_known, is_unchanged, is_finished;
    uint64_t reads;
};

static bool find_file(struct store *store, const struct file_signature *signature,
                      struct file_progress *progress, struct error *error)
{
    *progress = (struct file_progress){0};
    struct sql_statement *find =
        sql_prepare(store->sql,
                    "SELECT id, size = ? AND modified = ? AND connector = ?, reads, finished"
                    " FROM file WHERE run_id = ? AND path = ?",
                    error);
    sql_bind_hash(find, 1, signature->size);
    sql_bind_hash(find, 2, signature->modified);
    sql_bind_text(find, 3, text_of(signature->connector));
    sql_bind_hash(find, 4, store->run_id);
    sql_bind_text(find, 5, text_of(signature->path));
    if (sql_next_row(find)) {
        store->file_id = sql_integer(find, 0);
        *progress = (struct file_progress){
            .is_known = true,
            .is_unchanged = sql_integer(find, 1),
            .reads = (uint64_t)sql_integer(find, 2),
            .is_finished = sql_integer(find, 3),
        };
    }
    return sql_finish(find, error);
}

static bool execute_for_file(struct store *store, const char *text, struct error *error)
{
    struct sql_statement *statement = sql_prepare(store->sql, text, error);
    sql_bind_integer(statement, 1, store->file_id);
    return sql_run(statement, error);
}

static bool insert_file(struct store *store, const struct file_signature *signature,
                        struct error *error)
{
    struct sql_statement *insert =
        sql_prepare(store->sql,
                    "INSERT INTO file (run_id, path, connector, size, modified, settings_hash)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    error);
    sql_bind_hash(insert, 1, store->run_id);
    sql_bind_text(insert, 2, text_of(signature->path));
    sql_bind_text(insert, 3, text_of(signature->connector));
    sql_bind_hash(insert, 4, signature->size);
    sql_bind_hash(insert, 5, signature->modified);
    sql_bind_hash(insert, 6, signature->settings_hash);
    bool ok = sql_run(insert, error);
    store->file_id = sql_last_id(store->sql);
    struct sql_statement *insert_reading =
        sql_prepare(store->sql,
                    "INSERT INTO reading VALUES (?1, ?2, ?3)"
                    " ON CONFLICT (settings_hash) DO UPDATE SET run_id = ?3",
                    error);
    sql_bind_hash(insert_reading, 1, signature->settings_hash);
    sql_bind_text(insert_reading, 2, signature->source);
    sql_bind_hash(insert_reading, 3, store->run_id);
    return sql_run(insert_reading, error) && ok;
}

/* Whether an earlier run read these bytes, the last time under other settings. */
static bool find_earlier_reading(struct store *store, const struct file_signature *signature,
                                 struct error *error)
{
    struct sql_statement *find =
        sql_prepare(store->sql,
                    "SELECT settings_hash <> ?1 FROM file WHERE path = ?2 AND size = ?3"
                    " AND modified = ?4 AND run_id < ?5 AND finished AND failure IS NULL"
                    " ORDER BY run_id DESC LIMIT 1",
                    error);
    sql_bind_hash(find, 1, signature->settings_hash);
    sql_bind_text(find, 2, text_of(signature->path));
    sql_bind_hash(find, 3, signature->size);
    sql_bind_hash(find, 4, signature->modified);
    sql_bind_integer(find, 5, store->run_id ? (int64_t)store->run_id : INT64_MAX);
    store->was_read_under_other_settings = sql_next_row(find) && sql_integer(find, 0);
    return sql_finish(find, error);
}

/* How the file and its source were read before. */
static bool find_other_settings(struct store *store, const struct file_signature *signature,
                                struct error *error)
{
    struct sql_statement *find = sql_prepare(
        store->sql, "SELECT 1 FROM reading WHERE source = ? AND settings_hash <> ? LIMIT 1", error);
    sql_bind_text(find, 1, signature->source);
    sql_bind_hash(find, 2, signature->settings_hash);
    store->has_other_settings = sql_next_row(find);
    store->was_read_under_other_settings = false;
    return sql_finish(find, error) &&
           (!store->has_other_settings || find_earlier_reading(store, signature, error));
}

bool store_preview_file(struct store *store, const struct file_signature *signature,
                        struct error *error)
{
    return find_other_settings(store, signature, error);
}

bool store_begin_file(struct store *store, const struct file_signature *signature,
                      uint64_t *saved_reads, bool *finished, struct error *error)
{
    struct file_progress progress;
    *saved_reads = 0;
    *finished = false;
    if (!find_file(store, signature, &progress, error) ||
        !find_other_settings(store, signature, error))
        return false;
    if (progress.is_known && progress.is_unchanged) {
        *saved_reads = progress.reads;
        *finished = progress.is_finished;
        return true;
    }
    if (!sql_begin(store->sql, error))
        return false;
    bool ok = true;
    if (progress.is_known)
        ok = execute_for_file(store, "DELETE FROM reject WHERE file_id = ?", error) &&
             execute_for_file(store, "DELETE FROM pii WHERE file_id = ?", error) &&
             execute_for_file(store, "DELETE FROM seen WHERE file_id = ?", error) &&
             execute_for_file(store, "DELETE FROM seen_duplicate WHERE file_id = ?", error) &&
             execute_for_file(store, "DELETE FROM reread WHERE file_id = ?", error) &&
             execute_for_file(store, "DELETE FROM file WHERE id = ?", error);
    ok = ok && insert_file(store, signature, error);
    return sql_end(store->sql, ok, error);
}

static uint64_t read_row_totals(const struct sql_statement *row, int first_column,
                                struct row_totals *row_totals)
{
    uint64_t state_sum = 0;
    row_totals->read = (uint64_t)sql_integer(row, first_column);
    for (int state = 0; state < RECORD_STATE_COUNT; state++) {
        row_totals->states[state] = (uint64_t)sql_integer(row, first_column + 1 + state);
        state_sum += row_totals->states[state];
    }
    row_totals->inferred = (uint64_t)sql_integer(row, first_column + 1 + RECORD_STATE_COUNT);
    row_totals->tokens = (uint64_t)sql_integer(row, first_column + 2 + RECORD_STATE_COUNT);
    row_totals->skipped = (uint64_t)sql_integer(row, first_column + 3 + RECORD_STATE_COUNT);
    return state_sum;
}

static bool read_pii_counts(struct store *store, struct row_totals *row_totals, struct error *error)
{
    struct sql_statement *sums =
        sql_prepare(store->sql,
                    "SELECT p.kind, sum(p.count) FROM pii AS p JOIN file ON file.id = p.file_id"
                    " WHERE file.run_id = iif(?1, ?1, (SELECT max(id) FROM run)) GROUP BY p.kind",
                    error);
    sql_bind_hash(sums, 1, store->run_id);
    while (sql_next_row(sums))
        for (size_t kind = 0; kind < PII_COUNT; kind++)
            if (text_equal(sql_text(sums, 0), text_of(pii_names[kind])))
                row_totals->pii[kind] = (uint64_t)sql_integer(sums, 1);
    return sql_finish(sums, error);
}

bool store_get_row_totals(struct store *store, struct row_totals *row_totals, struct error *error)
{
    *row_totals = (struct row_totals){0};
    struct sql_statement *select =
        sql_prepare(store->sql,
                    "SELECT read, new, unchanged, revised, duplicate, empty, no_opinion, erased, "
                    "rejected, inferred, tokens,"
                    " skipped FROM v_account WHERE run_id = iif(?1, ?1, (SELECT max(id) FROM run))",
                    error);
    sql_bind_hash(select, 1, store->run_id);
    uint64_t state_sum = 0;
    if (sql_next_row(select))
        state_sum = read_row_totals(select, 0, row_totals);
    if (!sql_finish(select, error) || !read_pii_counts(store, row_totals, error))
        return false;
    return state_sum == row_totals->read ||
           error_set(error, ERROR_STORE,
                     "internal fault: %llu rows were read, but %llu have a state; please report it",
                     (unsigned long long)row_totals->read, (unsigned long long)state_sum);
}

bool store_for_each_file(struct store *store,
                         bool (*visit)(void *user, const struct file_totals *file,
                                       struct error *error),
                         void *user, struct error *error)
{
    struct sql_statement *files =
        sql_prepare(store->sql,
                    "SELECT path, connector, finished, size, read, new, unchanged, revised, "
                    "duplicate, empty, no_opinion, erased,"
                    " rejected, inferred, tokens, skipped, failure FROM file"
                    " WHERE run_id = (SELECT max(id) FROM run) ORDER BY path",
                    error);
    bool ok = true;
    while (ok && sql_next_row(files)) {
        struct file_totals file = {
            .path = sql_text(files, 0),
            .connector = sql_text(files, 1),
            .finished = sql_integer(files, 2),
            .size = (uint64_t)sql_integer(files, 3),
            .failure = sql_text(files, 16),
        };
        read_row_totals(files, 4, &file.row_totals);
        ok = visit(user, &file, error);
    }
    return sql_finish(files, error) && ok;
}
