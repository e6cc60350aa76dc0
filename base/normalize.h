/* normalize.h - texts in a form in which they compare (over ICU): never what a person is shown. */
#ifndef BASE_NORMALIZE_H
#define BASE_NORMALIZE_H

#include "base/arena.h"
#include "base/text.h"

/* NFKC with case folded and ignorable characters dropped: "ＦＵＬＬ Café" and "full café" are one.
 * `text` itself when nothing changes, else a copy in `arena`. Invalid UTF-8 reads as U+FFFD. */
struct text normalize_key(struct text text, struct arena *arena);

enum letter_class {
    LETTER_NONE,            /* blanks, punctuation, symbols */
    LETTER_SPACED_SCRIPT,   /* letters and marks of scripts that put spaces between words */
    LETTER_DIGIT,           /* 0 to 9 of any script */
    LETTER_UNSPACED_SCRIPT, /* Han, kana, Hangul, Thai ...: a few letters make a word, or inflect it
                             */
};

enum letter_class normalize_letter_class(uint32_t code_point);

#endif
