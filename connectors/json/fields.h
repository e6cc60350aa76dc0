/* fields.h - reads a JSON object as named values in one pass, without building a tree. */
#ifndef CONNECTORS_JSON_FIELDS_H
#define CONNECTORS_JSON_FIELDS_H

#include "base/error.h"
#include "connectors/columns/field_list.h"
#include "connectors/columns/field_paths.h"

/* Settings and names that are kept from record to record. */
struct json_reader {
    struct record_limits limits;
    struct field_paths field_paths;
    const struct text *columns; /* borrowed: names for the cells of rows; NULL: "column_1", ... */
    size_t column_count;
};

/* Reads a record into `fields`; values are allocated from fields->arena. `raw` is one of:
 *   an object;
 *   a member that contains an object, `"id7": {...}`: its name becomes the value of `key`;
 *   a row, `["a", 1]`: its items are named by `columns`.
 * Nested members have the names on their path ("author.name"); objects in a list are numbered from
 * 1
 * ("parts.2.body"); a list of scalars is one value, "a, b". Numbers keep their spelling; null is
 * empty. A value that feeds wrap in an object ({"label": "5"}) is the value itself.
 *
 * Accepted beyond RFC 8259: NaN, Infinity and Python's None, True and False; control characters,
 * unknown escapes and unpaired surrogates (which become U+FFFD) in strings; strings in single
 * quotes; a trailing comma. On any other fault, or if a limit is exceeded, returns false with
 * *fault set, and `fields` is empty. */
bool json_record_read(struct json_reader *reader, struct text raw, struct fields *fields,
                      struct error *fault);

#endif
