/* phrases.h - a column's name or a question as words, and listed phrases within them. */
#ifndef CONNECTORS_COLUMNS_PHRASES_H
#define CONNECTORS_COLUMNS_PHRASES_H

#include "base/arena.h"
#include "base/text.h"

/* Folds case and compatibility forms of all scripts (normalize_key). A dotless i becomes an i, and
 * a capital i with a dot loses it, so that "YANIT", "Yanıt" and "yanit" are equal without knowing
 * that the text is Turkish. The result is `text` itself or in `arena`. */
struct text phrase_fold(struct text text, struct arena *arena);

/* The words of a name: camelCase split, everything but letters and digits replaced by single
 * blanks, folded as phrase_fold does: "What didn't you LIKE?" and "whatDidn'tYouLike" become "what
 * didn t you like". Allocated from `arena`; names are cut at 1 KiB. */
struct text phrase_split_words(struct text name, struct arena *arena);

struct phrase_place {
    size_t begin, end; /* bytes of the words; equal: not found */
};

/* The first place of a phrase. The phrase is written as phrase_split_words
 * writes it. It matches whole words; with a "*" at its end also the beginning of a word. In scripts
 * without blanks between words, and in Korean, whose writers differ in where they put them, it
 * matches anywhere, is listed without blanks, and blanks of `words` do not count. */
struct phrase_place phrase_find(struct text words, struct text phrase);

/* Whether the words contain the phrase, or begin with it. */
bool phrase_is_within(struct text words, struct text phrase);
bool phrase_begins(struct text words, struct text phrase);

#endif
