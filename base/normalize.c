/* normalize.c - NFKC case folding and the kinds of letters. */
#include "base/normalize.h"

#include <assert.h>
#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include "base/memory.h"

/* Records are far smaller; ICU counts in int32. */
enum { MOST_BYTES = 1 << 28 };

static struct text fold_ascii(struct text text, struct arena *arena)
{
    size_t at = 0;
    while (at < text.size && (text.bytes[at] < 'A' || text.bytes[at] > 'Z'))
        at++;
    if (at == text.size)
        return text;
    struct text copy = arena_copy(arena, text);
    char *bytes = (char *)copy.bytes;
    for (; at < copy.size; at++)
        if (bytes[at] >= 'A' && bytes[at] <= 'Z')
            bytes[at] = (char)(bytes[at] - 'A' + 'a');
    return copy;
}

struct text normalize_key(struct text text, struct arena *arena)
{
    text = text_slice(text, 0, MOST_BYTES);
    size_t ascii = 0;
    while (ascii < text.size && (unsigned char)text.bytes[ascii] < 0x80)
        ascii++;
    if (ascii == text.size)
        return fold_ascii(text, arena);

    /* UTF-16 takes at most one unit a byte; folding makes at most 18 units of one. */
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *folder = unorm2_getNFKCCasefoldInstance(&status);
    int32_t size = (int32_t)text.size, units = 0, folded_units = 0;
    UChar *wide = memory_alloc(text.size, sizeof(*wide));
    u_strFromUTF8WithSub(wide, size, &units, text.bytes, size, 0xFFFD, NULL, &status);
    int32_t room = units * 2 + 64;
    UChar *folded = memory_alloc((size_t)room, sizeof(*folded));
    folded_units = unorm2_normalize(folder, wide, units, folded, room, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR) {
        status = U_ZERO_ERROR;
        folded = memory_resize(folded, (size_t)folded_units, sizeof(*folded));
        folded_units = unorm2_normalize(folder, wide, units, folded, folded_units, &status);
    }
    char *bytes = arena_alloc(arena, (size_t)folded_units * 3 + 1, 1);
    int32_t written = 0;
    u_strToUTF8(bytes, folded_units * 3 + 1, &written, folded, folded_units, &status);
    free(wide);
    free(folded);
    assert(U_SUCCESS(status));
    return (struct text){bytes, (size_t)written};
}

enum letter normalize_letter(uint32_t point)
{
    UChar32 letter = (UChar32)point;
    if (point < 0x80) {
        if (point >= '0' && point <= '9')
            return LETTER_DIGIT;
        bool latin = (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z');
        return latin ? LETTER_WORD : LETTER_NONE;
    }
    if (u_isdigit(letter))
        return LETTER_DIGIT;
    uint32_t kinds = U_GET_GC_MASK(letter);
    if (!(kinds & (U_GC_L_MASK | U_GC_M_MASK)))
        return LETTER_NONE;
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript(letter, &status);
    if (script == USCRIPT_HANGUL || (U_SUCCESS(status) && uscript_breaksBetweenLetters(script)))
        return LETTER_DENSE;
    return LETTER_WORD;
}
