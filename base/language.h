/* language.h - detects the language of a text (over cld2). */
#ifndef BASE_LANGUAGE_H
#define BASE_LANGUAGE_H

#include "base/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the ISO 639-1 code of the language ("en", "ko", "zh") and a NUL to `code`. *reliable tells
 * whether the detector is certain, which it rarely is for a few words in Latin letters. False, with
 * an empty code, if no language is found. `text` must be valid UTF-8. Deterministic. */
bool language_detect(struct text text, char code[8], bool *reliable);

#ifdef __cplusplus
}
#endif

#endif
