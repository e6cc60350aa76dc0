/* layout.h - detects from the first bytes of a JSON file where its records are. */
#ifndef CONNECTORS_JSON_LAYOUT_H
#define CONNECTORS_JSON_LAYOUT_H

#include "base/text.h"

enum json_layout_kind {
    JSON_LINES,       /* an object per line */
    JSON_OBJECTS,     /* consecutive objects */
    JSON_ARRAY,       /* in one or several arrays */
    JSON_KEYED,       /* members of one object, {"id1": {...}, "id2": {...}} */
    JSON_COLUMNS,     /* cells in a list for each column: column_lists.h */
    JSON_KEYED_LISTS, /* in the lists of one object, {"2026-01": [{...}], "2026-02": [{...}]} */
    JSON_ROWS /* arrays in an array, or in a member of an object, [["date", "text"], ["...", "..."]]
               */
};

extern const char *const json_layout_kind_names[];

struct json_layout {
    enum json_layout_kind kind;
    struct text container_name; /* member that contains all records ({"reviews": [...]}), borrowed
                                   from the head; empty: the file itself does */
    size_t begin;          /* of the records: after the enclosing '[' or '{', or at the first '{' */
    bool is_single_object; /* the member is one record, not a list of records */
    struct text header;    /* JSON_ROWS in an object: its list of column names, borrowed from the
                              head; empty: the first row may be the header */
};

struct json_layout json_layout_detect(struct text head);

/* The layout in which the records are in the member that `path` names, "messages" or
 * "data.children"; its first name may be at any depth. False if the head has no such list or
 * object. container_name borrows from `path`. */
bool json_layout_find_element(struct text head, struct text path, struct json_layout *layout);

/* The bytes between the brackets of a list. */
struct nested_list {
    size_t begin, end;
};

/* Finds the first list after `from` in a record that has the name of the container and objects like
 * the record, such as the replies to a comment. False if there is none. */
bool json_layout_find_nested_list(struct text record, size_t from, struct json_layout layout,
                                  struct nested_list *list);

/* Finds the next page of an export: the next member called layout->container_name that contains
 * objects, at or after *from. Sets layout->begin and layout->is_single_object. If it is not within
 * the bytes, returns false, and *from is the position up to which they were searched. */
bool json_layout_find_next_page(struct text bytes, size_t *from, struct json_layout *layout);

#endif
