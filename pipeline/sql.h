/* sql.h - statements over one SQLite file: prepared once, faults told in words.
 *
 * Faults are ERROR_STORE with the file, the reason and the remedy. */
#ifndef PIPELINE_SQL_H
#define PIPELINE_SQL_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

struct sql;           /* one connection */
struct sql_statement; /* owned by its connection */

/* Opens or creates (mode 0600) the file; ":memory:" is none. Waits up to ten seconds for other
 * programs' locks. */
bool sql_open(struct sql **sql, const char *path, struct error *error);
void sql_close(struct sql *sql); /* NULL is fine */

/* Executes one or several statements that take nothing and whose rows nobody wants. */
bool sql_execute(struct sql *sql, const char *statements, struct error *error);

/* As sql_execute, silently: for what is welcome but may fail. Waits for nobody. */
void sql_try_execute(struct sql *sql, const char *statement);

/* A transaction that writes: begin, then commit or roll back. A commit that fails is rolled back.
 */
bool sql_begin(struct sql *sql, struct error *error);
bool sql_commit(struct sql *sql, struct error *error);
void sql_rollback(struct sql *sql);

/* The statement of `text`, a string that outlives the connection (a literal: statements are kept by
 * its address), ready for its values. NULL on a fault. While it is in use a second call for the
 * same text gives another statement, so loops nest. */
struct sql_statement *sql_prepare(struct sql *sql, const char *text, struct error *error);

/* Values, from 1. Texts are borrowed until the statement is finished. */
void sql_bind_text(struct sql_statement *statement, int index, struct text text);
void sql_bind_text_or_null(struct sql_statement *statement, int index, struct text text); /* "" */
void sql_bind_integer(struct sql_statement *statement, int index, int64_t number);
void sql_bind_hash(struct sql_statement *statement, int index, uint64_t hash);
void sql_bind_real(struct sql_statement *statement, int index, double number); /* NAN is NULL */
void sql_bind_null(struct sql_statement *statement, int index);

/* True when there is a row to look at. After the last row, or on a fault, false: the statement's
 * fault is told by sql_finish. */
bool sql_next_row(struct sql_statement *statement);

/* Ends the use of a statement (NULL: its preparation failed): true when all went well. */
bool sql_finish(struct sql_statement *statement, struct error *error);

/* Steps to the end and finishes. NULL is false. */
bool sql_run(struct sql_statement *statement, struct error *error);

/* Columns of the present row, from 0; texts are good until the next row. */
int sql_column_count(const struct sql_statement *statement);
const char *sql_column_name(const struct sql_statement *statement, int column);
bool sql_is_null(const struct sql_statement *statement, int column);
bool sql_is_real(const struct sql_statement *statement, int column);
struct text sql_text(const struct sql_statement *statement, int column);
int64_t sql_integer(const struct sql_statement *statement, int column);
uint64_t sql_hash(const struct sql_statement *statement, int column);
double sql_real(const struct sql_statement *statement, int column); /* NAN for NULL */

int64_t sql_last_id(const struct sql *sql);  /* of the row inserted last */
uint64_t sql_changes(const struct sql *sql); /* rows that the last statement changed */

#endif
