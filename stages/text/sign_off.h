/* sign_off.h - finds the closing lines of a letter or mail: a pure function of the clean stage. */
#ifndef STAGES_TEXT_SIGN_OFF_H
#define STAGES_TEXT_SIGN_OFF_H

#include "base/text.h"

/* The part of a cleaned text before its closing: "Best regards, Anna Smith", "Cordialement, Paul",
 * "김지현 드림", "Sent from my iPhone" (data/sign_offs.tsv). A closing begins a line or follows a
 * sentence, ends the text, and consists of a formula and a name. A name alone is none, nor are
 * thanks within a line ("Thanks, Mark"): they may be addressed to Mark. But a last line that is
 * part of `author`, a name or an address, is one ("Ahmed" of "ahmed.raza@example.org"). A view of
 * `text`; all of it if it has no closing or nothing else. */
struct text sign_off_strip(struct text text, struct text author);

/* The name in the closing of a text, with the lines of details below it. A view; empty if there is
 * none. */
struct text sign_off_find_name(struct text text);

#endif
