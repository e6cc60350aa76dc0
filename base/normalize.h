/* normalize.h - normal forms of texts for comparisons (over ICU); never shown to a person. */
#ifndef BASE_NORMALIZE_H
#define BASE_NORMALIZE_H

#include "base/arena.h"
#include "base/text.h"

/* NFKC_Casefold: compatibility forms and case are folded, ignorable characters removed, so that
 * "ＦＵＬＬ Café" and "full café" are equal. Returns `text` itself if nothing changes, else a copy
 * in `arena`. Invalid UTF-8 becomes U+FFFD. */
struct text normalize_key(struct text text, struct arena *arena);

/* Folds a short value that a program wrote, such as a date or a rating: ASCII digits, small letters
 * without accents ("FÉVR." becomes "fevr."), spaces and hyphens for all blanks and dashes of
 * Unicode, and no invisible characters or ordinal signs (1º). *value is `text` itself if nothing
 * changes, else it is in `buffer`. False if the buffer is too small: it never is with three bytes
 * for each byte of the text and four more. */
bool normalize_value(struct text text, char *buffer, size_t capacity, struct text *value);

enum letter_class {
    LETTER_NONE,            /* white space, punctuation, symbols */
    LETTER_SPACED_SCRIPT,   /* letters and marks of scripts with spaces between words */
    LETTER_DIGIT,           /* 0 to 9 of any script */
    LETTER_UNSPACED_SCRIPT, /* Han, kana, Thai ..., where words are not separated, and Hangul, where
                               inflections follow a word without a space */
};

enum letter_class normalize_letter_class(uint32_t code_point);

/* The text from its first to its last letter or digit: without blanks, brackets and marks at both
 * ends. */
struct text normalize_trim_marks(struct text text);

#endif
