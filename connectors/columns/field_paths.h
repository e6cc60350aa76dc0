/* field_paths.h - names of nested members, "author.name": made once for a file, not once a record.
 */
#ifndef CONNECTORS_COLUMNS_FIELD_PATHS_H
#define CONNECTORS_COLUMNS_FIELD_PATHS_H

#include "base/table.h"

/* A zeroed one is the record itself. */
struct path {
    struct text text;
    uint64_t hash; /* of the way to it */
};

/* A zeroed one is empty and ready. Holds some MiB at most, whatever names come. */
struct paths {
    struct table table;
    struct text *texts; /* owned array of texts that lie in `kept` */
    size_t count, capacity;
    struct arena kept;
};

/* "name" below `above`. Lives as long as `paths` and `arena` both do: once `paths` is full, new
 * names come from `arena`. Very long ones are cut. */
struct path path_join(struct paths *paths, struct path above, struct text name,
                      struct arena *arena);

/* The `number`th of several of one name: "comments.2". */
struct path path_number(struct paths *paths, struct path path, size_t number, struct arena *arena);

void paths_free(struct paths *paths);

#endif
