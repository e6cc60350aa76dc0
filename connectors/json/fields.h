/* fields.h - a JSON object as named values, read in one pass and without a tree. */
#ifndef CONNECTORS_JSON_FIELDS_H
#define CONNECTORS_JSON_FIELDS_H

#include "base/error.h"
#include "connectors/columns/field_list.h"
#include "connectors/columns/field_paths.h"

/* How objects are read. */
struct json_reader {
    struct record_limits limits;
    struct field_paths field_paths;
    const struct text *columns; /* borrowed: names of the cells of rows; NULL: "column_1", ... */
    size_t column_count;
};

/* Reads what `raw` is into `members` (values in their arena):
 *   an object;
 *   a member that holds one, `"id7": {...}`: its name is the value of `key`;
 *   a row, `["a", 1]`: its items are called by `columns`.
 * Nested members are called by their way ("author.name"), objects of a list by their number from 1
 * ("parts.2.body"); lists of plain values are one value, "a, b". Numbers stay as they are written;
 * null is empty. What feeds wrap a value in ({"label": "5"}) is the value itself.
 *
 * Accepted against the rules: NaN, Infinity and Python's None, True and False; control characters,
 * unknown escapes and halves of surrogate pairs (which become U+FFFD) in strings; strings between
 * single quotes; a comma behind the last member. Anything else is a fault, as are the limits:
 * false, and no members. */
bool json_record_read(struct json_reader *reader, struct text raw, struct fields *fields,
                      struct error *fault);

#endif
