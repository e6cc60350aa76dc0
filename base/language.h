/* language.h - which language a text is in (over cld2). */
#ifndef BASE_LANGUAGE_H
#define BASE_LANGUAGE_H

#include "base/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The ISO 639-1 code of valid UTF-8 ("en", "ko", "zh") and a NUL into `code`, and whether the
 * detector is sure: it seldom is of a few words in Latin letters. False, and an empty code, when
 * there is nothing to go by. The same text always gives the same answer. */
bool language_detect(struct text text, char code[8], bool *reliable);

#ifdef __cplusplus
}
#endif

#endif
