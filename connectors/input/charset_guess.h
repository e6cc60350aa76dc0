/* charset_guess.h - guesses the charset of bytes that have no byte order mark and are not UTF-8. */
#ifndef CONNECTORS_INPUT_CHARSET_GUESS_H
#define CONNECTORS_INPUT_CHARSET_GUESS_H

#include "base/text.h"

enum { CHARSET_NAME_SIZE = 64 };

/* Detects UTF-16 without a byte order mark: characters below U+0100 (spaces, commas, line ends,
 * Latin letters) have their zero byte on the same side. Returns the name of the charset, NULL if
 * the bytes do not look like UTF-16. */
const char *charset_guess_utf16(struct text raw);

/* Returns whether `raw` decodes without a replacement in the charset `name`. */
typedef bool charset_decodes(const char *name, struct text raw);

/* Guesses the charset of bytes that are not valid UTF-8: UTF-8 with some invalid bytes if most
 * sequences are valid, otherwise a legacy charset: by patterns that statistics miss (MacRoman,
 * CP850, CP949), or with uchardet. Candidates are tried with `decodes_cleanly`. Writes the name for
 * iconv ("UTF-8" also if no charset fits: the bytes then need repair) and the reason for the
 * choice, a constant. */
void charset_guess_legacy(struct text raw, charset_decodes *decodes_cleanly,
                          char name[CHARSET_NAME_SIZE], const char **reason);

#endif
