/* store_health.c - whether the database is sound, and what the last run was (`winnow doctor`). */
#include <stdio.h>

#include "pipeline/store_private.h"

bool store_check_integrity(struct store *store, struct error *error)
{
    char fault[200] = "";
    struct sql_statement *check = sql_prepare(store->sql, "PRAGMA integrity_check(1)", error);
    if (sql_next_row(check) && !text_equal(sql_text(check, 0), TEXT("ok")))
        snprintf(fault, sizeof(fault), "%.*s", TEXT_ARGUMENT(sql_text(check, 0)));
    return sql_finish(check, error) && (!fault[0] || sql_report_damage(store->sql, fault, error));
}

bool store_get_last_run(struct store *store, struct last_run *last_run, struct error *error)
{
    *last_run = (struct last_run){0};
    struct sql_statement *find =
        sql_prepare(store->sql,
                    "SELECT max(id), unixepoch(started_at), unixepoch(finished_at),"
                    " count(*), count(finished_at), (SELECT count(*) FROM feedback) FROM run",
                    error);
    if (sql_next_row(find) && !sql_is_null(find, 0))
        *last_run = (struct last_run){
            .run_id = sql_hash(find, 0),
            .started_at = sql_integer(find, 1),
            .finished_at = sql_integer(find, 2),
            .runs = sql_hash(find, 3),
            .finished_runs = sql_hash(find, 4),
            .records = sql_hash(find, 5),
        };
    return sql_finish(find, error);
}
