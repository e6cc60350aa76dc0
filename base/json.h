/* json.h - reading JSON (over jansson): a tree of values that the root owns. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/error.h"
#include "base/text.h"

struct json; /* one value */

/* jansson's own names (JSON_NULL, json_real, ...) are left to it: they would clash at link time. */
enum json_kind {
    JSON_KIND_NULL,
    JSON_KIND_BOOLEAN,
    JSON_KIND_INTEGER,
    JSON_KIND_REAL,
    JSON_KIND_STRING,
    JSON_KIND_ARRAY,
    JSON_KIND_OBJECT,
};

/* Reads one value from the front of `bytes`; what follows it is left, and *consumed (optional) says
 * where it starts; with `consumed` NULL only white space may follow. The value is freed by
 * json_free. NULL on a fault: `kind` errors "line 3, column 7: ..." with the message of the parser.
 * Depth is limited to 512; integers beyond int64 read as JSON_KIND_REAL; invalid UTF-8, also within
 * strings, is a fault. Of members of one name the last counts. */
struct json *json_read(struct text bytes, size_t *consumed, enum error_kind kind,
                       struct error *error);
void json_free(struct json *root); /* NULL is fine */

/* All of these take NULL as a JSON null, so look-ups chain: json_text(json_member(v, "a")). */
enum json_kind json_kind_of(const struct json *value);
struct text json_text(const struct json *value); /* of a string; else empty. Owned by the root */
bool json_to_real(const struct json *value, double *number); /* of an integer or real; else false */
bool json_to_integer(const struct json *value, int64_t *number);
bool json_is_true(const struct json *value);
const struct json *json_member(const struct json *object, const char *key); /* NULL when absent */
size_t json_count(const struct json *value); /* members or elements; 0 for anything else */
const struct json *json_element(const struct json *array, size_t index);

/* Members in the order of the file. Start with *position = NULL:
 * while (json_next_member(object, &position, &key, &value)) ... */
bool json_next_member(const struct json *object, void **position, struct text *key,
                      const struct json **value);

#endif
