/* store.c - opening the database, runs, and how far each file is read.
 *
 * The journal is a write-ahead log while a program has the file open, so that reports read while a
 * run writes; at the last close it becomes one file again. `synchronous = NORMAL` is safe there: a
 * kill loses nothing, a power cut at most the last saves, whole, and with them their progress, so
 * that the next run does them again. */
#include "pipeline/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/memory.h"
#include "pipeline/store_private.h"

/* Up to here the whole file is checked at each opening: a fraction of a second. */
#define MOST_CHECKED_BYTES "67108864"

static bool read_number(struct sql *sql, const char *query, int64_t *number, struct error *error)
{
    struct sql_statement *statement = sql_prepare(sql, query, error);
    *number = 0;
    if (sql_row(statement))
        *number = sql_integer(statement, 0);
    return sql_finish(statement, error);
}

/* SQLite finds some damage only when it meets it; here it is looked for. */
static bool check_pages(struct sql *sql, const char *path, struct error *error)
{
    int64_t large;
    if (!read_number(sql,
                     "SELECT p.page_count * s.page_size > " MOST_CHECKED_BYTES
                     " FROM pragma_page_count AS p, pragma_page_size AS s",
                     &large, error))
        return false;
    if (large)
        return true;
    struct sql_statement *statement = sql_prepare(sql, "PRAGMA quick_check(1)", error);
    bool sound = sql_row(statement) && text_equal(sql_text(statement, 0), TEXT("ok"));
    char fault[200] = "";
    if (statement && !sound && sql_columns(statement) > 0) {
        struct text words = sql_text(statement, 0);
        snprintf(fault, sizeof(fault), "%.*s", TEXT_ARGUMENT(words));
    }
    if (!sql_finish(statement, error))
        return false;
    return sound || error_set(error, ERROR_STORE,
                              "%s: the database is damaged (%s). Restore it from a backup, or move "
                              "it away and run again: it is then built anew from the exports",
                              path, fault);
}

static bool create_tables(struct store *store, struct error *error)
{
    uint64_t salt;
    if (getrandom(&salt, sizeof(salt), 0) != sizeof(salt))
        return error_set(error, ERROR_STORE, "no random numbers to be had from the system");
    char settings[200];
    snprintf(settings, sizeof(settings),
             "INSERT INTO setting VALUES ('salt', %lld), ('model_key', 0);"
             "PRAGMA user_version = %d",
             (long long)salt, STORE_VERSION);
    return sql_begin(store->sql, error) &&
           store_end_save(store,
                          sql_execute(store->sql, store_schema, error) &&
                              sql_execute(store->sql, store_views, error) &&
                              sql_execute(store->sql, settings, error),
                          error);
}

static bool upgrade_tables(struct store *store, struct error *error)
{
    char version[40];
    snprintf(version, sizeof(version), "PRAGMA user_version = %d", STORE_VERSION);
    return sql_begin(store->sql, error) &&
           store_end_save(store,
                          sql_execute(store->sql, store_upgrade, error) &&
                              sql_execute(store->sql, store_views, error) &&
                              sql_execute(store->sql, version, error),
                          error);
}

static bool prepare_file(struct store *store, const char *path, struct error *error)
{
    struct sql *sql = store->sql;
    int64_t version, tables, number;
    if (!read_number(sql, "PRAGMA user_version", &version, error) ||
        !read_number(sql, "SELECT count(*) FROM sqlite_schema", &tables, error))
        return false;
    if (version > STORE_VERSION)
        return error_set(error, ERROR_STORE,
                         "%s: written by a later version of winnow (schema %lld, this one knows "
                         "%d); use that version, or another output folder",
                         path, (long long)version, STORE_VERSION);
    if (tables && !version)
        return error_set(error, ERROR_STORE,
                         "%s: a database, but not one of winnow's; choose another output folder",
                         path);
    if (!check_pages(sql, path, error) ||
        !sql_execute(sql, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", error) ||
        (!tables && !create_tables(store, error)) ||
        (tables && version < STORE_VERSION && !upgrade_tables(store, error)) ||
        !read_number(sql, "SELECT number FROM setting WHERE name = 'salt'", &number, error))
        return false;
    store->salt = (uint64_t)number;
    bool ok =
        read_number(sql, "SELECT number FROM setting WHERE name = 'model_key'", &number, error);
    store->model_key = (uint64_t)number;
    return ok;
}

bool store_open(struct store **store, const char *path, struct error *error)
{
    *store = NULL;
    struct store *opened = memory_alloc(1, sizeof(*opened));
    opened->fields = open_memstream(&opened->fields_bytes, &opened->fields_size);
    if (!opened->fields)
        error_set(error, ERROR_STORE, "out of memory");
    opened->ready =
        opened->fields && sql_open(&opened->sql, path, error) && prepare_file(opened, path, error);
    if (!opened->ready) {
        store_close(opened);
        return false;
    }
    *store = opened;
    return true;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    if (store->ready) /* one file again, unless others read it just now */
        sql_attempt(store->sql, "PRAGMA journal_mode = DELETE");
    sql_close(store->sql);
    if (store->fields)
        fclose(store->fields);
    free(store->fields_bytes);
    free(store);
}

uint64_t store_model_key(const struct store *store)
{
    return store->model_key;
}

bool store_begin_save(struct store *store, struct error *error)
{
    return sql_begin(store->sql, error);
}

bool store_end_save(struct store *store, bool ok, struct error *error)
{
    if (store->fail_countdown && --store->fail_countdown == 0)
        return sql_fail(store->sql, error);
    if (ok)
        return sql_commit(store->sql, error);
    sql_rollback(store->sql);
    return false;
}

void store_fail_after(struct store *store, uint64_t saves)
{
    store->fail_countdown = saves;
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
    return sql_execute(store->sql, "DELETE FROM seen", error);
}

bool store_begin_run(struct store *store, uint64_t job_hash, uint64_t *run_id, bool *resumed,
                     struct error *error)
{
    *resumed = false;
    if (!store_begin_save(store, error))
        return false;
    struct sql_statement *last =
        sql_prepare(store->sql,
                    "SELECT id FROM run WHERE id = (SELECT max(id) FROM run)"
                    " AND job_hash = ? AND finished_at IS NULL",
                    error);
    sql_bind_hash(last, 1, job_hash);
    if (sql_row(last)) {
        *resumed = true;
        store->run_id = (uint64_t)sql_integer(last, 0);
    }
    bool ok = sql_finish(last, error) && (*resumed || insert_run(store, job_hash, error));
    *run_id = store->run_id;
    return store_end_save(store, ok, error);
}

bool store_finish_run(struct store *store, struct error *error)
{
    if (!store_begin_save(store, error))
        return false;
    struct sql_statement *finish = sql_prepare(
        store->sql,
        "UPDATE run SET finished_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE id = ?", error);
    sql_bind_hash(finish, 1, store->run_id);
    bool ok = sql_run(finish, error);
    /* Rejects are told once; the same broken rows come back with every run over their file. */
    struct sql_statement *forget = sql_prepare(
        store->sql, "DELETE FROM reject WHERE file_id IN (SELECT id FROM file WHERE run_id < ?)",
        error);
    sql_bind_hash(forget, 1, store->run_id);
    ok = sql_run(forget, error) && ok;
    return store_end_save(store, ok, error);
}

/* The file of the present run of that path, if it is known. */
static bool find_file(struct store *store, const struct file_mark *mark, bool *known, bool *same,
                      uint64_t *reads_done, bool *finished, struct error *error)
{
    struct sql_statement *find =
        sql_prepare(store->sql,
                    "SELECT id, size = ? AND modified = ? AND connector = ?, reads, finished"
                    " FROM file WHERE run_id = ? AND path = ?",
                    error);
    sql_bind_hash(find, 1, mark->size);
    sql_bind_hash(find, 2, mark->modified);
    sql_bind_text(find, 3, text_of(mark->connector));
    sql_bind_hash(find, 4, store->run_id);
    sql_bind_text(find, 5, text_of(mark->path));
    *known = sql_row(find);
    if (*known) {
        store->file_id = sql_integer(find, 0);
        *same = sql_integer(find, 1);
        *reads_done = (uint64_t)sql_integer(find, 2);
        *finished = sql_integer(find, 3);
    }
    return sql_finish(find, error);
}

static bool run_for_file(struct store *store, const char *text, struct error *error)
{
    struct sql_statement *statement = sql_prepare(store->sql, text, error);
    sql_bind_integer(statement, 1, store->file_id);
    return sql_run(statement, error);
}

static bool insert_file(struct store *store, const struct file_mark *mark, struct error *error)
{
    struct sql_statement *insert = sql_prepare(
        store->sql,
        "INSERT INTO file (run_id, path, connector, size, modified) VALUES (?, ?, ?, ?, ?)", error);
    sql_bind_hash(insert, 1, store->run_id);
    sql_bind_text(insert, 2, text_of(mark->path));
    sql_bind_text(insert, 3, text_of(mark->connector));
    sql_bind_hash(insert, 4, mark->size);
    sql_bind_hash(insert, 5, mark->modified);
    bool ok = sql_run(insert, error);
    store->file_id = sql_last_id(store->sql);
    return ok;
}

bool store_begin_file(struct store *store, const struct file_mark *mark, uint64_t *reads_done,
                      bool *finished, struct error *error)
{
    bool known, same = false;
    *reads_done = 0;
    *finished = false;
    if (!find_file(store, mark, &known, &same, reads_done, finished, error))
        return false;
    if (known && same)
        return true;
    *reads_done = 0;
    *finished = false;
    if (!store_begin_save(store, error))
        return false;
    bool ok = true;
    if (known)
        ok = run_for_file(store, "DELETE FROM reject WHERE file_id = ?", error) &&
             run_for_file(store, "DELETE FROM personal WHERE file_id = ?", error) &&
             run_for_file(store, "DELETE FROM seen WHERE file_id = ?", error) &&
             run_for_file(store, "DELETE FROM file WHERE id = ?", error);
    ok = ok && insert_file(store, mark, error);
    return store_end_save(store, ok, error);
}

static uint64_t read_account(const struct sql_statement *row, int first, struct account *account)
{
    uint64_t balance = 0;
    account->read = (uint64_t)sql_integer(row, first);
    for (int state = 0; state < RECORD_STATE_COUNT; state++) {
        account->states[state] = (uint64_t)sql_integer(row, first + 1 + state);
        balance += account->states[state];
    }
    account->inferred = (uint64_t)sql_integer(row, first + 1 + RECORD_STATE_COUNT);
    account->tokens = (uint64_t)sql_integer(row, first + 2 + RECORD_STATE_COUNT);
    account->left_out = (uint64_t)sql_integer(row, first + 3 + RECORD_STATE_COUNT);
    return balance;
}

static bool read_personal(struct store *store, struct account *account, struct error *error)
{
    struct sql_statement *sums = sql_prepare(
        store->sql,
        "SELECT p.kind, sum(p.count) FROM personal AS p JOIN file ON file.id = p.file_id"
        " WHERE file.run_id = iif(?1, ?1, (SELECT max(id) FROM run)) GROUP BY p.kind",
        error);
    sql_bind_hash(sums, 1, store->run_id);
    while (sql_row(sums))
        for (size_t kind = 0; kind < PERSONAL_COUNT; kind++)
            if (text_equal(sql_text(sums, 0), text_of(personal_names[kind])))
                account->personal[kind] = (uint64_t)sql_integer(sums, 1);
    return sql_finish(sums, error);
}

bool store_account(struct store *store, struct account *account, struct error *error)
{
    *account = (struct account){0};
    struct sql_statement *sum = sql_prepare(
        store->sql,
        "SELECT read, new, unchanged, revised, duplicate, empty, rejected, inferred, tokens,"
        " left_out FROM v_account WHERE run_id = iif(?1, ?1, (SELECT max(id) FROM run))",
        error);
    sql_bind_hash(sum, 1, store->run_id);
    uint64_t balance = 0;
    if (sql_row(sum))
        balance = read_account(sum, 0, account);
    if (!sql_finish(sum, error) || !read_personal(store, account, error))
        return false;
    return balance == account->read ||
           error_set(error, ERROR_STORE,
                     "internal fault: the account does not balance: %llu rows read, %llu accounted "
                     "for; please report it",
                     (unsigned long long)account->read, (unsigned long long)balance);
}

bool store_each_file(struct store *store,
                     bool (*visit)(void *user, const struct file_account *file,
                                   struct error *error),
                     void *user, struct error *error)
{
    struct sql_statement *files = sql_prepare(
        store->sql,
        "SELECT path, connector, finished, size, read, new, unchanged, revised, duplicate, empty,"
        " rejected, inferred, tokens, left_out, failure FROM file"
        " WHERE run_id = (SELECT max(id) FROM run) ORDER BY path",
        error);
    bool ok = true;
    while (ok && sql_row(files)) {
        struct file_account file = {
            .path = sql_text(files, 0),
            .connector = sql_text(files, 1),
            .finished = sql_integer(files, 2),
            .size = (uint64_t)sql_integer(files, 3),
            .failure = sql_text(files, 14),
        };
        read_account(files, 4, &file.account);
        ok = visit(user, &file, error);
    }
    return sql_finish(files, error) && ok;
}
