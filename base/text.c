/* text.c - views of bytes: comparing, slicing, parsing numbers. */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"

struct text text_of(const char *string)
{
    return string ? (struct text){string, strlen(string)} : (struct text){NULL, 0};
}

int text_compare(struct text a, struct text b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common ? memcmp(a.bytes, b.bytes, common) : 0;
    if (order)
        return order < 0 ? -1 : 1;
    return (a.size > b.size) - (a.size < b.size);
}

bool text_equal_ignore_case(struct text a, struct text b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++)
        if (ascii_to_lower(a.bytes[i]) != ascii_to_lower(b.bytes[i]))
            return false;
    return true;
}

/* Most words differ early: then their length is not needed. */
static bool is_word(struct text text, const char *word)
{
    return text.size == 0 ? *word == '\0'
                          : strncmp(word, text.bytes, text.size) == 0 && strlen(word) == text.size;
}

bool text_is_one_of(struct text text, const char *const *words)
{
    for (; *words; words++)
        if (is_word(text, *words))
            return true;
    return false;
}

bool text_is_one_of_ignore_case(struct text text, const char *const *words)
{
    for (; *words; words++)
        if (text_equal_ignore_case(text, text_of(*words)))
            return true;
    return false;
}

static size_t skip_separators(struct text name, size_t position)
{
    while (position < name.size && memchr(" _-", name.bytes[position], 3))
        position++;
    return position;
}

bool text_equal_name(struct text a, struct text b)
{
    size_t i = skip_separators(a, 0), k = skip_separators(b, 0);
    while (i < a.size && k < b.size && ascii_to_lower(a.bytes[i]) == ascii_to_lower(b.bytes[k])) {
        i = skip_separators(a, i + 1);
        k = skip_separators(b, k + 1);
    }
    return i == a.size && k == b.size;
}

bool text_starts_with(struct text text, struct text prefix)
{
    return text.size >= prefix.size &&
           (prefix.size == 0 || memcmp(text.bytes, prefix.bytes, prefix.size) == 0);
}

bool text_ends_with(struct text text, struct text suffix)
{
    return text.size >= suffix.size &&
           text_equal(text_slice(text, text.size - suffix.size, text.size), suffix);
}

bool text_starts_with_ignore_case(struct text text, struct text prefix)
{
    return text.size >= prefix.size &&
           text_equal_ignore_case(text_slice(text, 0, prefix.size), prefix);
}

struct text text_trim(struct text text)
{
    while (text.size && ascii_is_space(text.bytes[0])) {
        text.bytes++;
        text.size--;
    }
    while (text.size && ascii_is_space(text.bytes[text.size - 1]))
        text.size--;
    return text;
}

/* The size of the Unicode blank or invisible mark in UTF-8 that begins with these bytes; 0: none.
 */
static size_t unicode_blank_size(const char *bytes, size_t size)
{
    const unsigned char *byte = (const unsigned char *)bytes;
    if (size >= 2 && byte[0] == 0xC2 && (byte[1] == 0xA0 || byte[1] == 0xAD))
        return 2; /* U+00A0, U+00AD */
    if (size < 3)
        return 0;
    bool is_blank = byte[0] == 0xE2 && byte[1] == 0x80
                        ? (byte[2] >= 0x80 && byte[2] <= 0x8F) ||
                              (byte[2] >= 0xA8 && byte[2] <= 0xAF) /* U+2000 ... */
                    : byte[0] == 0xE2 && byte[1] == 0x81
                        ? byte[2] >= 0x9F && byte[2] <= 0xAF /* U+205F ... U+206F */
                    : byte[0] == 0xE3
                        ? byte[1] == 0x80 && byte[2] == 0x80                     /* U+3000 */
                        : byte[0] == 0xEF && byte[1] == 0xBB && byte[2] == 0xBF; /* U+FEFF */
    return is_blank ? 3 : 0;
}

struct text text_trim_unicode(struct text text)
{
    size_t before;
    do {
        size_t size;
        text = text_trim(text);
        before = text.size;
        if (text.size == 0 || ((text.bytes[0] | text.bytes[text.size - 1]) & 0x80) == 0)
            return text;
        if ((size = unicode_blank_size(text.bytes, text.size)) > 0)
            text = text_slice(text, size, text.size);
        for (size = 2; size <= 3 && size <= text.size; size++)
            if (unicode_blank_size(text.bytes + text.size - size, size) == size)
                text = text_slice(text, 0, text.size - size);
    } while (text.size < before);
    return text;
}

size_t text_find(struct text text, struct text needle, size_t from)
{
    if (from > text.size || needle.size > text.size - from)
        return text.size;
    if (needle.size == 0)
        return from;
    const char *found = memmem(text.bytes + from, text.size - from, needle.bytes, needle.size);
    return found ? (size_t)(found - text.bytes) : text.size;
}

bool text_split(struct text *rest, char separator, struct text *piece)
{
    if (!rest->bytes)
        return false;
    const char *found = rest->size ? memchr(rest->bytes, separator, rest->size) : NULL;
    if (!found) {
        *piece = *rest;
        *rest = (struct text){NULL, 0};
        return true;
    }
    size_t size = (size_t)(found - rest->bytes);
    *piece = (struct text){rest->bytes, size};
    *rest = (struct text){found + 1, rest->size - size - 1};
    return true;
}

bool text_to_integer(struct text text, int64_t *value)
{
    size_t i = 0;
    bool negative = false;
    if (text.size && (text.bytes[0] == '-' || text.bytes[0] == '+'))
        negative = text.bytes[i++] == '-';
    if (i == text.size)
        return false;
    int64_t negated = 0; /* negative, because -INT64_MIN is not an int64_t */
    for (; i < text.size; i++) {
        if (!ascii_is_digit(text.bytes[i]))
            return false;
        if (__builtin_mul_overflow(negated, (int64_t)10, &negated) ||
            __builtin_sub_overflow(negated, (int64_t)(text.bytes[i] - '0'), &negated))
            return false;
    }
    if (!negative && negated == INT64_MIN)
        return false;
    *value = negative ? negated : -negated;
    return true;
}

bool text_to_real(struct text text, double *value)
{
    char digits[64];
    if (text.size == 0 || text.size >= sizeof(digits))
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (!memchr("+-.0123456789eE", text.bytes[i], 15))
            return false;
    memcpy(digits, text.bytes, text.size);
    digits[text.size] = '\0';
    char *end;
    double number = strtod(digits, &end);
    if (end != digits + text.size)
        return false;
    *value = number;
    return true;
}
