/* plan_sources.h - what `winnow plan` learns about a source from all its files: the facts of its
 * columns, and authors that are nobody. */
#ifndef JOBS_COMMANDS_PLAN_SOURCES_H
#define JOBS_COMMANDS_PLAN_SOURCES_H

#include "base/hash_table.h"
#include "pipeline/store.h"

/* Duplicates of one state (record.state_if_nobody) that one author has in one file. */
struct repeated_author {
    size_t file;
    uint64_t source_key, author_key;
    enum record_state state;
    size_t rows;
};

struct plan_source {
    struct text name; /* borrowed */
    struct column_facts facts;
};

/* Zeroed is empty. */
struct plan_sources {
    struct plan_source *sources; /* owned */
    size_t count, capacity;
    struct hash_table records;        /* by source and by author: records with an author */
    struct hash_table repeat_indexes; /* of `repeats`, by file, author and state */
    struct hash_table repeat_ids;     /* of duplicates: where `repeats` counts them */
    struct repeated_author *repeats;  /* owned */
    size_t repeat_count, repeat_capacity;
};

/* The facts of a source: at first, those that `store` has saved. NULL with the error set if they
 * cannot be loaded. Valid until the next call. */
struct column_facts *plan_sources_get_facts(struct plan_sources *sources, struct store *store,
                                            struct text name, struct error *error);

/* Adds a batch of the file of that number, after the stages of pass 1. */
bool plan_sources_add_batch(struct plan_sources *sources, struct store *store,
                            const struct batch *batch, size_t file, struct error *error);

/* Counts duplicates of the file in the state that they have if their author is nobody, as a run
 * does after pass 1. */
void plan_sources_restore_duplicates(const struct plan_sources *sources, size_t file,
                                     struct row_totals *row_totals);

void plan_sources_free(struct plan_sources *sources);

#endif
