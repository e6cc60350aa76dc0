/* charset_guess.h - the charset of bytes that neither a mark nor UTF-8 tells. */
#ifndef CONNECTORS_INPUT_CHARSET_GUESS_H
#define CONNECTORS_INPUT_CHARSET_GUESS_H

#include "base/text.h"

/* UTF-16 without a mark: characters below U+0100 (blanks, commas, line ends, Latin letters) have a
 * zero at one and the same side. NULL when it does not look so. */
const char *charset_guess_utf16(struct text raw);

/* A legacy 8-bit charset, as iconv knows it, and why it is that one: by marks that statistics
 * overlook, else by uchardet; "UTF-8", to be repaired, where none fits. */
enum { CHARSET_NAME_SIZE = 64 };
void charset_guess_legacy(struct text raw, char name[CHARSET_NAME_SIZE], const char **why);

#endif
