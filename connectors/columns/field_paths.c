/* field_paths.c - a hash table of the names of nested fields. */
#include "connectors/columns/field_paths.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"

enum { MAX_STORED_SIZE = 2 * 1024 * 1024, MAX_NAME_SIZE = 1024, MAX_PATH_SIZE = 4096 };

static struct text join_names(struct text parent, struct text name, struct arena *arena)
{
    if (parent.size == 0)
        return arena_copy_text(arena, name);
    if (parent.size + 1 + name.size > MAX_PATH_SIZE)
        return parent;
    return arena_format(arena, "%.*s.%.*s", TEXT_ARGUMENT(parent), TEXT_ARGUMENT(name));
}

struct field_path field_path_join(struct field_paths *field_paths, struct field_path parent,
                                  struct text name, struct arena *arena)
{
    name = text_slice(name, 0, MAX_NAME_SIZE);
    struct field_path list = {.hash = hash_combine(parent.hash, name)};
    const size_t *existing_index = hash_table_find(&field_paths->hash_table, list.hash);
    if (existing_index) {
        list.text = field_paths->texts[*existing_index];
    } else if (field_paths->name_arena.used > MAX_STORED_SIZE) {
        list.text = join_names(parent.text, name, arena);
    } else {
        list.text = join_names(parent.text, name, &field_paths->name_arena);
        hash_table_get_or_insert(&field_paths->hash_table, list.hash, field_paths->count, NULL);
        field_paths->texts = memory_grow(field_paths->texts, &field_paths->capacity,
                                         field_paths->count + 1, sizeof(*field_paths->texts));
        field_paths->texts[field_paths->count++] = list.text;
    }
    return list;
}

struct field_path field_path_index(struct field_paths *field_paths, struct field_path list,
                                   size_t number, struct arena *arena)
{
    char digits[24];
    int size = snprintf(digits, sizeof(digits), "%zu", number);
    return field_path_join(field_paths, list, (struct text){digits, (size_t)size}, arena);
}

void field_paths_free(struct field_paths *field_paths)
{
    hash_table_free(&field_paths->hash_table);
    free(field_paths->texts);
    arena_free(&field_paths->name_arena);
    *field_paths = (struct field_paths){0};
}
