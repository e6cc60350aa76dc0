/* layout.c - examines brackets and names, not values. */
#include "connectors/json/layout.h"

#include <string.h>

#include "connectors/json/scan.h"

const char *const json_layout_kind_names[] = {"an object per line", "objects",
                                              "an array of objects", "an object of objects",
                                              "an array of rows"};

enum {
    PAGE_NAME_WEIGHT = 8,
    MAX_ARRAY_DEPTH = 8,
    MAX_COMPARED = 32 /* objects, and names in an object */
};

/* The array or object whose values are the records. */
struct record_container {
    struct text name;
    size_t begin; /* of its '[' or '{', or of the only object; 0: none found */
    size_t weight;
    bool is_single_object, is_keyed, has_page_name;
};

struct object_member {
    struct text name;
    size_t value, end; /* of its value; the end of the head if that cuts it */
};

static char byte_at(struct text text, size_t at)
{
    return at < text.size ? text.bytes[at] : '\0';
}

/* The end of the string that opens at `at`; 0 if it is not closed. */
static size_t find_string_end(struct text text, size_t at)
{
    for (at++; at < text.size; at++) {
        if (text.bytes[at] == '\\')
            at++;
        else if (text.bytes[at] == '"')
            return at + 1;
    }
    return 0;
}

/* The end of the object or array that opens at `at`; 0 if it is not closed. */
static size_t find_value_end(struct text text, size_t at)
{
    size_t depth = 0;
    while (at < text.size) {
        char byte = text.bytes[at];
        if (byte == '"') {
            at = find_string_end(text, at);
            if (at == 0)
                return 0;
            continue;
        }
        at++;
        depth += byte == '{' || byte == '[';
        if ((byte == '}' || byte == ']') && --depth == 0)
            return at;
    }
    return 0;
}

/* Names that services give to a page of objects. */
static bool is_page_name(struct text name)
{
    static const char *const names[] = {"data",    "reviews", "entry",         "results",
                                        "items",   "tickets", "conversations", "records",
                                        "ratings", "rows",    "responses",     NULL};
    return text_is_one_of(name, names);
}

/* Lists that accompany a page of records. */
static bool is_metadata_name(struct text name)
{
    static const char *const names[] = {"link", "links", "included", "paging", NULL};
    return text_is_one_of(name, names);
}

/* Reads the member after the '{' or ',' at *at and moves *at to its end. False if there is none. */
static bool next_member(struct text head, size_t *at, struct object_member *object_member)
{
    if (byte_at(head, *at) != '{' && byte_at(head, *at) != ',')
        return false;
    size_t begin = json_skip_blanks(head, *at + 1);
    size_t end = byte_at(head, begin) == '"' ? find_string_end(head, begin) : 0;
    size_t colon = json_skip_blanks(head, end);
    if (end == 0 || byte_at(head, colon) != ':')
        return false;
    object_member->name = text_slice(head, begin + 1, end - 1);
    object_member->value = json_skip_blanks(head, colon + 1);
    char opening_byte = byte_at(head, object_member->value);
    end = opening_byte == '{' || opening_byte == '[' ? find_value_end(head, object_member->value)
                                                     : object_member->value;
    object_member->end = end > 0 ? end : head.size;
    for (*at = object_member->end;
         *at < head.size && head.bytes[*at] != ',' && head.bytes[*at] != '}';) {
        end = head.bytes[*at] == '"' ? find_string_end(head, *at) : *at + 1;
        *at = end > 0 ? end : head.size;
    }
    return true;
}

/* Whether the objects at `one` and `other` share at least two names and half of the names of
 * `other`.
 */
static bool are_objects_alike(struct text head, size_t one, size_t other)
{
    struct text names[MAX_COMPARED];
    struct object_member object_member;
    size_t known = 0, count = 0, shared = 0;
    while (known < MAX_COMPARED && next_member(head, &one, &object_member))
        names[known++] = object_member.name;
    while (count < MAX_COMPARED && next_member(head, &other, &object_member)) {
        size_t i = 0;
        while (i < known && !text_equal(names[i], object_member.name))
            i++;
        shared += i < known;
        count++;
    }
    return shared >= 2 && shared * 2 >= count;
}

/* Whether the members of the object at `at` are two or more similar objects. */
static bool is_object_of_objects(struct text head, size_t at)
{
    struct object_member object_member;
    size_t count = 0, first = 0;
    for (; count < MAX_COMPARED && next_member(head, &at, &object_member); count++) {
        if (byte_at(head, object_member.value) != '{' ||
            (count > 0 && object_member.end < head.size &&
             !are_objects_alike(head, first, object_member.value)))
            return false;
        first = count == 0 ? object_member.value : first;
    }
    return count > 1;
}

static void find_record_container(struct text head, size_t at, unsigned depth,
                                  struct record_container *best, bool *has_id);

/* Makes a member whose value is a list or an object the best one if it has the highest weight. */
static void weigh_member(struct text head, const struct object_member *object_member,
                         unsigned depth, struct record_container *best)
{
    struct text name = object_member->name;
    bool is_list = head.bytes[object_member->value] == '[', is_page = is_page_name(name), unused;
    bool contains_objects =
        is_list && byte_at(head, json_skip_blanks(head, object_member->value + 1)) == '{';
    bool is_single_object = !is_list && text_equal(name, TEXT("entry"));
    if (is_metadata_name(name))
        return;
    bool is_keyed =
        !is_list && !is_single_object && is_object_of_objects(head, object_member->value);
    if (!is_list && !is_single_object && depth < MAX_ARRAY_DEPTH)
        find_record_container(head, object_member->value, depth + 1, best, &unused);
    size_t weight = (object_member->end - object_member->value) * (is_page ? PAGE_NAME_WEIGHT : 1);
    if ((contains_objects || is_single_object || (is_keyed && !best->begin)) &&
        weight > best->weight)
        *best = (struct record_container){
            name, object_member->value, weight, is_single_object, is_keyed, is_page};
}

/* Finds the array of objects with the highest weight in the object at `at`, which may continue
 * after the head. */
static void find_record_container(struct text head, size_t at, unsigned depth,
                                  struct record_container *best, bool *has_id)
{
    struct object_member object_member;
    *has_id = false;
    while (next_member(head, &at, &object_member)) {
        *has_id = *has_id || text_equal(object_member.name, TEXT("id"));
        if (byte_at(head, object_member.value) == '{' || byte_at(head, object_member.value) == '[')
            weigh_member(head, &object_member, depth, best);
    }
}

/* Arrays, the first of which begins with a string. */
static bool is_array_of_rows(struct text head, size_t at)
{
    at = json_skip_blanks(head, at);
    return byte_at(head, at) == '[' && byte_at(head, json_skip_blanks(head, at + 1)) == '"';
}

struct json_layout json_layout_detect(struct text head)
{
    size_t at = json_skip_blanks(head, 0);
    struct json_layout layout = {.begin = at};
    if (byte_at(head, at) == '[')
        return (struct json_layout){.kind = is_array_of_rows(head, at + 1) ? JSON_ROWS : JSON_ARRAY,
                                    .begin = at + 1};
    if (byte_at(head, at) != '{')
        return layout;
    size_t end = find_value_end(head, at), line = text_find(head, TEXT("\n"), at);
    bool is_only_value = end == 0 || json_skip_blanks(head, end) == head.size, has_id;
    struct record_container best = {0};
    find_record_container(head, at, 0, &best, &has_id);
    /* A value that the head cuts extends at least to the end of the head. */
    size_t whole = (end ? end : head.size) - at;
    size_t array_end = best.begin ? find_value_end(head, best.begin) : 0;
    bool is_most_of_file = ((array_end ? array_end : head.size) - best.begin) * 2 > whole;
    /* A ticket with its comments is one record; a page of tickets is many records. */
    bool is_certain = best.has_page_name && !best.is_keyed;
    if (best.begin && !has_id && (is_certain || (is_only_value && is_most_of_file)))
        return (struct json_layout){.kind = best.is_keyed ? JSON_KEYED : JSON_ARRAY,
                                    .container_name = best.name,
                                    .begin = best.is_single_object ? best.begin : best.begin + 1,
                                    .is_single_object = best.is_single_object};
    if (is_only_value && is_object_of_objects(head, at))
        return (struct json_layout){.kind = JSON_KEYED, .begin = at + 1};
    /* Malformed files are read line by line, too, unless an object takes several lines or a line
     * contains two objects. */
    bool shares_line =
        end > 0 && end < line && json_skip_blanks(text_slice(head, 0, line), end) < line;
    if (end > line || shares_line)
        layout.kind = JSON_OBJECTS;
    return layout;
}

bool json_layout_find_next_page(struct text bytes, size_t *from, struct json_layout *layout)
{
    size_t at = *from;
    while (at < bytes.size) {
        *from = at;
        if (bytes.bytes[at] != '"') {
            at++;
            continue;
        }
        size_t end = find_string_end(bytes, at);
        if (end == 0)
            return false;
        struct text name = text_slice(bytes, at + 1, end - 1);
        size_t colon = json_skip_blanks(bytes, end), value = json_skip_blanks(bytes, colon + 1);
        if (!text_equal(name, layout->container_name)) {
            at = end;
            continue;
        }
        if (value >= bytes.size)
            return false;
        char opening_byte = byte_at(bytes, colon) == ':' ? bytes.bytes[value] : '\0';
        at = end;
        if (opening_byte != '[' && opening_byte != '{')
            continue;
        layout->is_single_object = opening_byte == '{' && layout->kind != JSON_KEYED;
        layout->begin = layout->is_single_object ? value : value + 1;
        return true;
    }
    *from = bytes.size;
    return false;
}
