/* normalize.c - NFKC case folding and letter classes. */
#include "base/normalize.h"

#include <assert.h>
#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include "base/ascii.h"
#include "base/memory.h"

/* ICU counts in int32; records are far smaller. */
enum { MAX_BYTES = 1 << 28 };

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
