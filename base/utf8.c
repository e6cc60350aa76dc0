/* utf8.c - decoding, checking and repairing UTF-8. */
#include "base/utf8.h"

#include <endian.h>
#include <string.h>

enum { REPLACEMENT_CHARACTER = 0xFFFD };

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

uint32_t utf8_decode(struct text text, size_t offset, size_t *size)
{
    const unsigned char *bytes = (const unsigned char *)text.bytes + offset;
    size_t remaining = text.size - offset;
    unsigned char first = bytes[0];
    *size = 1;
    if (first < 0x80)
        return first;
    /* The range of the second byte excludes overlong forms, surrogates and code points above
     * U+10FFFF (Unicode standard, table 3-7). */
    unsigned char min_continuation = 0x80, max_continuation = 0xBF;
    size_t sequence_size;
    uint32_t code_point;
    if (first >= 0xC2 && first <= 0xDF) {
        sequence_size = 2;
        code_point = first & 0x1F;
    } else if (first >= 0xE0 && first <= 0xEF) {
        sequence_size = 3;
        code_point = first & 0x0F;
        min_continuation = first == 0xE0 ? 0xA0 : 0x80;
        max_continuation = first == 0xED ? 0x9F : 0xBF;
    } else if (first >= 0xF0 && first <= 0xF4) {
        sequence_size = 4;
        code_point = first & 0x07;
        min_continuation = first == 0xF0 ? 0x90 : 0x80;
        max_continuation = first == 0xF4 ? 0x8F : 0xBF;
    } else {
        return REPLACEMENT_CHARACTER;
    }
    for (size_t i = 1; i < sequence_size; i++) {
        if (i >= remaining || bytes[i] < min_continuation || bytes[i] > max_continuation)
            return REPLACEMENT_CHARACTER;
        code_point = code_point << 6 | (bytes[i] & 0x3F);
        *size = i + 1;
        min_continuation = 0x80;
        max_continuation = 0xBF;
    }
    return code_point;
}

size_t utf8_encode(uint32_t code_point, char bytes[4])
{
    if (code_point < 0x80) {
        bytes[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        bytes[0] = (char)(0xC0 | code_point >> 6);
        bytes[1] = (char)(0x80 | (code_point & 0x3F));
        return 2;
    }
    if (code_point < 0x10000) {
        bytes[0] = (char)(0xE0 | code_point >> 12);
        bytes[1] = (char)(0x80 | (code_point >> 6 & 0x3F));
        bytes[2] = (char)(0x80 | (code_point & 0x3F));
        return 3;
    }
    bytes[0] = (char)(0xF0 | code_point >> 18);
    bytes[1] = (char)(0x80 | (code_point >> 12 & 0x3F));
    bytes[2] = (char)(0x80 | (code_point >> 6 & 0x3F));
    bytes[3] = (char)(0x80 | (code_point & 0x3F));
    return 4;
}

/* True for a U+FFFD from utf8_decode, false for one in the text itself. */
static bool is_invalid(struct text text, size_t offset, uint32_t code_point, size_t size)
{
    return code_point == REPLACEMENT_CHARACTER &&
           !(size == 3 && memcmp(text.bytes + offset, "\xEF\xBF\xBD", 3) == 0);
}

/* The number of leading ASCII bytes among eight bytes. */
static size_t count_ascii_bytes(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof(word));
    word = le64toh(word) & UINT64_C(0x8080808080808080);
    return word ? (size_t)__builtin_ctzll(word) / 8 : 8;
}

size_t utf8_ascii_end(struct text text, size_t from)
{
    while (from + 8 <= text.size) {
        size_t ascii = count_ascii_bytes(text.bytes + from);
        from += ascii;
        if (ascii < 8)
            return from;
    }
    while (from < text.size && (unsigned char)text.bytes[from] < 0x80)
        from++;
    return from;
}

size_t utf8_valid_end(struct text text, size_t from)
{
    while (from < text.size) {
        size_t ascii = from + 8 <= text.size ? count_ascii_bytes(text.bytes + from)
                                             : (unsigned char)text.bytes[from] < 0x80;
        from += ascii;
        if (ascii > 0 && (ascii == 8 || from == text.size))
            continue;
        size_t begin = from, size;
        while (from < text.size && (size = utf8_multibyte_size(text, from)) > 0)
            from += size;
        if (from == begin && ascii == 0)
            break;
    }
    return from;
}

bool utf8_is_valid(struct text text)
{
    return utf8_valid_end(text, 0) == text.size;
}

struct text utf8_repair(struct text text, struct arena *arena, size_t *replaced)
{
    size_t offset = utf8_valid_end(text, 0), size;
    if (offset == text.size)
        return text;
    char *bytes = arena_alloc(arena, text.size + 1, 3);
    memcpy(bytes, text.bytes, offset);
    size_t written = offset;
    while (offset < text.size) {
        uint32_t code_point = utf8_decode(text, offset, &size);
        if (replaced && is_invalid(text, offset, code_point, size))
            ++*replaced;
        written += utf8_encode(code_point, bytes + written);
        offset += size;
    }
    return (struct text){bytes, written};
}

size_t utf8_boundary_before(struct text text, size_t offset)
{
    if (offset >= text.size)
        return text.size;
    size_t steps_back = 0;
    while (offset > 0 && steps_back < 3 && is_continuation((unsigned char)text.bytes[offset])) {
        offset--;
        steps_back++;
    }
    return offset;
}

size_t utf8_count_code_points(struct text text)
{
    size_t count = 0, size;
    for (size_t offset = 0; offset < text.size; offset += size, count++)
        utf8_decode(text, offset, &size);
    return count;
}

bool utf8_has_hangul(struct text text)
{
    enum { HANGUL_FIRST = 0xAC00, HANGUL_LAST = 0xD7A3 };
    for (size_t at = 0, size; at < text.size; at += size) {
        uint32_t code_point = utf8_decode(text, at, &size);
        if (code_point >= HANGUL_FIRST && code_point <= HANGUL_LAST)
            return true;
    }
    return false;
}
