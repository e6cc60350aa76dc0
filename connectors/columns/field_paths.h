/* field_paths.h - the names of nested fields, such as "author.name". Each is built once per file
 * instead of once per record. */
#ifndef CONNECTORS_COLUMNS_FIELD_PATHS_H
#define CONNECTORS_COLUMNS_FIELD_PATHS_H

#include "base/hash_table.h"

/* Zeroed: the record itself. */
struct field_path {
    struct text text;
    uint64_t hash; /* of the names from the record down to the field */
};

/* A zeroed one is empty and ready. Stores at most about 2 MiB of names. */
struct field_paths {
    struct hash_table hash_table;
    struct text *texts; /* owned; the texts are in name_arena */
    size_t count, capacity;
    struct arena name_arena;
};

/* The path "PARENT.NAME". It stays valid as long as both `field_paths` and `arena`: when
 * `field_paths` is full, new names are allocated from `arena`. Names are cut at 1 KiB; beyond 4 KiB
 * a path keeps its parent's name. */
struct field_path field_path_join(struct field_paths *field_paths, struct field_path parent,
                                  struct text name, struct arena *arena);

/* The path of an element of a list, "comments.2". */
struct field_path field_path_index(struct field_paths *field_paths, struct field_path list,
                                   size_t number, struct arena *arena);

void field_paths_free(struct field_paths *field_paths);

#endif
