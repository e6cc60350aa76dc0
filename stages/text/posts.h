/* posts.h - removes what posts in social networks have in addition to words: a pure function of the
 * clean stage. */
#ifndef STAGES_TEXT_POSTS_H
#define STAGES_TEXT_POSTS_H

#include "base/arena.h"
#include "base/text.h"

/* Returns the words of a cleaned text, `text` itself or a copy in `arena`:
 * - "RT @name:" at the beginning, handles of addressees at the beginning, and handles after the
 *   last sentence are removed; other handles keep the name without "@";
 * - URLs after the words are removed; in a sentence, they become "[link]", and "www.shop.example"
 *   stays;
 * - hashtags lose "#"; three or more at the end are removed.
 * E-mail addresses, "@ 3.50" and "#1" stay. Empty if only handles and URLs are left. Takes time in
 * proportion to the text; a text without "@", "#" and URLs is returned unchanged. */
struct text post_keep_words(struct text text, struct arena *arena);

#endif
