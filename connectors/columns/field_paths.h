/* field_paths.h - names of nested members, "author.name": made once for a file, not once a record.
 */
#ifndef CONNECTORS_COLUMNS_FIELD_PATHS_H
#define CONNECTORS_COLUMNS_FIELD_PATHS_H

#include "base/hash_table.h"

/* A zeroed one is the record itself. */
struct field_path {
    struct text text;
    uint64_t hash; /* of the way to it */
};

/* A zeroed one is empty and ready. Holds some MiB at most, whatever names come. */
struct field_paths {
    struct hash_table hash_table;
    struct text *texts; /* owned array of texts that lie in `kept` */
    size_t count, capacity;
    struct arena name_arena;
};

/* "name" below `above`. Lives as long as `paths` and `arena` both do: once `paths` is full, new
 * names come from `arena`. Very long ones are cut. */
struct field_path field_path_join(struct field_paths *field_paths, struct field_path parent,
                                  struct text name, struct arena *arena);

/* The `number`th of several of one name: "comments.2". */
struct field_path field_path_index(struct field_paths *field_paths, struct field_path field_path,
                                   size_t number, struct arena *arena);

void field_paths_free(struct field_paths *field_paths);

#endif
