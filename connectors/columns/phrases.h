/* phrases.h - a column's name or a question as words, and listed phrases within them. */
#ifndef CONNECTORS_COLUMNS_PHRASES_H
#define CONNECTORS_COLUMNS_PHRASES_H

#include "base/arena.h"
#include "base/text.h"

/* The words of a name: case folded, camelCase split, everything but letters and digits replaced by
 * single blanks, a dotless i is an i: "What didn't you LIKE?" and "whatDidn'tYouLike" become "what
 * didn t you like". Allocated from `arena`; names are cut at 1 KiB. */
struct text phrase_split_words(struct text name, struct arena *arena);

struct phrase_place {
    size_t begin, end; /* bytes of the words; equal: not found */
};

/* The first place of a phrase at or after `from`. The phrase is written as phrase_split_words
 * writes it. It matches whole words; with a "*" at its end also the beginning of a word. In scripts
 * without blanks between words, and in Korean, whose writers differ in where they put them, it
 * matches anywhere, is listed without blanks, and blanks of `words` do not count. */
struct phrase_place phrase_find(struct text words, struct text phrase, size_t from);

/* Whether the words contain the phrase, or begin with it. */
bool phrase_is_within(struct text words, struct text phrase);
bool phrase_begins(struct text words, struct text phrase);

#endif
