/* field_paths.c - a table from the way to a member to its name. */
#include "connectors/columns/field_paths.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"

enum { KEPT_MOST = 2 * 1024 * 1024, LONGEST_NAME = 1024, LONGEST_PATH = 4096 };

static struct text join(struct text above, struct text name, struct arena *arena)
{
    if (above.size == 0)
        return arena_copy(arena, name);
    if (above.size + 1 + name.size > LONGEST_PATH)
        return above;
    return arena_format(arena, "%.*s.%.*s", TEXT_ARGUMENT(above), TEXT_ARGUMENT(name));
}

struct path path_join(struct paths *paths, struct path above, struct text name, struct arena *arena)
{
    name = text_slice(name, 0, LONGEST_NAME);
    struct path path = {.hash = hash_add(above.hash, name)};
    const size_t *known = table_find(&paths->table, path.hash);
    if (known) {
        path.text = paths->texts[*known];
    } else if (paths->kept.used > KEPT_MOST) {
        path.text = join(above.text, name, arena);
    } else {
        path.text = join(above.text, name, &paths->kept);
        table_at(&paths->table, path.hash, paths->count, NULL);
        paths->texts =
            memory_grow(paths->texts, &paths->capacity, paths->count + 1, sizeof(*paths->texts));
        paths->texts[paths->count++] = path.text;
    }
    return path;
}

struct path path_number(struct paths *paths, struct path path, size_t number, struct arena *arena)
{
    char digits[24];
    int size = snprintf(digits, sizeof(digits), "%zu", number);
    return path_join(paths, path, (struct text){digits, (size_t)size}, arena);
}

void paths_free(struct paths *paths)
{
    table_free(&paths->table);
    free(paths->texts);
    arena_free(&paths->kept);
    *paths = (struct paths){0};
}
