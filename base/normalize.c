/* normalize.c - NFKC case folding, short values, letter classes. */
#include "base/normalize.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include "base/ascii.h"
#include "base/memory.h"
#include "base/utf8.h"

/* ICU counts in int32; records are far smaller. */
enum { MAX_BYTES = 1 << 28 };

/* What fold_value_character returns for characters that a value leaves out. */
enum { NO_CHARACTER = 0x110000 };

static struct text fold_ascii(struct text text, struct arena *arena)
{
    size_t folded = 0;
    while (folded < text.size && text.bytes[folded] == ascii_to_lower(text.bytes[folded]))
        folded++;
    if (folded == text.size)
        return text;
    struct text copy = arena_copy_text(arena, text);
    char *bytes = (char *)copy.bytes;
    for (; folded < copy.size; folded++)
        bytes[folded] = ascii_to_lower(bytes[folded]);
    return copy;
}

struct text normalize_key(struct text text, struct arena *arena)
{
    text = text_slice(text, 0, MAX_BYTES);
    size_t ascii = 0;
    while (ascii < text.size && (unsigned char)text.bytes[ascii] < 0x80)
        ascii++;
    if (ascii == text.size)
        return fold_ascii(text, arena);

    /* UTF-16 has at most one unit per byte of UTF-8; folding turns a unit into at most 18. */
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *folder = unorm2_getNFKCCasefoldInstance(&status);
    int32_t size = (int32_t)text.size, utf16_size = 0, folded_size = 0;
    UChar *utf16 = memory_alloc(text.size, sizeof(*utf16));
    u_strFromUTF8WithSub(utf16, size, &utf16_size, text.bytes, size, 0xFFFD, NULL, &status);
    int32_t capacity = utf16_size * 2 + 64;
    UChar *folded = memory_alloc((size_t)capacity, sizeof(*folded));
    folded_size = unorm2_normalize(folder, utf16, utf16_size, folded, capacity, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR) {
        status = U_ZERO_ERROR;
        folded = memory_resize(folded, (size_t)folded_size, sizeof(*folded));
        folded_size = unorm2_normalize(folder, utf16, utf16_size, folded, folded_size, &status);
    }
    char *bytes = arena_alloc(arena, (size_t)folded_size * 3 + 1, 1);
    int32_t written = 0;
    u_strToUTF8(bytes, folded_size * 3 + 1, &written, folded, folded_size, &status);
    free(utf16);
    free(folded);
    assert(U_SUCCESS(status));
    return (struct text){bytes, (size_t)written};
}

/* Hangul, kana and Han, which have neither case nor accents. */
static bool is_east_asian(uint32_t code_point)
{
    return (code_point >= 0x3041 && code_point <= 0x9FFF) ||
           (code_point >= 0xAC00 && code_point <= 0xD7A3);
}

/* Letters whose accent Unicode does not separate, and signs that have an ASCII form. */
static uint32_t find_ascii_form(uint32_t code_point)
{
    static const struct {
        uint32_t from, to;
    } forms[] = {
        {0x131, 'i'},  {0x142, 'l'}, {0xF8, 'o'},   {0x111, 'd'},  {0x2019, '\''},
        {0x2212, '-'}, {0x60C, ','}, {0x3001, ','}, {0x3002, '.'}, {0x66B, '.'},
        {0xFF61, '.'}, {0xB7, ','},  {0x2022, ','},
    };
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
        if (forms[i].from == code_point)
            return forms[i].to;
    return code_point;
}

static UChar32 take_code_point(const UChar *utf16, int32_t count, int32_t *at)
{
    UChar32 unit = utf16[(*at)++];
    if (unit < 0xD800 || unit > 0xDBFF || *at == count)
        return unit;
    return 0x10000 + ((unit - 0xD800) << 10) + (utf16[(*at)++] - 0xDC00);
}

/* The letter without case and accents; other characters unchanged. */
static uint32_t fold_letter(uint32_t code_point)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar parts[20];
    int32_t at = 0;
    UChar32 folded = u_foldCase((UChar32)code_point, U_FOLD_CASE_DEFAULT);
    int32_t count = unorm2_getDecomposition(unorm2_getNFKDInstance(&status), folded, parts,
                                            sizeof(parts) / sizeof(*parts), &status);
    if (U_FAILURE(status) || count <= 0)
        return find_ascii_form((uint32_t)folded);
    UChar32 base = take_code_point(parts, count, &at);
    if (U_GET_GC_MASK(base) & U_GC_M_MASK)
        return (uint32_t)folded; /* a vowel sign of two parts */
    while (at < count) {
        UChar32 mark = take_code_point(parts, count, &at);
        if (!(U_GET_GC_MASK(mark) & U_GC_M_MASK))
            return (uint32_t)folded; /* ½, ligatures */
    }
    return find_ascii_form((uint32_t)u_foldCase(base, U_FOLD_CASE_DEFAULT));
}

/* The code point that replaces this one in a short value, or NO_CHARACTER. */
static uint32_t fold_value_character(uint32_t code_point)
{
    UChar32 character = (UChar32)code_point;
    if (code_point < 0x80)
        return (unsigned char)ascii_to_lower((char)code_point);
    if (is_east_asian(code_point))
        return code_point;
    if (code_point == 0xAA || code_point == 0xB0 || code_point == 0xBA) /* ª, °, º: ordinals */
        return NO_CHARACTER;
    if (u_isUWhiteSpace(character))
        return ' ';
    uint32_t category_mask = U_GET_GC_MASK(character);
    if (category_mask & (U_GC_CF_MASK | U_GC_MN_MASK))
        return NO_CHARACTER;
    if (category_mask & U_GC_PD_MASK)
        return '-';
    int32_t digit = u_charDigitValue(character);
    return digit >= 0 ? (uint32_t)('0' + digit) : fold_letter(code_point);
}

/* Whether a valid sequence with these two first bytes is a Hangul syllable or a Han character. Not
 * all of them, but most: is_east_asian decides the others. */
static bool begins_east_asian(const char *bytes)
{
    unsigned char first = (unsigned char)bytes[0], second = (unsigned char)bytes[1];
    return (first >= 0xE4 && first <= 0xE9) || first == 0xEB || first == 0xEC ||
           (first == 0xEA && second >= 0xB0) || (first == 0xED && second <= 0x9D);
}

/* The offset of the first character that folding may change; text.size if there is none. */
static size_t find_change(struct text text)
{
    size_t at = 0;
    while (at < text.size) {
        if ((signed char)text.bytes[at] >= 0 && text.bytes[at] == ascii_to_lower(text.bytes[at]))
            at++;
        else if (utf8_multibyte_size(text, at) == 3 && begins_east_asian(text.bytes + at))
            at += 3;
        else
            break;
    }
    return at;
}

bool normalize_value(struct text text, char *buffer, size_t capacity, struct text *value)
{
    size_t begin = find_change(text), written = begin;
    *value = text;
    if (begin == text.size)
        return true;
    if (begin > capacity)
        return false;
    memcpy(buffer, text.bytes, begin);
    for (size_t at = begin, size; at < text.size; at += size) {
        uint32_t folded = fold_value_character(utf8_decode(text, at, &size));
        if (folded == NO_CHARACTER)
            continue;
        if (capacity - written < 4)
            return false;
        written += utf8_encode(folded, buffer + written);
    }
    *value = (struct text){buffer, written};
    return true;
}

enum letter_class normalize_letter_class(uint32_t code_point)
{
    UChar32 character = (UChar32)code_point;
    if (code_point < 0x80) {
        char byte = (char)code_point;
        return ascii_is_digit(byte)    ? LETTER_DIGIT
               : ascii_is_letter(byte) ? LETTER_SPACED_SCRIPT
                                       : LETTER_NONE;
    }
    if (u_isdigit(character))
        return LETTER_DIGIT;
    uint32_t category_mask = U_GET_GC_MASK(character);
    if (!(category_mask & (U_GC_L_MASK | U_GC_M_MASK)))
        return LETTER_NONE;
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript(character, &status);
    if (script == USCRIPT_HANGUL || (U_SUCCESS(status) && uscript_breaksBetweenLetters(script)))
        return LETTER_UNSPACED_SCRIPT;
    return LETTER_SPACED_SCRIPT;
}

struct text normalize_trim_marks(struct text text)
{
    size_t size;
    while (text.size > 0 && normalize_letter_class(utf8_decode(text, 0, &size)) == LETTER_NONE)
        text = text_slice(text, size, text.size);
    while (text.size > 0) {
        size_t last = utf8_boundary_before(text, text.size - 1);
        if (normalize_letter_class(utf8_decode(text, last, &size)) != LETTER_NONE)
            break;
        text.size = last;
    }
    return text;
}
