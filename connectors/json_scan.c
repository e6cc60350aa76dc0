/* json_scan.c - counts brackets outside of strings. */
#include "connectors/json_scan.h"

#include <stdio.h>
#include <string.h>

enum { NESTING = 512 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\x1E';
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

size_t json_scan_broken(struct text bytes)
{
    for (size_t end = text_find(bytes, TEXT("\n"), 0); end < bytes.size;
         end = text_find(bytes, TEXT("\n"), end + 1)) {
        size_t next = end;
        while (next < bytes.size && (is_blank(bytes.bytes[next]) || bytes.bytes[next] == ','))
            next++;
        if (next < bytes.size && (bytes.bytes[next] == '{' || bytes.bytes[next] == ']'))
            return end;
    }
    return SIZE_MAX;
}

/* The number of four hexadecimal digits at `at`; 0 when they are none. */
static unsigned hexadecimal(struct text bytes, size_t at)
{
    unsigned value = 0;
    if (at + 4 > bytes.size)
        return 0;
    for (size_t i = at; i < at + 4; i++) {
        char c = bytes.bytes[i];
        if (c >= '0' && c <= '9')
            value = value * 16 + (unsigned)(c - '0');
        else if ((c | 32) >= 'a' && (c | 32) <= 'f')
            value = value * 16 + (unsigned)((c | 32) - 'a' + 10);
        else
            return 0;
    }
    return value;
}

/* Copies the escape at `at` (a backslash), mended; returns its size in the source. */
static size_t mend_escape(struct text bytes, size_t at, char *mended, size_t *size)
{
    size_t taken = at + 1 < bytes.size ? 2 : 1;
    unsigned unit = taken == 2 && bytes.bytes[at + 1] == 'u' ? hexadecimal(bytes, at + 2) : 0;
    if (taken == 2 && bytes.bytes[at + 1] == '\'') {
        mended[(*size)++] = '\'';
        return 2;
    }
    if (unit >= 0xD800 && unit < 0xE000) {
        bool pair = unit < 0xDC00 && at + 12 <= bytes.size &&
                    memcmp(bytes.bytes + at + 6, "\\u", 2) == 0 &&
                    hexadecimal(bytes, at + 8) >= 0xDC00 && hexadecimal(bytes, at + 8) < 0xE000;
        memcpy(mended + *size, pair ? bytes.bytes + at : "\\ufffd", 6);
        if (pair)
            memcpy(mended + *size + 6, bytes.bytes + at + 6, 6);
        taken = pair ? 12 : 6;
        *size += taken;
        return taken;
    }
    memcpy(mended + *size, bytes.bytes + at, taken);
    *size += taken;
    return taken;
}

struct text json_mend(struct text bytes, struct arena *arena)
{
    static const struct text words[] = {TEXT("NaN"), TEXT("-Infinity"), TEXT("Infinity")};
    char *mended = arena_alloc(arena, bytes.size + 1, 6); /* a control character becomes \u00XX */
    size_t size = 0;
    bool in_string = false;
    for (size_t i = 0; i < bytes.size;) {
        unsigned char c = (unsigned char)bytes.bytes[i];
        struct text rest = text_slice(bytes, i, bytes.size);
        if (in_string && c == '\\') {
            i += mend_escape(bytes, i, mended, &size);
            continue;
        }
        size_t word = 0;
        while (!in_string && word < 3 && !text_starts_with(rest, words[word]))
            word++;
        if (!in_string && word < 3) {
            memcpy(mended + size, "null", 4);
            size += 4;
            i += words[word].size;
            continue;
        }
        if (in_string && c < 0x20)
            size += (size_t)snprintf(mended + size, 7, "\\u%04x", c);
        else
            mended[size++] = (char)c;
        in_string = in_string != (c == '"');
        i++;
    }
    return (struct text){mended, size};
}
