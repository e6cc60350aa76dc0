/* language.cc - a C interface to cld2, which has only a C++ one. */
#include "base/language.h"

#include <stdio.h> /* missing in the header of cld2 */
#include <string.h>

#include <cld2/public/compact_lang_det.h>

/* Longer texts do not make the detection better. */
static const size_t max_bytes = 8192;

bool language_detect(struct text text, char code[8], bool *reliable)
{
    size_t size = text.size < max_bytes ? text.size : max_bytes;
    while (size < text.size && size > 0 && (text.bytes[size] & 0xC0) == 0x80)
        size--;
    code[0] = '\0';
    *reliable = false;
    if (size == 0)
        return false;
    CLD2::Language best[3];
    int percent[3], text_size;
    CLD2::DetectLanguageSummary(text.bytes, (int)size, true, best, percent, &text_size, reliable);
    const char *language_code =
        best[0] == CLD2::UNKNOWN_LANGUAGE ? "" : CLD2::LanguageCode(best[0]);
    /* Codes of three letters are languages without an ISO 639-1 code, or scripts. */
    size_t code_size = strcspn(language_code, "-");
    if (code_size != 2) {
        *reliable = false;
        return false;
    }
    memcpy(code, language_code, 2);
    code[2] = '\0';
    return true;
}
