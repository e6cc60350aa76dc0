/* json.c - parses JSON through jansson, with limits on depth and numbers. */
#include "base/json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/memory.h"

#undef json_is_true /* a macro there, a function here */

enum { MAX_DEPTH = 512 };

/* Finds the end of the first object or array; the end of the bytes if it never ends, or if the
 * first value is neither. False if it nests deeper than MAX_DEPTH. */
static bool find_value_end(struct text bytes, size_t *end)
{
    size_t depth = 0;
    bool in_string = false;
    *end = bytes.size;
    for (size_t i = 0; i < bytes.size; i++) {
        char byte = bytes.bytes[i];
        if (in_string) {
            if (byte == '\\')
                i++;
            else if (byte == '"')
                in_string = false;
        } else if (byte == '"') {
            in_string = true;
        } else if (byte == '{' || byte == '[') {
            if (++depth > MAX_DEPTH)
                return false;
        } else if ((byte == '}' || byte == ']') && depth && --depth == 0) {
            *end = i + 1;
            return true;
        }
    }
    return true;
}

/* Appended, in a copy of the bytes, to each integer that does not fit int64. */
static const struct text real_suffix = {".0", 2};

/* The end of the sign and digits at `begin`; *is_too_large tells whether they are an integer that
 * does not fit int64. */
static size_t skip_number(struct text bytes, size_t begin, bool *is_too_large)
{
    size_t end = begin + (bytes.bytes[begin] == '-');
    while (end < bytes.size && ascii_is_digit(bytes.bytes[end]))
        end++;
    int64_t integer;
    bool is_real = end < bytes.size && memchr(".eE", bytes.bytes[end], 3);
    *is_too_large =
        !is_real && end - begin > 18 && !text_to_integer(text_slice(bytes, begin, end), &integer);
    return end;
}

/* A copy in which integers that do not fit int64 are written as reals. Freed by the caller. */
static struct text convert_large_integers_to_reals(struct text bytes)
{
    /* Each suffix follows at least 19 digits. */
    char *copy = memory_alloc(bytes.size + bytes.size / 19 * real_suffix.size + 1, 1);
    size_t size = 0;
    bool in_string = false;
    for (size_t i = 0; i < bytes.size;) {
        char byte = bytes.bytes[i];
        size_t end = i + 1;
        bool is_too_large = false;
        if (in_string && byte == '\\' && end < bytes.size)
            end++;
        else if (byte == '"')
            in_string = !in_string;
        else if (!in_string && (ascii_is_digit(byte) || byte == '-'))
            end = skip_number(bytes, i, &is_too_large);
        memcpy(copy + size, bytes.bytes + i, end - i);
        size += end - i;
        if (is_too_large) {
            memcpy(copy + size, real_suffix.bytes, real_suffix.size);
            size += real_suffix.size;
        }
        i = end;
    }
    return (struct text){copy, size};
}

/* The offset in the original that corresponds to `copy_offset` in the copy. */
static size_t map_to_original_offset(struct text bytes, struct text copy, size_t copy_offset)
{
    size_t original = 0;
    for (size_t i = 0; i < copy_offset && original < bytes.size;) {
        if (copy.bytes[i] == bytes.bytes[original]) {
            i++;
            original++;
        } else {
            i += real_suffix.size;
        }
    }
    return original;
}

static json_t *parse_with_jansson(struct text bytes, bool rejects_trailing,
                                  json_error_t *parse_error)
{
    size_t flags =
        JSON_DECODE_ANY | JSON_ALLOW_NUL | (rejects_trailing ? 0 : JSON_DISABLE_EOF_CHECK);
    return json_loadb(bytes.bytes ? bytes.bytes : "", bytes.size, flags, parse_error);
}

struct json *json_read(struct text bytes, size_t *consumed, enum error_kind kind,
                       struct error *error)
{
    size_t value_end;
    if (!find_value_end(bytes, &value_end)) {
        error_set(error, kind, "nested deeper than %d levels", MAX_DEPTH);
        return NULL;
    }
    json_error_t parse_error;
    json_t *root = parse_with_jansson(bytes, !consumed, &parse_error);
    size_t end = (size_t)parse_error.position;
    if (!root && json_error_code(&parse_error) == json_error_numeric_overflow) {
        if (consumed)
            bytes = text_slice(bytes, 0, value_end); /* do not copy the rest of the file */
        struct text copy = convert_large_integers_to_reals(bytes);
        root = parse_with_jansson(copy, !consumed, &parse_error);
        end = map_to_original_offset(bytes, copy, (size_t)parse_error.position);
        free((void *)(uintptr_t)copy.bytes);
    }
    if (!root) {
        error_set(error, kind, "line %d, column %d: %s", parse_error.line, parse_error.column,
                  parse_error.text);
        return NULL;
    }
    if (consumed)
        *consumed = end;
    return (struct json *)root;
}

void json_free(struct json *root)
{
    json_decref((json_t *)root);
}

static const json_t *as_jansson(const struct json *value)
{
    return (const json_t *)value;
}

enum json_kind json_kind_of(const struct json *value)
{
    static const enum json_kind kinds[] = {
        [JSON_OBJECT] = JSON_KIND_OBJECT, [JSON_ARRAY] = JSON_KIND_ARRAY,
        [JSON_STRING] = JSON_KIND_STRING, [JSON_INTEGER] = JSON_KIND_INTEGER,
        [JSON_REAL] = JSON_KIND_REAL,     [JSON_TRUE] = JSON_KIND_BOOLEAN,
        [JSON_FALSE] = JSON_KIND_BOOLEAN, [JSON_NULL] = JSON_KIND_NULL,
    };
    return value ? kinds[json_typeof(as_jansson(value))] : JSON_KIND_NULL;
}

struct text json_text(const struct json *value)
{
    const char *bytes = json_string_value(as_jansson(value));
    return bytes ? (struct text){bytes, json_string_length(as_jansson(value))}
                 : (struct text){NULL, 0};
}

bool json_to_real(const struct json *value, double *number)
{
    if (!value || !json_is_number(as_jansson(value)))
        return false;
    *number = json_number_value(as_jansson(value));
    return true;
}

bool json_to_integer(const struct json *value, int64_t *number)
{
    if (!value || !json_is_integer(as_jansson(value)))
        return false;
    *number = json_integer_value(as_jansson(value));
    return true;
}

bool json_is_true(const struct json *value)
{
    return value && json_typeof(as_jansson(value)) == JSON_TRUE;
}

const struct json *json_member(const struct json *object, const char *key)
{
    return (const struct json *)json_object_get(as_jansson(object), key);
}

size_t json_count(const struct json *value)
{
    size_t elements = json_array_size(as_jansson(value));
    return elements ? elements : json_object_size(as_jansson(value));
}

const struct json *json_element(const struct json *array, size_t index)
{
    return (const struct json *)json_array_get(as_jansson(array), index);
}

bool json_next_member(const struct json *object, void **position, struct text *key,
                      const struct json **value)
{
    json_t *mutable_object = (json_t *)(uintptr_t)object; /* jansson iterators are not const */
    *position = *position ? json_object_iter_next(mutable_object, *position)
                          : json_object_iter(mutable_object);
    if (!*position)
        return false;
    *key = text_of(json_object_iter_key(*position));
    *value = (const struct json *)json_object_iter_value(*position);
    return true;
}
