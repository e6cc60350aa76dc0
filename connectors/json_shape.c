/* json_shape.c - looks at brackets and names, not at values. */
#include "connectors/json_shape.h"

#include <string.h>

const char *const json_layout_names[] = {"an object a line", "objects", "an array of objects"};

enum { ENVELOPE_WEIGHT = 8, DEEPEST_ARRAY = 8 };

/* The array that a head was found to be about. */
struct finding {
    struct text name;
    size_t at; /* its '[', or the '{' of the only object; 0: there is none */
    size_t weight;
    bool one, known;
};

static size_t skip_blanks(struct text text, size_t at)
{
    while (at < text.size && strchr(" \t\r\n", text.bytes[at]) && text.bytes[at])
        at++;
    return at;
}

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

static bool is_one_of(struct text name, const char *const *names)
{
    for (; *names; names++)
        if (text_equal(name, text_of(*names)))
            return true;
    return false;
}

/* Names under which services send a page of objects. */
static bool means_page(struct text name)
{
    static const char *const names[] = {"data",    "reviews", "entry",         "results",
                                        "items",   "tickets", "conversations", "records",
                                        "ratings", "rows",    "responses",     NULL};
    return is_one_of(name, names);
}

/* Lists that go with a page, and are not what it is about. */
static bool means_extra(struct text name)
{
    static const char *const names[] = {"link", "links", "included", "paging", NULL};
    return is_one_of(name, names);
}

static void look_into(struct text head, size_t at, unsigned depth, struct finding *best,
                      bool *has_id);

/* The member `name`, whose value opens at `at` and is `size` bytes long as far as the head goes. */
static void weigh(struct text head, struct text name, size_t at, size_t size, unsigned depth,
                  struct finding *best)
{
    bool list = head.bytes[at] == '[', page = means_page(name), unused;
    bool of_objects = list && byte_at(head, skip_blanks(head, at + 1)) == '{';
    bool only_one = !list && text_equal(name, TEXT("entry"));
    if (means_extra(name))
        return;
    if (!list && !only_one && depth < DEEPEST_ARRAY) {
        look_into(head, at, depth + 1, best, &unused);
        return;
    }
    size_t weight = size * (page ? ENVELOPE_WEIGHT : 1);
    if ((of_objects || only_one) && weight > best->weight)
        *best = (struct finding){name, at, weight, only_one, page};
}

/* The weightiest array of objects in the object at `at`, which need not end within the head. */
static void look_into(struct text head, size_t at, unsigned depth, struct finding *best,
                      bool *has_id)
{
    *has_id = false;
    at = skip_blanks(head, at + 1);
    while (byte_at(head, at) == '"') {
        size_t end = string_end(head, at);
        struct text name = text_slice(head, at + 1, end ? end - 1 : 0);
        at = skip_blanks(head, end);
        if (end == 0 || byte_at(head, at) != ':')
            return;
        at = skip_blanks(head, at + 1);
        *has_id = *has_id || text_equal(name, TEXT("id"));
        if (byte_at(head, at) == '{' || byte_at(head, at) == '[') {
            end = value_end(head, at);
            weigh(head, name, at, (end ? end : head.size) - at, depth, best);
            if (end == 0)
                return;
            at = end;
        }
        while (at < head.size && head.bytes[at] != ',' && head.bytes[at] != '}') {
            end = head.bytes[at] == '"' ? string_end(head, at) : at + 1;
            if (end == 0)
                return;
            at = end;
        }
        if (byte_at(head, at) != ',')
            return;
        at = skip_blanks(head, at + 1);
    }
}

struct json_shape json_shape_of(struct text head)
{
    size_t at = skip_blanks(head, 0);
    struct json_shape shape = {.begin = at};
    if (byte_at(head, at) == '[')
        return (struct json_shape){.layout = JSON_ARRAY, .begin = at + 1};
    if (byte_at(head, at) != '{')
        return shape;
    size_t end = value_end(head, at), line = text_find(head, TEXT("\n"), at);
    bool alone = end == 0 || skip_blanks(head, end) == head.size, has_id;
    struct finding best = {0};
    look_into(head, at, 0, &best, &has_id);
    size_t array_end = best.at ? value_end(head, best.at) : 0;
    bool most = array_end == 0 || (array_end - best.at) * 2 > end - at;
    /* A ticket with its comments is one record; a page of tickets is many. */
    if (best.at && (best.known ? !has_id : alone && most && !has_id))
        return (struct json_shape){.layout = JSON_ARRAY,
                                   .within = best.name,
                                   .begin = best.one ? best.at : best.at + 1,
                                   .one = best.one};
    /* Broken lines, too, are read line by line: only an object over several lines, or two on one,
     * say otherwise. */
    bool two = end > 0 && end < line && skip_blanks(text_slice(head, 0, line), end) < line;
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
        size_t sign = skip_blanks(bytes, end), value = skip_blanks(bytes, sign + 1);
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
        shape->one = opens == '{';
        shape->begin = shape->one ? value : value + 1;
        return true;
    }
    *from = bytes.size;
    return false;
}
