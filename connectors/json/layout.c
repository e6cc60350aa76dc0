/* layout.c - examines brackets and names, not values. */
#include "connectors/json/layout.h"

#include <string.h>

#include "base/ascii.h"
#include "connectors/json/column_lists.h"
#include "connectors/json/contents.h"
#include "connectors/json/members.h"
#include "connectors/json/scan.h"

const char *const json_layout_kind_names[] = {
    "an object per line",     "objects",
    "an array of objects",    "an object of objects",
    "a list for each column", "an object of lists of objects",
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

/* Names that services give to a page of objects. */
static bool is_page_name(struct text name)
{
    static const char *const names[] = {"data",    "reviews", "entry",         "results",
                                        "items",   "tickets", "conversations", "records",
                                        "ratings", "rows",    "responses",     NULL};
    return text_is_one_of(name, names);
}

/* Names of lists of feedback, which other lists of the same object may exceed in size. */
static bool is_feedback_list_name(struct text name)
{
    static const char *const names[] = {"messages", "posts",   "comments", "children",
                                        "answers",  "threads", "edges",    NULL};
    return text_is_one_of(name, names);
}

/* Lists that accompany a page of records. */
static bool is_metadata_name(struct text name)
{
    static const char *const names[] = {"link", "links", "included", "paging", NULL};
    return text_is_one_of(name, names);
}

/* Whether the object at `other` shares at least two names, and half of its names, with that at
 * `one`. */
static bool are_objects_alike(struct text head, size_t one, size_t other)
{
    struct text names[MAX_COMPARED];
    struct object_member object_member;
    size_t known = 0, count = 0, shared = 0;
    while (known < MAX_COMPARED && json_take_member(head, &one, &object_member))
        names[known++] = object_member.name;
    while (count < MAX_COMPARED && json_take_member(head, &other, &object_member)) {
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
    for (; count < MAX_COMPARED && json_take_member(head, &at, &object_member); count++) {
        if (json_byte_at(head, object_member.value) != '{' ||
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
        is_list && json_byte_at(head, json_skip_blanks(head, object_member->value + 1)) == '{';
    bool is_single_object = !is_list && text_equal(name, TEXT("entry"));
    if (is_metadata_name(name))
        return;
    bool is_keyed =
        !is_list && !is_single_object && is_object_of_objects(head, object_member->value);
    if (!is_list && !is_single_object && depth < MAX_ARRAY_DEPTH)
        find_record_container(head, object_member->value, depth + 1, best, &unused);
    size_t weight = (object_member->end - object_member->value) *
                    (is_page || is_feedback_list_name(name) ? PAGE_NAME_WEIGHT : 1);
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
    while (json_take_member(head, &at, &object_member)) {
        *has_id = *has_id || text_equal(object_member.name, TEXT("id"));
        if (json_byte_at(head, object_member.value) == '{' ||
            json_byte_at(head, object_member.value) == '[')
            weigh_member(head, &object_member, depth, best);
    }
}

/* Arrays, the first of which begins with a string. */
static bool is_array_of_rows(struct text head, size_t at)
{
    at = json_skip_blanks(head, at);
    return json_byte_at(head, at) == '[' &&
           json_byte_at(head, json_skip_blanks(head, at + 1)) == '"';
}

/* ---- Lists in an object that describes them: a chat and its messages, a place and its reviews
 * ---- */

/* Whether most of the object at `at`, or a part of it that is called like feedback, is one list of
 * objects that hold texts, and the object itself is no piece of feedback; *list is that list.
 * `is_one_of_many`: texts alone are not enough, since each response to a survey has a list of
 * answers. */
static bool is_wrapper(struct text head, size_t at, size_t end, bool is_one_of_many,
                       struct record_container *list)
{
    bool has_id;
    *list = (struct record_container){0};
    find_record_container(head, at, 0, list, &has_id);
    if (!list->begin || list->is_keyed || list->is_single_object)
        return false;
    size_t list_end = json_find_value_end(head, list->begin);
    struct json_contents contents = json_examine_list(head, list->begin);
    bool is_most = ((list_end ? list_end : head.size) - list->begin) * 2 > end - at;
    bool has_feedback_name = list->has_page_name || is_feedback_list_name(list->name);
    return contents.has_text && (is_most || has_feedback_name) &&
           (contents.has_date_or_author || (is_most && !is_one_of_many)) &&
           !json_is_feedback(head, at, is_one_of_many, list->name) &&
           !json_is_known_record(head, at);
}

/* Whether more of the objects from `at` on are wrappers of a list of the same name than have a text
 * of their own; *list is the first of these lists. */
static bool find_wrapped_list(struct text head, size_t at, struct record_container *list)
{
    size_t end = 0, wrappers = 0, others = 0;
    for (size_t i = 0; i < MAX_COMPARED && json_take_object(head, &at, &end); at = end, i++) {
        struct record_container inner;
        bool is_similar = is_wrapper(head, at, end, true, &inner) &&
                          (wrappers == 0 || text_equal(inner.name, list->name));
        others += !is_similar && json_has_own_text(head, at, 0);
        if (!is_similar)
            continue;
        if (wrappers++ == 0)
            *list = inner;
    }
    return wrappers > others;
}

/* Whether the object at `at` has one member only, an object; *inner is that member. */
static bool has_one_object(struct text head, size_t at, struct object_member *inner)
{
    struct object_member next;
    return json_take_member(head, &at, inner) && json_byte_at(head, inner->value) == '{' &&
           !json_take_member(head, &at, &next);
}

/* Finds a list of records that is empty, in the object at `at` or in an object in it. */
static bool find_empty_list(struct text head, size_t at, unsigned depth,
                            struct record_container *list)
{
    struct object_member object_member;
    while (json_take_member(head, &at, &object_member)) {
        size_t value = object_member.value;
        char byte = json_byte_at(head, value);
        bool is_list =
            is_page_name(object_member.name) || is_feedback_list_name(object_member.name);
        if (is_list && byte == '[' &&
            json_byte_at(head, json_skip_blanks(head, value + 1)) == ']') {
            *list = (struct record_container){.name = object_member.name, .begin = value};
            return true;
        }
        if (byte == '{' && depth < JSON_EXAMINED_DEPTH &&
            find_empty_list(head, value, depth + 1, list))
            return true;
    }
    return false;
}

/* ---- Rows in an object: {"columns": ["date", "text"], "data": [["...", "..."]]} ---- */

/* The number of values in the list at `at`. */
static size_t count_items(struct text head, size_t at)
{
    size_t count = 0, size;
    at = json_skip_blanks_and_commas(head, at + 1);
    for (; at < head.size && head.bytes[at] != ']'; count++) {
        if (json_scan(text_slice(head, at, head.size), &size) != JSON_SCAN_COMPLETE)
            return 0;
        at = json_skip_blanks_and_commas(head, at + size);
    }
    return count;
}

/* The largest list of lists in the object at `at` or in an object in it; *object is that object. */
static void find_row_list(struct text head, size_t at, unsigned depth, struct object_member *rows,
                          size_t *object)
{
    struct object_member object_member;
    size_t begin = at;
    while (json_take_member(head, &at, &object_member)) {
        size_t value = object_member.value;
        bool is_larger = object_member.end - value > rows->end - rows->value;
        if (json_byte_at(head, value) == '{' && depth < JSON_EXAMINED_DEPTH)
            find_row_list(head, value, depth + 1, rows, object);
        if (json_byte_at(head, value) == '[' && is_larger &&
            json_byte_at(head, json_skip_blanks(head, value + 1)) == '[') {
            *rows = object_member;
            *object = begin;
        }
    }
}

/* The member of the object at `at` that names the columns: a list of strings, or of objects with a
 * name, as long as a row. */
static struct text find_row_header(struct text head, size_t at, size_t width)
{
    struct object_member object_member;
    while (json_take_member(head, &at, &object_member)) {
        struct text value = text_slice(head, object_member.value, object_member.end);
        char first = json_byte_at(value, json_skip_blanks(value, 1));
        bool has_names =
            first == '"' || (first == '{' && text_find(value, TEXT("\"name\""), 0) < value.size);
        if (json_byte_at(value, 0) == '[' && has_names && count_items(value, 0) == width)
            return value;
    }
    return (struct text){0};
}

/* Whether most of the object at `at`, which ends at `end`, is a list of rows. */
static bool find_rows(struct text head, size_t at, size_t end, struct json_layout *layout)
{
    struct object_member rows = {0};
    size_t object = at;
    find_row_list(head, at, 0, &rows, &object);
    size_t width = rows.end ? count_items(head, json_skip_blanks(head, rows.value + 1)) : 0;
    if (width < 2)
        return false;
    struct text header = find_row_header(head, object, width);
    if (header.size == 0 && (rows.end - rows.value) * 2 <= end - at)
        return false;
    *layout = (struct json_layout){
        .kind = JSON_ROWS, .container_name = rows.name, .begin = rows.value + 1, .header = header};
    return true;
}

/* ---- Lists by month, branch, product: {"2026-01": [{...}, {...}], "2026-02": [{...}]} ---- */

static bool is_list_name(struct text name)
{
    return is_page_name(name) || is_feedback_list_name(name) || is_metadata_name(name);
}

static bool has_digit(struct text name)
{
    for (size_t i = 0; i < name.size; i++)
        if (ascii_is_digit(name.bytes[i]))
            return true;
    return false;
}

/* The lists of an object. */
struct list_count {
    size_t lists, keys, others; /* keys: lists whose names have digits */
    size_t begin, object;       /* of the first list, and of the first object in one */
    bool is_cut;                /* the last list continues after the head */
};

/* Whether the member may be a list of records, of objects like those before. */
static bool add_list(struct text head, const struct object_member *member, struct list_count *count)
{
    size_t object = json_skip_blanks(head, member->value + 1);
    char byte = json_byte_at(head, object);
    bool is_empty = byte == ']' || byte == '\0';
    if (is_list_name(member->name) || (!is_empty && byte != '{'))
        return false;
    if (count->object > 0 && !is_empty && member->end < head.size &&
        !are_objects_alike(head, count->object, object))
        return false;
    if (count->lists++ == 0)
        count->begin = member->value + 1;
    if (!is_empty && count->object == 0)
        count->object = object;
    count->keys += has_digit(member->name);
    count->is_cut = member->end == head.size;
    return true;
}

/* Whether the object at `at` has only lists of similar objects, none with the name of a list of
 * records, but with those of months, shops, products. Sets *begin to the first object. */
static bool is_object_of_lists(struct text head, size_t at, size_t *begin)
{
    struct object_member member;
    struct list_count count = {0};
    for (size_t i = 0; i < MAX_COMPARED && json_take_member(head, &at, &member); i++) {
        char byte = json_byte_at(head, member.value);
        if (byte == '{' || (byte == '[' && !add_list(head, &member, &count)))
            return false;
        count.others += byte != '[';
    }
    bool has_keys = count.keys == count.lists;
    *begin = count.begin;
    return count.object > 0 && json_examine_list(head, count.begin - 1).has_text &&
           (count.others == 0 || has_keys) &&
           /* The first list may be longer than the head. */
           (count.lists > 1 || (count.lists == 1 && count.is_cut && has_keys));
}

/* ---- The layout ---- */

static struct json_layout make_layout(const struct record_container *container)
{
    return (struct json_layout){.kind = container->is_keyed ? JSON_KEYED : JSON_ARRAY,
                                .container_name = container->name,
                                .begin = container->is_single_object ? container->begin
                                                                     : container->begin + 1,
                                .is_single_object = container->is_single_object};
}

/* Malformed files are read line by line, too, unless an object takes several lines or a line
 * contains two objects. `end`: of the first object; 0: not in the head. */
static enum json_layout_kind choose_line_layout(struct text head, size_t end)
{
    size_t line = text_find(head, TEXT("\n"), 0), next = json_skip_blanks(head, line);
    if (end == 0)
        return json_byte_at(head, next) == '"' ? JSON_OBJECTS : JSON_LINES;
    bool shares_line = end < line && json_skip_blanks(text_slice(head, 0, line), end) < line;
    return end > line || shares_line ? JSON_OBJECTS : JSON_LINES;
}

/* Finds the list or object of records within the object at `at`, which ends at `end` (0: after the
 * head). */
static bool find_container(struct text head, size_t at, size_t end, struct record_container *best)
{
    bool is_only_value = end == 0 || json_skip_blanks(head, end) == head.size, has_id;
    struct object_member inner;
    *best = (struct record_container){0};
    find_record_container(head, at, 0, best, &has_id);
    /* A value that the head cuts extends at least to the end of the head. */
    size_t whole_end = end ? end : head.size;
    size_t array_end = best->begin ? json_find_value_end(head, best->begin) : 0;
    bool is_most = ((array_end ? array_end : head.size) - best->begin) * 2 > whole_end - at;
    bool is_certain = best->begin && best->has_page_name && !best->is_keyed;
    /* The only member is a record. */
    if (is_only_value && !is_certain && has_one_object(head, at, &inner) &&
        !is_object_of_objects(head, inner.value) &&
        (!best->begin || json_has_own_text(head, inner.value, 0) ||
         json_is_known_record(head, inner.value))) {
        *best = (struct record_container){
            .name = inner.name, .begin = inner.value, .is_single_object = true};
        return true;
    }
    /* A ticket with its comments is one record; a page of tickets is many records. */
    struct record_container list;
    if (best->begin && !has_id && (is_certain || (is_only_value && is_most)))
        return true;
    if (is_only_value && is_wrapper(head, at, whole_end, false, &list)) {
        *best = list;
        return true;
    }
    /* A reply without any record is not a record itself. */
    return is_only_value && end > 0 && !best->begin && !has_id && !json_has_own_text(head, at, 0) &&
           find_empty_list(head, at, 0, best);
}

struct json_layout json_layout_detect(struct text head)
{
    size_t at = json_skip_blanks(head, 0);
    struct record_container best, inner;
    if (json_byte_at(head, at) == '[') {
        bool is_rows = is_array_of_rows(head, at + 1);
        if (!is_rows && find_wrapped_list(head, at + 1, &best))
            return make_layout(&best);
        return (struct json_layout){.kind = is_rows ? JSON_ROWS : JSON_ARRAY, .begin = at + 1};
    }
    if (json_byte_at(head, at) != '{')
        return (struct json_layout){.begin = at};
    size_t end = json_find_value_end(head, at);
    bool is_only_value = end == 0 || json_skip_blanks(head, end) == head.size;
    size_t begin = 0;
    if (is_only_value && json_columns_detect(head, at))
        return (struct json_layout){.kind = JSON_COLUMNS, .begin = at};
    if (is_only_value && is_object_of_lists(head, at, &begin))
        return (struct json_layout){.kind = JSON_KEYED_LISTS, .begin = begin};
    if (find_container(head, at, end, &best)) {
        bool is_list = !best.is_keyed && !best.is_single_object;
        return make_layout(is_list && find_wrapped_list(head, best.begin + 1, &inner) ? &inner
                                                                                      : &best);
    }
    if (!is_only_value && find_wrapped_list(head, at, &best))
        return make_layout(&best);
    struct json_layout layout;
    if (is_only_value && !json_has_own_text(head, at, 0) &&
        find_rows(head, at, end ? end : head.size, &layout))
        return layout;
    if (is_only_value && is_object_of_objects(head, at))
        return (struct json_layout){.kind = JSON_KEYED, .begin = at + 1};
    return (struct json_layout){.kind = choose_line_layout(head, end), .begin = at};
}

/* ---- A list that the user names ---- */

/* The position of the value at `path`, "data.children", within the value at `at`; 0 if there is
 * none. Of a list, each object is searched. The first name may be at any depth. */
static size_t find_path(struct text head, size_t at, struct text path, unsigned depth,
                        bool is_first)
{
    size_t found = 0, end;
    struct object_member object_member;
    if (depth > MAX_ARRAY_DEPTH)
        return 0;
    if (json_byte_at(head, at) == '[') {
        for (at++; !found && json_take_object(head, &at, &end); at = end)
            found = find_path(head, at, path, depth + 1, is_first);
        return found;
    }
    size_t point = text_find(path, TEXT("."), 0);
    struct text name = text_slice(path, 0, point), rest = text_slice(path, point + 1, path.size);
    while (!found && json_take_member(head, &at, &object_member)) {
        if (text_equal(object_member.name, name))
            found = rest.size ? find_path(head, object_member.value, rest, depth + 1, false)
                              : object_member.value;
        else if (is_first && object_member.value < head.size &&
                 strchr("{[", head.bytes[object_member.value]))
            found = find_path(head, object_member.value, path, depth + 1, true);
    }
    return found;
}

bool json_layout_find_element(struct text head, struct text path, struct json_layout *layout)
{
    size_t at = json_skip_blanks(head, 0), end, begin = 0;
    if (json_byte_at(head, at) == '[')
        begin = find_path(head, at, path, 0, true);
    for (; !begin && json_take_object(head, &at, &end); at = end)
        begin = find_path(head, at, path, 0, true);
    char opening_byte = json_byte_at(head, begin);
    if (begin == 0 || (opening_byte != '[' && opening_byte != '{'))
        return false;
    struct text name = path;
    for (size_t point; (point = text_find(name, TEXT("."), 0)) < name.size;)
        name = text_slice(name, point + 1, name.size);
    bool is_keyed = opening_byte == '{' && is_object_of_objects(head, begin);
    *layout = make_layout(
        &(struct record_container){.name = name,
                                   .begin = begin,
                                   .is_keyed = is_keyed,
                                   .is_single_object = opening_byte == '{' && !is_keyed});
    if (opening_byte == '[' && is_array_of_rows(head, begin + 1))
        layout->kind = JSON_ROWS;
    return true;
}

bool json_layout_find_nested_list(struct text record, size_t from, struct json_layout layout,
                                  struct nested_list *list)
{
    size_t object, end;
    while (json_layout_find_next_page(record, &from, &layout)) {
        *list = (struct nested_list){layout.begin, layout.begin};
        from = layout.begin;
        if (layout.is_single_object)
            continue;
        list->end = json_find_value_end(record, layout.begin - 1);
        if (list->end == 0)
            return false;
        list->end--;
        object = list->begin;
        if (json_take_object(record, &object, &end) &&
            are_objects_alike(record, json_skip_blanks(record, 0), object) &&
            json_examine_list(record, layout.begin - 1).has_text)
            return true;
    }
    return false;
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
        size_t end = json_find_string_end(bytes, at);
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
        char opening_byte = json_byte_at(bytes, colon) == ':' ? bytes.bytes[value] : '\0';
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
