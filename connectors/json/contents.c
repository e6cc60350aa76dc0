/* contents.c - examines names and strings of members. */
#include "connectors/json/contents.h"

#include "connectors/columns/column_names.h"
#include "connectors/columns/field_list.h"
#include "connectors/exports/exports.h"
#include "connectors/json/members.h"

enum {
    MAX_EXAMINED = 32,   /* objects, and members of an object */
    MIN_TEXT_BLANKS = 2, /* in a string that is a text, whatever its name */
    MAX_LISTED_NAMES = 500
};

static bool is_text_name(struct text name)
{
    return column_name_score(ROLE_TEXT, name) >= COLUMN_NAME_EXACT ||
           text_starts_with(name, TEXT("text")) || text_ends_with(name, TEXT("text"));
}

static size_t count_blanks(struct text text)
{
    size_t blanks = 0;
    for (size_t i = 0; i < text.size; i++)
        blanks += text.bytes[i] == ' ';
    return blanks;
}

/* Examines the members of the object at `at`, also of nested objects and of the first object in
 * nested lists. */
static void examine_object(struct text head, size_t at, unsigned depth,
                           struct json_contents *contents)
{
    struct object_member object_member;
    for (size_t i = 0; i < MAX_EXAMINED && json_take_member(head, &at, &object_member); i++) {
        struct text name = object_member.name;
        char opening_byte = json_byte_at(head, object_member.value);
        size_t value = object_member.value, end = 0;
        if (opening_byte == '"')
            end = json_find_string_end(head, value);
        if (end > value + 2 &&
            (is_text_name(name) || count_blanks(text_slice(head, value, end)) >= MIN_TEXT_BLANKS))
            contents->has_text = true;
        if (column_name_score(ROLE_DATE, name) > 0 || column_name_score(ROLE_AUTHOR, name) > 0)
            contents->has_date_or_author = true;
        if (opening_byte == '[') /* of strings and objects: a text in several styles */
            contents->has_text = contents->has_text || is_text_name(name);
        if (opening_byte == '{' && depth < JSON_EXAMINED_DEPTH)
            examine_object(head, value, depth + 1, contents);
    }
}

struct json_contents json_examine_list(struct text head, size_t at)
{
    struct json_contents contents = {0};
    size_t end = 0;
    at++;
    for (size_t i = 0; i < MAX_EXAMINED && !(contents.has_text && contents.has_date_or_author) &&
                       json_take_object(head, &at, &end);
         i++, at = end)
        examine_object(head, at, 0, &contents);
    return contents;
}

bool json_has_own_text(struct text head, size_t at, unsigned depth)
{
    struct object_member object_member;
    while (json_take_member(head, &at, &object_member)) {
        size_t value = object_member.value;
        char byte = json_byte_at(head, value);
        if (byte == '"' && json_find_string_end(head, value) != value + 2 &&
            is_text_name(object_member.name))
            return true;
        if (byte == '{' && depth > 0 && json_has_own_text(head, value, depth - 1))
            return true;
    }
    return false;
}

/* Whether a member of the object itself is a rating: it is a review, whatever its lists are. */
static bool has_own_rating(struct text head, size_t at)
{
    struct object_member object_member;
    while (json_take_member(head, &at, &object_member))
        if (column_name_score(ROLE_RATING, object_member.name) >= COLUMN_NAME_EXACT)
            return true;
    return false;
}

/* Lists of what others answered to a record. */
static bool is_reply_list_name(struct text name)
{
    static const char *const names[] = {"replies", "reply", "responses", "answers", NULL};
    return text_is_one_of(name, names);
}

bool json_is_feedback(struct text head, size_t at, bool is_one_of_many, struct text list)
{
    if (text_equal(list, TEXT("reviews")))
        return false;
    return json_has_own_text(head, at, is_one_of_many ? JSON_EXAMINED_DEPTH : 0) ||
           has_own_rating(head, at) || (is_one_of_many && is_reply_list_name(list));
}

/* Adds the names of all members to `fields`, as json_record_read would call them. */
static void list_names(struct text head, size_t at, struct text path, unsigned depth,
                       struct fields *fields)
{
    struct object_member object_member;
    while (fields->count < MAX_LISTED_NAMES && json_take_member(head, &at, &object_member)) {
        size_t value = object_member.value, end;
        const char *number = "";
        if (json_byte_at(head, value) == '[') {
            value++;
            number = ".1";
            if (!json_take_object(head, &value, &end))
                value = object_member.value;
        }
        struct text name = arena_format(fields->arena, "%.*s%s%.*s%s", TEXT_ARGUMENT(path),
                                        path.size ? "." : "", TEXT_ARGUMENT(object_member.name),
                                        json_byte_at(head, value) == '{' ? number : "");
        if (json_byte_at(head, value) == '{' && depth < JSON_EXAMINED_DEPTH)
            list_names(head, value, name, depth + 1, fields);
        else
            fields_add(fields, name, (struct text){0});
    }
}

bool json_is_known_record(struct text head, size_t at)
{
    struct arena arena = {0};
    struct fields fields = {.arena = &arena};
    list_names(head, at, TEXT(""), 0, &fields);
    bool is_known = exports_find_by_fields(&fields) != NULL;
    fields_free(&fields);
    arena_free(&arena);
    return is_known;
}
