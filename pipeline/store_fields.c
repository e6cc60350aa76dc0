/* store_fields.c - columns and their values as JSON objects. */
#include "base/json.h"
#include "base/json_writer.h"
#include "pipeline/store_private.h"

struct text store_format_fields(struct store *store, const struct field *fields, size_t count)
{
    rewind(store->json);
    struct json_writer writer = {.stream = store->json};
    json_begin_object(&writer);
    for (size_t i = 0; i < count; i++) {
        json_write_key(&writer, fields[i].name);
        if (fields[i].value.size > 0)
            json_write_text(&writer, fields[i].value);
        else
            json_write_null(&writer);
    }
    json_end(&writer);
    fflush(store->json);
    return text_trim((struct text){store->json_buffer, store->json_size});
}

bool store_parse_fields(struct text json, struct arena *arena, const struct field **fields,
                        size_t *count, struct error *error)
{
    *fields = NULL;
    *count = 0;
    if (json.size == 0)
        return true;
    struct json *root = json_read(json, NULL, ERROR_STORE, error);
    if (!root)
        return false;
    struct field *parsed = arena_alloc(arena, json_count(root), sizeof(*parsed));
    void *position = NULL;
    struct text name;
    const struct json *value;
    while (json_next_member(root, &position, &name, &value))
        parsed[(*count)++] = (struct field){.name = arena_copy_text(arena, name),
                                            .value = arena_copy_text(arena, json_text(value))};
    *fields = parsed;
    json_free(root);
    return true;
}
