/* database.h - a fresh database in a folder of its own, for one test. */
#ifndef TESTS_FAKES_DATABASE_H
#define TESTS_FAKES_DATABASE_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/store.h"

struct database {
    char folder[64], path[96];
    struct store *store;
};

static inline void database_make(struct database *database)
{
    strcpy(database->folder, "/tmp/winnow-test-XXXXXX");
    if (!mkdtemp(database->folder))
        abort();
    snprintf(database->path, sizeof(database->path), "%s/winnow.db", database->folder);
    if (!store_open(&database->store, database->path, NULL))
        abort();
}

static inline void database_remove(struct database *database)
{
    store_close(database->store);
    unlink(database->path);
    rmdir(database->folder);
}

#endif
