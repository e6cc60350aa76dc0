/* index_words.h - a text as the search index knows it: words that any SQLite can look up. */
#ifndef STAGES_SEARCH_INDEX_WORDS_H
#define STAGES_SEARCH_INDEX_WORDS_H

#include "base/arena.h"
#include "base/text.h"

/* Changes whenever the same text gives other words: the index is then built again. */
enum { INDEX_WORDS_VERSION = 1 };

/* The words of `text`, joined by blanks; in `arena`. They are normalized by normalize_key:
 * - words of scripts with spaces, and numbers, as they are ("don't" is "dont", "3.2" is "3_2");
 * - runs of Hangul, Han and kana as every two neighboring characters ("배송이" is "배송 송이"),
 *   since a particle or an ending follows the word without a space; a single one as itself.
 * FTS5's tokenizer `porter` stems the English ones. */
struct text index_words_fold(struct text text, struct arena *arena);

#endif
