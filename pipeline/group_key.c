/* group_key.c - copying, hashing and printing the keys of groups. */
#include "pipeline/group_key.h"

#include "base/hash.h"

const struct text group_key_all_topics = {"(all)", 5};
const struct text group_key_no_topic = TEXT("(none)");

uint64_t group_key_combine_hash(uint64_t hash, const struct group_key *key)
{
    hash = hash_combine_number(hash, key->field_count);
    for (size_t i = 0; i < key->field_count; i++)
        hash = hash_combine(hash_combine(hash, key->fields[i].name), key->fields[i].value);
    return hash_combine(hash, key->topic);
}

struct group_key group_key_copy(const struct group_key *key, struct arena *arena)
{
    struct field *fields = arena_alloc(arena, key->field_count, sizeof(*fields));
    for (size_t i = 0; i < key->field_count; i++)
        fields[i] = (struct field){.name = arena_copy_text(arena, key->fields[i].name),
                                   .value = arena_copy_text(arena, key->fields[i].value)};
    return (struct group_key){fields, key->field_count, arena_copy_text(arena, key->topic)};
}

static struct text append_field(struct text text, struct field field, struct arena *arena)
{
    return arena_format(arena, "%.*s%s%.*s=%.*s", TEXT_ARGUMENT(text), text.size > 0 ? "; " : "",
                        TEXT_ARGUMENT(field.name), TEXT_ARGUMENT(field.value));
}

struct text group_key_format(const struct group_key *key, struct arena *arena)
{
    struct text text = {0};
    for (size_t i = 0; i < key->field_count; i++) {
        struct field field = key->fields[i];
        if (field.value.size == 0)
            field.value = TEXT("(none)");
        text = append_field(text, field, arena);
    }
    if (key->topic.size > 0)
        text = append_field(text, (struct field){TEXT("topic"), key->topic}, arena);
    return text.size > 0 ? text : TEXT("all");
}
