/* layout.c - looks at brackets and names, not at values. */
#include "connectors/json/layout.h"

#include <string.h>

#include "connectors/json/scan.h"

const char *const json_layout_names[] = {"an object a line", "objects", "an array of objects",
                                         "an object of objects", "an array of rows"};

enum {
    ENVELOPE_WEIGHT = 8,
    DEEPEST_ARRAY = 8,
    MOST_COMPARED = 32 /* objects, and names of them */
};

/* The array, or the object of objects, that a head was found to be about. */
struct finding {
    struct text name;
    size_t at; /* its '[' or '{', or the '{' of the only object; 0: there is none */
    size_t weight;
    bool one, keyed, known;
};

struct member {
    struct text name;
    size_t value, end; /* of its value; the head's when that is cut there */
};

static char byte_at(struct text text, size_t at)
{
    return at < text.size ? text.bytes[at] : '\0';
}

/* Behind the quote that closes the string which opens at `at`; 0 when nothing does. */
static size_t string_end(struct text text, size_t at)
{
    for (at++; at < text.size; at++) {
        if (text.bytes[at] == '\\')
            at++;
        else if (text.bytes[at] == '"')
            return at + 1;
    }
    return 0;
}

/* Where the object or array that opens at `at` ends; 0 when it does not. */
static size_t value_end(struct text text, size_t at)
{
    size_t depth = 0;
    while (at < text.size) {
        char byte = text.bytes[at];
        if (byte == '"') {
            at = string_end(text, at);
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

/* Names under which services send a page of objects. */
static bool means_page(struct text name)
{
    static const char *const names[] = {"data",    "reviews", "entry",         "results",
                                        "items",   "tickets", "conversations", "records",
                                        "ratings", "rows",    "responses",     NULL};
    return text_is_one_of(name, names);
}

/* Lists that go with a page, and are not what it is about. */
static bool means_extra(struct text name)
{
    static const char *const names[] = {"link", "links", "included", "paging", NULL};
    return text_is_one_of(name, names);
}

/* The member behind the '{' or ',' at *at, which moves behind it. False when there is none. */
static bool next_member(struct text head, size_t *at, struct member *member)
{
    if (byte_at(head, *at) != '{' && byte_at(head, *at) != ',')
        return false;
    size_t begin = json_scan_blanks(head, *at + 1);
    size_t end = byte_at(head, begin) == '"' ? string_end(head, begin) : 0;
    size_t sign = json_scan_blanks(head, end);
    if (end == 0 || byte_at(head, sign) != ':')
        return false;
    member->name = text_slice(head, begin + 1, end - 1);
    member->value = json_scan_blanks(head, sign + 1);
    char opens = byte_at(head, member->value);
    end = opens == '{' || opens == '[' ? value_end(head, member->value) : member->value;
    member->end = end > 0 ? end : head.size;
    for (*at = member->end; *at < head.size && head.bytes[*at] != ',' && head.bytes[*at] != '}';) {
        end = head.bytes[*at] == '"' ? string_end(head, *at) : *at + 1;
        *at = end > 0 ? end : head.size;
    }
    return true;
}

/* Whether the objects at `one` and `other` share at least two names, and half of those of `other`.
 */
static bool are_alike(struct text head, size_t one, size_t other)
{
    struct text names[MOST_COMPARED];
    struct member member;
    size_t known = 0, count = 0, shared = 0;
    while (known < MOST_COMPARED && next_member(head, &one, &member))
        names[known++] = member.name;
    while (count < MOST_COMPARED && next_member(head, &other, &member)) {
        size_t i = 0;
        while (i < known && !text_equal(names[i], member.name))
            i++;
        shared += i < known;
        count++;
    }
    return shared >= 2 && shared * 2 >= count;
}

/* Whether the members of the object at `at` are two objects or more, and alike. */
static bool is_keyed(struct text head, size_t at)
{
    struct member member;
    size_t count = 0, first = 0;
    for (; count < MOST_COMPARED && next_member(head, &at, &member); count++) {
        if (byte_at(head, member.value) != '{' ||
            (count > 0 && member.end < head.size && !are_alike(head, first, member.value)))
            return false;
        first = count == 0 ? member.value : first;
    }
    return count > 1;
}

static void look_into(struct text head, size_t at, unsigned depth, struct finding *best,
                      bool *has_id);

/* A member whose value is a list or an object. */
static void weigh(struct text head, const struct member *member, unsigned depth,
                  struct finding *best)
{
    struct text name = member->name;
    bool list = head.bytes[member->value] == '[', page = means_page(name), unused;
    bool of_objects = list && byte_at(head, json_scan_blanks(head, member->value + 1)) == '{';
    bool only_one = !list && text_equal(name, TEXT("entry"));
    if (means_extra(name))
        return;
    bool keyed = !list && !only_one && is_keyed(head, member->value);
    if (!list && !only_one && depth < DEEPEST_ARRAY)
        look_into(head, member->value, depth + 1, best, &unused);
    size_t weight = (member->end - member->value) * (page ? ENVELOPE_WEIGHT : 1);
    if ((of_objects || only_one || (keyed && !best->at)) && weight > best->weight)
        *best = (struct finding){name, member->value, weight, only_one, keyed, page};
}

/* The weightiest array of objects in the object at `at`, which need not end within the head. */
static void look_into(struct text head, size_t at, unsigned depth, struct finding *best,
                      bool *has_id)
{
    struct member member;
    *has_id = false;
    while (next_member(head, &at, &member)) {
        *has_id = *has_id || text_equal(member.name, TEXT("id"));
        if (byte_at(head, member.value) == '{' || byte_at(head, member.value) == '[')
            weigh(head, &member, depth, best);
    }
}

/* Lists, the first of which begins with a text. */
static bool are_rows(struct text head, size_t at)
{
    at = json_scan_blanks(head, at);
    return byte_at(head, at) == '[' && byte_at(head, json_scan_blanks(head, at + 1)) == '"';
}

struct json_shape json_shape_of(struct text head)
{
    size_t at = json_scan_blanks(head, 0);
    struct json_shape shape = {.begin = at};
    if (byte_at(head, at) == '[')
        return (struct json_shape){.layout = are_rows(head, at + 1) ? JSON_ROWS : JSON_ARRAY,
                                   .begin = at + 1};
    if (byte_at(head, at) != '{')
        return shape;
    size_t end = value_end(head, at), line = text_find(head, TEXT("\n"), at);
    bool alone = end == 0 || json_scan_blanks(head, end) == head.size, has_id;
    struct finding best = {0};
    look_into(head, at, 0, &best, &has_id);
    /* What the head cuts goes on to its end at least. */
    size_t whole = (end ? end : head.size) - at;
    size_t array_end = best.at ? value_end(head, best.at) : 0;
    bool most = ((array_end ? array_end : head.size) - best.at) * 2 > whole;
    /* A ticket with its comments is one record; a page of tickets is many. */
    bool sure = best.known && !best.keyed;
    if (best.at && !has_id && (sure || (alone && most)))
        return (struct json_shape){.layout = best.keyed ? JSON_KEYED : JSON_ARRAY,
                                   .within = best.name,
                                   .begin = best.one ? best.at : best.at + 1,
                                   .one = best.one};
    if (alone && is_keyed(head, at))
        return (struct json_shape){.layout = JSON_KEYED, .begin = at + 1};
    /* Broken lines, too, are read line by line: only an object over several lines, or two on one,
     * say otherwise. */
    bool two = end > 0 && end < line && json_scan_blanks(text_slice(head, 0, line), end) < line;
    if (end > line || two)
        shape.layout = JSON_OBJECTS;
    return shape;
}

bool json_shape_next(struct text bytes, size_t *from, struct json_shape *shape)
{
    size_t at = *from;
    while (at < bytes.size) {
        *from = at;
        if (bytes.bytes[at] != '"') {
            at++;
            continue;
        }
        size_t end = string_end(bytes, at);
        if (end == 0)
            return false;
        struct text name = text_slice(bytes, at + 1, end - 1);
        size_t sign = json_scan_blanks(bytes, end), value = json_scan_blanks(bytes, sign + 1);
        if (!text_equal(name, shape->within)) {
            at = end;
            continue;
        }
        if (value >= bytes.size)
            return false;
        char opens = byte_at(bytes, sign) == ':' ? bytes.bytes[value] : '\0';
        at = end;
        if (opens != '[' && opens != '{')
            continue;
        shape->one = opens == '{' && shape->layout != JSON_KEYED;
        shape->begin = shape->one ? value : value + 1;
        return true;
    }
    *from = bytes.size;
    return false;
}
