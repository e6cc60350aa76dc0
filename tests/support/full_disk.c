/* full_disk.c - takes the place of sqlite3_step in test programs that ask for it. */
#include "tests/support/full_disk.h"

#include <sqlite3.h>
#include <string.h>

int __real_sqlite3_step(sqlite3_stmt *statement);
int __wrap_sqlite3_step(sqlite3_stmt *statement);

static size_t countdown;

void full_disk_at_commit(size_t commits)
{
    countdown = commits;
}

int __wrap_sqlite3_step(sqlite3_stmt *statement)
{
    if (countdown && strcmp(sqlite3_sql(statement), "COMMIT") == 0 && --countdown == 0)
        return SQLITE_FULL;
    return __real_sqlite3_step(statement);
}
