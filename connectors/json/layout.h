/* layout.h - how the objects of a JSON file lie: from its head, before any is read. */
#ifndef CONNECTORS_JSON_LAYOUT_H
#define CONNECTORS_JSON_LAYOUT_H

#include "base/text.h"

enum json_layout_kind {
    JSON_LINES,   /* an object a line */
    JSON_OBJECTS, /* objects one behind the other */
    JSON_ARRAY,   /* within an array, or several of them */
    JSON_KEYED,   /* as members of one object, {"id1": {...}, "id2": {...}} */
    JSON_ROWS     /* lists within a list, [["date", "text"], ["...", "..."]] */
};

extern const char *const json_layout_kind_names[];

struct json_layout {
    enum json_layout_kind kind;
    struct text container_name; /* name of the member that holds them all ({"reviews": [...]}), a
                           slice of the head; empty: the file does */
    size_t begin; /* where they begin: behind the '[' or '{' around them, or at the first '{' */
    bool is_single_object; /* the member holds a single object, not a list of them */
};

struct json_layout json_layout_detect(struct text head);

/* Behind a page of an export: where the member called `name` of the next page begins to hold
 * objects (layout.begin and layout.is_single_object), at or after `from`. False when it is not
 * within the bytes; *from then says how far they were looked through. */
bool json_layout_find_next_page(struct text bytes, size_t *from, struct json_layout *layout);

#endif
