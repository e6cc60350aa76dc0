/* json.h - parses JSON (over jansson) into a tree of values that the root owns. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/error.h"
#include "base/text.h"

struct json; /* one value */

/* jansson's own names (JSON_NULL, json_real, ...) are avoided: they would clash when linking. */
enum json_kind {
    JSON_KIND_NULL,
    JSON_KIND_BOOLEAN,
    JSON_KIND_INTEGER,
    JSON_KIND_REAL,
    JSON_KIND_STRING,
    JSON_KIND_ARRAY,
    JSON_KIND_OBJECT,
};

/* Parses the value at the start of `bytes`; free it with json_free. *consumed is set to the size of
 * the value; if `consumed` is NULL, only white space may follow the value. On an error returns NULL
 * and sets an error of `kind`: "line 3, column 7: ...". Errors include invalid UTF-8, also in
 * strings, and nesting deeper than 512 levels. Integers that do not fit int64 become reals. If two
 * members have the same name, the last one counts. */
struct json *json_read(struct text bytes, size_t *consumed, enum error_kind kind,
                       struct error *error);
void json_free(struct json *root); /* NULL is fine */

/* For all of these, NULL is a JSON null, so lookups chain: json_text(json_member(value, "a")). */
enum json_kind json_kind_of(const struct json *value);
struct text json_text(const struct json *value); /* of a string, owned by the root; else empty */
bool json_to_real(const struct json *value, double *number); /* of an integer or real; else false */
bool json_to_integer(const struct json *value, int64_t *number);
bool json_is_true(const struct json *value);
const struct json *json_member(const struct json *object, const char *key); /* NULL: none */
size_t json_count(const struct json *value); /* of members or elements; else 0 */
const struct json *json_element(const struct json *array, size_t index);

/* The members in the order of the file. Start with *position = NULL:
 * while (json_next_member(object, &position, &key, &value)) ... */
bool json_next_member(const struct json *object, void **position, struct text *key,
                      const struct json **value);

#endif
