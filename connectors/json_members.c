/* json_members.c - walks the tree of an object, once. */
#include "connectors/json_members.h"

#include <string.h>

#include "base/json_writer.h"
#include "connectors/json_scan.h"

struct walk {
    const struct member_limits *limits;
    struct paths *paths;
    struct members *members;
    struct error *fault;
};

static struct text print_scalar(const struct json *value, struct arena *arena)
{
    int64_t integer;
    double real;
    switch (json_kind_of(value)) {
    case JSON_KIND_STRING:
        return arena_copy(arena, json_text(value));
    case JSON_KIND_BOOLEAN:
        return json_is_true(value) ? TEXT("true") : TEXT("false");
    case JSON_KIND_INTEGER:
        json_to_integer(value, &integer);
        return arena_format(arena, "%lld", (long long)integer);
    case JSON_KIND_REAL: {
        char digits[32];
        json_to_real(value, &real);
        return arena_copy(arena, (struct text){digits, json_print_real(real, digits)});
    }
    default:
        return (struct text){0};
    }
}

static bool is_nested(const struct json *value)
{
    enum json_kind kind = json_kind_of(value);
    return kind == JSON_KIND_OBJECT || kind == JSON_KIND_ARRAY;
}

static bool add_member(struct walk *walk, struct text name, struct text value)
{
    if ((int64_t)walk->members->count >= walk->limits->members)
        return error_set(walk->fault, ERROR_INPUT,
                         "more than %lld members; 'most_members' allows more",
                         (long long)walk->limits->members);
    members_add(walk->members, name, value);
    return true;
}

static bool walk_value(struct walk *walk, struct path path, const struct json *value,
                       int64_t depth);

/* Plain values of a list as one: "a, b". */
static struct text join_list(const struct json *list, struct arena *arena)
{
    size_t size = 0, count = json_count(list);
    struct text *parts = arena_alloc(arena, count + 1, sizeof(*parts));
    for (size_t i = 0; i < count; i++) {
        parts[i] = print_scalar(json_element(list, i), arena);
        size += parts[i].size + 2;
    }
    char *joined = arena_alloc(arena, size + 1, 1), *end = joined;
    for (size_t i = 0; i < count; i++) {
        if (is_nested(json_element(list, i)))
            continue;
        if (end > joined)
            end = mempcpy(end, ", ", 2);
        if (parts[i].size)
            end = mempcpy(end, parts[i].bytes, parts[i].size);
    }
    return (struct text){joined, (size_t)(end - joined)};
}

static bool walk_list(struct walk *walk, struct path path, const struct json *list, int64_t depth)
{
    struct arena *arena = walk->members->arena;
    size_t nested = 0, count = json_count(list);
    for (size_t i = 0; i < count; i++) {
        const struct json *item = json_element(list, i);
        nested += is_nested(item);
        if (is_nested(item) &&
            !walk_value(walk, path_number(walk->paths, path, i + 1, arena), item, depth + 1))
            return false;
    }
    return nested == count && count > 0 ? true
                                        : add_member(walk, path.text, join_list(list, arena));
}

static bool walk_value(struct walk *walk, struct path path, const struct json *value, int64_t depth)
{
    void *position = NULL;
    struct text key;
    const struct json *member;
    if (depth > walk->limits->depth)
        return error_set(walk->fault, ERROR_INPUT,
                         "nested deeper than %lld levels; 'deepest_record' allows more",
                         (long long)walk->limits->depth);
    if (json_kind_of(value) == JSON_KIND_ARRAY)
        return walk_list(walk, path, value, depth);
    if (json_kind_of(value) != JSON_KIND_OBJECT)
        return add_member(walk, path.text, print_scalar(value, walk->members->arena));
    while (json_next(value, &position, &key, &member)) {
        bool wrapped = path.text.size > 0 && text_equal(key, TEXT("label"));
        struct path inner =
            wrapped ? path : path_join(walk->paths, path, key, walk->members->arena);
        if (!walk_value(walk, inner, member, depth + 1))
            return false;
    }
    return true;
}

bool json_members_read(struct text raw, const struct member_limits *limits, struct paths *paths,
                       struct members *members, struct error *fault)
{
    struct walk walk = {limits, paths, members, fault};
    struct error first = {0};
    struct json *value = json_read(raw, NULL, ERROR_INPUT, &first);
    if (!value)
        value = json_read(json_mend(raw, members->arena), NULL, ERROR_INPUT, NULL);
    if (!value)
        return error_set(fault, ERROR_INPUT, "%s", first.message);
    bool whole = walk_value(&walk, (struct path){0}, value, 0);
    json_free(value);
    if (!whole)
        members_free(members);
    return whole;
}
