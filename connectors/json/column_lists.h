/* column_lists.h - JSON that lists the cells of each column instead of the records:
 * {"text": ["a", "b"], "stars": [1, 5]}, or {"text": {"0": "a", "1": "b"}, "stars": {...}}. */
#ifndef CONNECTORS_JSON_COLUMN_LISTS_H
#define CONNECTORS_JSON_COLUMN_LISTS_H

#include "base/arena.h"
#include "base/text.h"

struct json_columns {
    struct text bytes; /* the whole file, borrowed */
    struct json_column {
        struct text name; /* with its quotes */
        size_t at;        /* of the next cell */
    } * list;             /* allocated from the arena of json_columns_begin */
    size_t count;         /* 0: the file has no such lists */
    uint64_t line;        /* of the last row's first cell */
    size_t line_at;
};

/* Whether the object at `at` has nothing but such lists, of two or more columns and rows. */
bool json_columns_detect(struct text head, size_t at);

/* `at`: the position of the object. */
void json_columns_begin(struct json_columns *columns, struct text bytes, size_t at,
                        struct arena *arena);

enum json_columns_status { JSON_COLUMNS_ROW, JSON_COLUMNS_END, JSON_COLUMNS_MALFORMED };

/* Makes an object of the next row, allocated from `arena`. A list that is shorter than others has
 * blank cells. After JSON_COLUMNS_MALFORMED, where *row is the rest of the list, there is no more.
 */
enum json_columns_status json_columns_next(struct json_columns *columns, struct arena *arena,
                                           struct text *row);

#endif
