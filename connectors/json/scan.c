/* scan.c - counts brackets outside of strings. */
#include "connectors/json/scan.h"

#include <string.h>

enum { NESTING = 512 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\x1E';
}

size_t json_scan_blanks(struct text bytes, size_t at)
{
    while (at < bytes.size && is_blank(bytes.bytes[at]))
        at++;
    return at;
}

size_t json_scan_commas(struct text bytes, size_t at)
{
    while (at < bytes.size && (is_blank(bytes.bytes[at]) || bytes.bytes[at] == ','))
        at++;
    return at;
}

/* Behind the quote that ends the string which began before `at`. */
static enum json_scan scan_string(struct text bytes, size_t at, size_t *end)
{
    for (; at < bytes.size; at++) {
        char c = bytes.bytes[at];
        if (c == '\\')
            at++;
        else if (c == '\n')
            return JSON_SCAN_BROKEN;
        else if (c == '"') {
            *end = at + 1;
            return JSON_SCAN_WHOLE;
        }
    }
    return JSON_SCAN_MORE;
}

static enum json_scan scan_word(struct text bytes, size_t *size)
{
    size_t i = 0;
    while (i < bytes.size && !is_blank(bytes.bytes[i]) && !strchr(",:]}[{\"", bytes.bytes[i]))
        i++;
    *size = i;
    return i == 0 ? JSON_SCAN_BROKEN : i == bytes.size ? JSON_SCAN_MORE : JSON_SCAN_WHOLE;
}

enum json_scan json_scan(struct text bytes, size_t *size)
{
    bool is_array[NESTING];
    size_t depth = 0;
    if (bytes.size == 0)
        return JSON_SCAN_MORE;
    if (bytes.bytes[0] == '"')
        return scan_string(bytes, 1, size);
    if (bytes.bytes[0] != '{' && bytes.bytes[0] != '[')
        return scan_word(bytes, size);
    for (size_t i = 0; i < bytes.size; i++) {
        char c = bytes.bytes[i];
        if (c == '"') {
            enum json_scan scan = scan_string(bytes, i + 1, &i);
            if (scan != JSON_SCAN_WHOLE)
                return scan;
            i--;
        } else if (c == '{' || c == '[') {
            if (depth == NESTING)
                return JSON_SCAN_BROKEN;
            is_array[depth++] = c == '[';
        } else if (c == '}' || c == ']') {
            if (is_array[--depth] != (c == ']'))
                return JSON_SCAN_BROKEN;
            if (depth == 0) {
                *size = i + 1;
                return JSON_SCAN_WHOLE;
            }
        }
    }
    return JSON_SCAN_MORE;
}

enum json_scan json_scan_member(struct text bytes, size_t *value)
{
    size_t at = 0;
    if (bytes.size > 0 && bytes.bytes[0] != '"')
        return JSON_SCAN_BROKEN;
    enum json_scan name = json_scan(bytes, &at);
    if (name != JSON_SCAN_WHOLE)
        return name;
    at = json_scan_blanks(bytes, at);
    if (at < bytes.size && bytes.bytes[at] != ':')
        return JSON_SCAN_BROKEN;
    at = json_scan_blanks(bytes, at + 1);
    *value = at;
    return at >= bytes.size         ? JSON_SCAN_MORE
           : bytes.bytes[at] == '{' ? JSON_SCAN_WHOLE
                                    : JSON_SCAN_BROKEN;
}

static bool begins_value(struct text bytes, char opens)
{
    size_t value;
    if (bytes.size == 0 || bytes.bytes[0] != opens)
        return bytes.size > 0 && bytes.bytes[0] == ']';
    return opens != '"' || json_scan_member(bytes, &value) == JSON_SCAN_WHOLE;
}

size_t json_scan_broken(struct text bytes, char opens)
{
    for (size_t end = text_find(bytes, TEXT("\n"), 0); end < bytes.size;
         end = text_find(bytes, TEXT("\n"), end + 1)) {
        size_t next = json_scan_commas(bytes, end);
        if (begins_value(text_slice(bytes, next, bytes.size), opens))
            return end;
    }
    return SIZE_MAX;
}
