/* sql.h - prepared statements on one SQLite file.
 *
 * Every function that returns false has set an ERROR_STORE with the file, the reason and the
 * remedy. */
#ifndef PIPELINE_SQL_H
#define PIPELINE_SQL_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

struct sql;           /* one connection */
struct sql_statement; /* owned by its connection */

/* Opens the file, or creates it with mode 0600; ":memory:" is never written to disk. All functions
 * wait up to ten seconds for a lock that another program holds. */
bool sql_open(struct sql **sql, const char *path, struct error *error);
void sql_close(struct sql *sql); /* NULL is fine */

/* Opens an existing file, which is not changed, so that several machines may read it. ERROR_LOCKED
 * if a program writes to it, or was killed while it did. */
bool sql_open_read_only(struct sql **sql, const char *path, struct error *error);

/* Takes the file for this connection alone, until it is closed. *is_free: no other program has it.
 */
bool sql_lock(struct sql *sql, bool *is_free, struct error *error);

/* What to do about a damaged file, instead of restoring a backup; a string literal. */
void sql_set_damage_remedy(struct sql *sql, const char *remedy);

/* Executes one or several statements without parameters; rows are discarded. */
bool sql_execute(struct sql *sql, const char *statements, struct error *error);

/* As sql_execute, for statements that may fail: reports no error and waits for no lock. */
void sql_try_execute(struct sql *sql, const char *statement);

/* A transaction that writes: begin, then end, which commits if `ok` and else rolls back. A commit
 * that fails rolls back, too. */
bool sql_begin(struct sql *sql, struct error *error);
bool sql_end(struct sql *sql, bool ok, struct error *error);

/* Prepares a statement, or reuses one: statements are cached by the address of `text`, which must
 * outlive the connection (a string literal). While the statement is in use, a second call with the
 * same text returns another one, so loops may nest. NULL on an error; every function below accepts
 * NULL, so only sql_finish or sql_run must be checked. */
struct sql_statement *sql_prepare(struct sql *sql, const char *text, struct error *error);

/* Binds a value to the parameter `index`, from 1. Texts are borrowed until the statement is
 * finished. */
void sql_bind_text(struct sql_statement *statement, int index, struct text text);
void sql_bind_text_or_null(struct sql_statement *statement, int index, struct text text);
void sql_bind_bytes(struct sql_statement *statement, int index,
                    struct text bytes); /* empty: NULL */
void sql_bind_integer(struct sql_statement *statement, int index, int64_t number);
void sql_bind_hash(struct sql_statement *statement, int index, uint64_t hash);
void sql_bind_real(struct sql_statement *statement, int index, double number); /* NAN: NULL */
void sql_bind_null(struct sql_statement *statement, int index);

/* Steps to the next row. False after the last row and on an error, which sql_finish reports. */
bool sql_next_row(struct sql_statement *statement);

/* Ends the use of a statement. False if its preparation or one of its steps failed. */
bool sql_finish(struct sql_statement *statement, struct error *error);

/* Steps to the end and finishes. */
bool sql_run(struct sql_statement *statement, struct error *error);

/* Columns of the current row, from 0; texts are valid until the next step. The statement must not
 * be NULL. */
int sql_column_count(const struct sql_statement *statement);
const char *sql_column_name(const struct sql_statement *statement, int column);
bool sql_is_null(const struct sql_statement *statement, int column);
bool sql_is_real(const struct sql_statement *statement, int column);
struct text sql_text(const struct sql_statement *statement, int column);
struct text sql_bytes(const struct sql_statement *statement, int column); /* of a BLOB */
int64_t sql_integer(const struct sql_statement *statement, int column);
uint64_t sql_hash(const struct sql_statement *statement, int column);
double sql_real(const struct sql_statement *statement, int column); /* NAN for NULL */

int64_t sql_last_id(const struct sql *sql); /* of the row that was inserted last */

/* Sets the error of a damaged database; returns false. */
bool sql_report_damage(struct sql *sql, const char *fault, struct error *error);

#endif
