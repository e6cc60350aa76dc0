/* scan.c - counts brackets outside of strings. */
#include "connectors/json/scan.h"

#include <string.h>

enum { MAX_NESTING = 512 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\x1E';
}

/* The size of what separates values at `at`: a blank, or a byte order mark where files were joined;
 * 0 if there is neither. */
static size_t blank_size(struct text bytes, size_t at)
{
    struct text mark = TEXT("\xEF\xBB\xBF");
    if (is_blank(bytes.bytes[at]))
        return 1;
    return text_starts_with(text_slice(bytes, at, bytes.size), mark) ? mark.size : 0;
}

size_t json_skip_blanks(struct text bytes, size_t at)
{
    size_t size;
    while (at < bytes.size && (size = blank_size(bytes, at)) > 0)
        at += size;
    return at;
}

size_t json_skip_blanks_and_commas(struct text bytes, size_t at)
{
    size_t size;
    while (at < bytes.size && (size = bytes.bytes[at] == ',' ? 1 : blank_size(bytes, at)) > 0)
        at += size;
    return at;
}

/* Sets *end to the end of the string that began before `at`. */
static enum json_scan_status scan_string(struct text bytes, size_t at, size_t *end)
{
    for (; at < bytes.size; at++) {
        char c = bytes.bytes[at];
        if (c == '\\')
            at++;
        else if (c == '\n')
            return JSON_SCAN_MALFORMED;
        else if (c == '"') {
            *end = at + 1;
            return JSON_SCAN_COMPLETE;
        }
    }
    return JSON_SCAN_INCOMPLETE;
}

static enum json_scan_status scan_word(struct text bytes, size_t *size)
{
    size_t i = 0;
    while (i < bytes.size && !is_blank(bytes.bytes[i]) && !strchr(",:]}[{\"", bytes.bytes[i]))
        i++;
    *size = i;
    return i == 0            ? JSON_SCAN_MALFORMED
           : i == bytes.size ? JSON_SCAN_INCOMPLETE
                             : JSON_SCAN_COMPLETE;
}

enum json_scan_status json_scan(struct text bytes, size_t *size)
{
    bool is_array[MAX_NESTING];
    size_t depth = 0;
    if (bytes.size == 0)
        return JSON_SCAN_INCOMPLETE;
    if (bytes.bytes[0] == '"')
        return scan_string(bytes, 1, size);
    if (bytes.bytes[0] != '{' && bytes.bytes[0] != '[')
        return scan_word(bytes, size);
    for (size_t i = 0; i < bytes.size; i++) {
        char c = bytes.bytes[i];
        if (c == '"') {
            enum json_scan_status status = scan_string(bytes, i + 1, &i);
            if (status != JSON_SCAN_COMPLETE)
                return status;
            i--;
        } else if (c == '{' || c == '[') {
            if (depth == MAX_NESTING)
                return JSON_SCAN_MALFORMED;
            is_array[depth++] = c == '[';
        } else if (c == '}' || c == ']') {
            if (is_array[--depth] != (c == ']'))
                return JSON_SCAN_MALFORMED;
            if (depth == 0) {
                *size = i + 1;
                return JSON_SCAN_COMPLETE;
            }
        }
    }
    return JSON_SCAN_INCOMPLETE;
}

enum json_scan_status json_scan_member(struct text bytes, size_t *value)
{
    size_t at = 0;
    if (bytes.size > 0 && bytes.bytes[0] != '"')
        return JSON_SCAN_MALFORMED;
    enum json_scan_status status = json_scan(bytes, &at);
    if (status != JSON_SCAN_COMPLETE)
        return status;
    at = json_skip_blanks(bytes, at);
    if (at < bytes.size && bytes.bytes[at] != ':')
        return JSON_SCAN_MALFORMED;
    at = json_skip_blanks(bytes, at + 1);
    *value = at;
    return at >= bytes.size         ? JSON_SCAN_INCOMPLETE
           : bytes.bytes[at] == '{' ? JSON_SCAN_COMPLETE
                                    : JSON_SCAN_MALFORMED;
}

static bool begins_value(struct text bytes, char opening_byte)
{
    size_t value;
    if (bytes.size == 0 || bytes.bytes[0] != opening_byte)
        return bytes.size > 0 && bytes.bytes[0] == ']';
    return opening_byte != '"' || json_scan_member(bytes, &value) == JSON_SCAN_COMPLETE;
}

size_t json_scan_past_malformed(struct text bytes, char opening_byte)
{
    for (size_t end = text_find(bytes, TEXT("\n"), 0); end < bytes.size;
         end = text_find(bytes, TEXT("\n"), end + 1)) {
        size_t next = json_skip_blanks_and_commas(bytes, end);
        if (begins_value(text_slice(bytes, next, bytes.size), opening_byte))
            return end;
    }
    return SIZE_MAX;
}
