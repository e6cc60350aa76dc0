/* json_shape.h - how the objects of a JSON file lie: from its head, before any is read. */
#ifndef CONNECTORS_JSON_SHAPE_H
#define CONNECTORS_JSON_SHAPE_H

#include "base/text.h"

enum json_layout {
    JSON_LINES,   /* an object a line */
    JSON_OBJECTS, /* objects one behind the other */
    JSON_ARRAY    /* within an array, or several of them */
};

extern const char *const json_layout_names[];

struct json_shape {
    enum json_layout layout;
    struct text within; /* name of the member that holds the array ({"reviews": [...]}), a slice of
                           the head; empty: the array is the file */
    size_t begin;       /* where the objects begin: behind the '[', or at the first '{' */
    bool one;           /* the member holds a single object, not a list of them */
};

struct json_shape json_shape_of(struct text head);

/* Behind a page of an export: where the member called `name` of the next page begins to hold
 * objects (shape.begin and shape.one), at or after `from`. False when it is not within the bytes;
 * *from then says how far they were looked through. */
bool json_shape_next(struct text bytes, size_t *from, struct json_shape *shape);

#endif
