/* sql.c - the only file that uses SQLite. */
#include "pipeline/sql.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

enum { BUSY_MILLISECONDS = 10000 };

struct sql_statement {
    struct sql *sql; /* borrowed */
    const char *text;
    sqlite3_stmt *handle;
    bool in_use;
    int code; /* SQLite result code of the last bind or step */
};

struct sql {
    sqlite3 *handle;
    char *path;
    const char *damage_remedy;
    struct sql_statement **statements;
    size_t count, capacity;
};

bool sql_report_damage(struct sql *sql, const char *fault, struct error *error)
{
    return error_set(error, ERROR_STORE, "%s: the database is damaged (%s). %s", sql->path, fault,
                     sql->damage_remedy);
}

static bool report_sqlite_error(struct sql *sql, int code, struct error *error)
{
    const char *path = sql->path;
    switch (code & 0xFF) {
    case SQLITE_FULL:
        return error_set(error, ERROR_STORE,
                         "%s: the disk is full; free some space and run again. Everything saved "
                         "before is intact",
                         path);
    case SQLITE_NOMEM:
        return error_set(error, ERROR_STORE,
                         "%s: out of memory; run again with a smaller [run] batch_records. "
                         "Everything saved before is intact",
                         path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(error, ERROR_STORE,
                         "%s: another program has locked the database; close it and run again",
                         path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return sql_report_damage(sql, sqlite3_errstr(code), error);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        return error_set(error, ERROR_STORE,
                         "%s: cannot open the database (%s); check the permissions of the file "
                         "and of its folder",
                         path, sqlite3_errstr(code));
    default:
        return error_set(error, ERROR_STORE, "%s: database error: %s", path,
                         sql->handle ? sqlite3_errmsg(sql->handle) : sqlite3_errstr(code));
    }
}

static bool check_sqlite_code(struct sql *sql, int code, struct error *error)
{
    return code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE ||
           report_sqlite_error(sql, code, error);
}

static bool is_in_memory(const char *path)
{
    return strcmp(path, ":memory:") == 0;
}

/* SQLite itself would create the file with the permissions that the umask allows. */
static bool create_private_file(const char *path, struct error *error)
{
    int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return error_set(error, ERROR_STORE, "%s: cannot open the database: %s", path,
                         strerror(errno));
    close(descriptor);
    return true;
}

static bool open_file(struct sql **sql, const char *path, int flags, struct error *error)
{
    struct sql *created = memory_alloc(1, sizeof(*created));
    created->path = memory_alloc(strlen(path) + 1, 1);
    memcpy(created->path, path, strlen(path));
    created->damage_remedy = "Restore it from a backup, or move it away and run again: winnow then "
                             "rebuilds it from the exports";
    /* Only one thread at a time uses a connection, so SQLite needs no mutex. */
    int code = sqlite3_open_v2(path, &created->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (!check_sqlite_code(created, code, error)) {
        sql_close(created);
        return false;
    }
    sqlite3_extended_result_codes(created->handle, 1);
    sqlite3_busy_timeout(created->handle, BUSY_MILLISECONDS);
    *sql = created;
    return true;
}

bool sql_open(struct sql **sql, const char *path, struct error *error)
{
    *sql = NULL;
    return (is_in_memory(path) || create_private_file(path, error)) &&
           open_file(sql, path, SQLITE_OPEN_READWRITE, error);
}

/* Whether the file's header says that there is a write-ahead log. A log needs memory that all
 * readers share, which readers on other machines cannot (sqlite.org/fileformat2.html, 1.3). */
static bool has_log(int descriptor)
{
    enum { READ_VERSION_OFFSET = 19, LOG_VERSION = 2 };
    char version = 0;
    return pread(descriptor, &version, 1, READ_VERSION_OFFSET) == 1 && version == LOG_VERSION;
}

bool sql_open_read_only(struct sql **sql, const char *path, struct error *error)
{
    *sql = NULL;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return error_set(error, ERROR_STORE, "%s: cannot be opened: %s", path, strerror(errno));
    bool is_in_use = has_log(descriptor);
    close(descriptor);
    if (is_in_use)
        return error_set(error, ERROR_LOCKED,
                         "%s: a run is using the database, or was killed; wait for it, or run it "
                         "again",
                         path);
    return open_file(sql, path, SQLITE_OPEN_READONLY, error) &&
           sql_execute(*sql, "PRAGMA trusted_schema = OFF", error);
}

bool sql_lock(struct sql *sql, bool *is_free, struct error *error)
{
    sqlite3_busy_timeout(sql->handle, 0);
    int code = sqlite3_exec(sql->handle, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT",
                            NULL, NULL, NULL);
    sqlite3_busy_timeout(sql->handle, BUSY_MILLISECONDS);
    *is_free = (code & 0xFF) != SQLITE_BUSY;
    return !*is_free || check_sqlite_code(sql, code, error);
}

void sql_set_damage_remedy(struct sql *sql, const char *remedy)
{
    sql->damage_remedy = remedy;
}

void sql_close(struct sql *sql)
{
    if (!sql)
        return;
    for (size_t i = 0; i < sql->count; i++) {
        sqlite3_finalize(sql->statements[i]->handle);
        free(sql->statements[i]);
    }
    free(sql->statements);
    sqlite3_close(sql->handle);
    free(sql->path);
    free(sql);
}

bool sql_execute(struct sql *sql, const char *statements, struct error *error)
{
    return check_sqlite_code(sql, sqlite3_exec(sql->handle, statements, NULL, NULL, NULL), error);
}

void sql_try_execute(struct sql *sql, const char *statement)
{
    sqlite3_busy_timeout(sql->handle, 0);
    sqlite3_exec(sql->handle, statement, NULL, NULL, NULL);
    sqlite3_busy_timeout(sql->handle, BUSY_MILLISECONDS);
}

bool sql_begin(struct sql *sql, struct error *error)
{
    /* IMMEDIATE takes the lock, or waits for it, now and not at the first write. */
    return sql_run(sql_prepare(sql, "BEGIN IMMEDIATE", error), error);
}

static void rollback(struct sql *sql)
{
    if (!sqlite3_get_autocommit(sql->handle)) /* SQLite rolls back by itself on a full disk */
        sqlite3_exec(sql->handle, "ROLLBACK", NULL, NULL, NULL);
}

static bool commit(struct sql *sql, struct error *error)
{
    if (sql_run(sql_prepare(sql, "COMMIT", error), error))
        return true;
    rollback(sql);
    return false;
}

bool sql_end(struct sql *sql, bool ok, struct error *error)
{
    if (ok)
        return commit(sql, error);
    rollback(sql);
    return false;
}

struct sql_statement *sql_prepare(struct sql *sql, const char *text, struct error *error)
{
    for (size_t i = 0; i < sql->count; i++)
        if (sql->statements[i]->text == text && !sql->statements[i]->in_use) {
            sql->statements[i]->in_use = true;
            return sql->statements[i];
        }
    sqlite3_stmt *handle;
    int code = sqlite3_prepare_v3(sql->handle, text, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL);
    if (!check_sqlite_code(sql, code, error))
        return NULL;
    struct sql_statement *statement = memory_alloc(1, sizeof(*statement));
    *statement = (struct sql_statement){.sql = sql, .text = text, .handle = handle, .in_use = true};
    sql->statements =
        memory_grow(sql->statements, &sql->capacity, sql->count + 1, sizeof(*sql->statements));
    sql->statements[sql->count++] = statement;
    return statement;
}

void sql_bind_text(struct sql_statement *statement, int index, struct text text)
{
    if (statement)
        statement->code |=
            sqlite3_bind_text64(statement->handle, index, text.bytes ? text.bytes : "", text.size,
                                SQLITE_STATIC, SQLITE_UTF8);
}

void sql_bind_text_or_null(struct sql_statement *statement, int index, struct text text)
{
    if (text.size)
        sql_bind_text(statement, index, text);
    else
        sql_bind_null(statement, index);
}

void sql_bind_bytes(struct sql_statement *statement, int index, struct text bytes)
{
    if (!bytes.size)
        sql_bind_null(statement, index);
    else if (statement)
        statement->code |=
            sqlite3_bind_blob64(statement->handle, index, bytes.bytes, bytes.size, SQLITE_STATIC);
}

void sql_bind_integer(struct sql_statement *statement, int index, int64_t number)
{
    if (statement)
        statement->code |= sqlite3_bind_int64(statement->handle, index, number);
}

void sql_bind_hash(struct sql_statement *statement, int index, uint64_t hash)
{
    sql_bind_integer(statement, index, (int64_t)hash);
}

void sql_bind_real(struct sql_statement *statement, int index, double number)
{
    if (!statement)
        return;
    if (isnan(number))
        sql_bind_null(statement, index);
    else
        statement->code |= sqlite3_bind_double(statement->handle, index, number);
}

void sql_bind_null(struct sql_statement *statement, int index)
{
    if (statement)
        statement->code |= sqlite3_bind_null(statement->handle, index);
}

bool sql_next_row(struct sql_statement *statement)
{
    if (!statement || (statement->code != SQLITE_OK && statement->code != SQLITE_ROW))
        return false;
    statement->code = sqlite3_step(statement->handle);
    return statement->code == SQLITE_ROW;
}

bool sql_finish(struct sql_statement *statement, struct error *error)
{
    if (!statement)
        return false;
    bool ok = check_sqlite_code(statement->sql, statement->code, error);
    sqlite3_reset(statement->handle);
    sqlite3_clear_bindings(statement->handle);
    statement->code = SQLITE_OK;
    statement->in_use = false;
    return ok;
}

bool sql_run(struct sql_statement *statement, struct error *error)
{
    while (sql_next_row(statement))
        ;
    return sql_finish(statement, error);
}

int sql_column_count(const struct sql_statement *statement)
{
    return sqlite3_column_count(statement->handle);
}

const char *sql_column_name(const struct sql_statement *statement, int column)
{
    return sqlite3_column_name(statement->handle, column);
}

bool sql_is_null(const struct sql_statement *statement, int column)
{
    return sqlite3_column_type(statement->handle, column) == SQLITE_NULL;
}

bool sql_is_real(const struct sql_statement *statement, int column)
{
    return sqlite3_column_type(statement->handle, column) == SQLITE_FLOAT;
}

struct text sql_text(const struct sql_statement *statement, int column)
{
    const char *bytes = (const char *)sqlite3_column_text(statement->handle, column);
    return (struct text){bytes, (size_t)sqlite3_column_bytes(statement->handle, column)};
}

struct text sql_bytes(const struct sql_statement *statement, int column)
{
    const char *bytes = sqlite3_column_blob(statement->handle, column);
    return (struct text){bytes, (size_t)sqlite3_column_bytes(statement->handle, column)};
}

int64_t sql_integer(const struct sql_statement *statement, int column)
{
    return sqlite3_column_int64(statement->handle, column);
}

uint64_t sql_hash(const struct sql_statement *statement, int column)
{
    return (uint64_t)sql_integer(statement, column);
}

double sql_real(const struct sql_statement *statement, int column)
{
    return sql_is_null(statement, column) ? NAN : sqlite3_column_double(statement->handle, column);
}

int64_t sql_last_id(const struct sql *sql)
{
    return sqlite3_last_insert_rowid(sql->handle);
}
