/* cleanup.h - texts as their writers meant them to look: pure functions of the clean stage. */
#ifndef STAGES_TEXT_CLEANUP_H
#define STAGES_TEXT_CLEANUP_H

#include "base/arena.h"
#include "base/text.h"

enum markup {
    MARKUP_NONE,     /* "I <3 it", "a < b & c" */
    MARKUP_ENTITIES, /* "Tom &amp; I": no tags; line breaks are line breaks */
    MARKUP_TAGS,     /* "fine<br/>thanks": HTML, whose line breaks are blanks */
};

/* What is really markup: a known element's complete tag, a known or numeric entity. */
enum markup cleanup_detect_markup(struct text text);

/* Valid UTF-8; markup (where there is any, and `html` allows) to the text a reader sees; control
 * and other invisible characters dropped, every kind of blank a space, runs of them one, lines
 * without blanks at their ends, at most one empty line in a row, nothing blank at either end.
 * Otherwise the bytes as they were. In `arena`, or `text` itself. */
struct text cleanup_text(struct text text, bool html, struct arena *arena);

/* What the customer wrote of a text with Google's translation in it, "(Translated by Google) ...
 * (Original) ...": a view of `text`, or all of it when there is no such envelope. */
struct text cleanup_keep_original(struct text text);

/* Whether a tidied text says nothing: punctuation alone, or one of the answers that stand for none
 * ("n/a", "none", "없음", "なし"), or one of `more` (a comma list), whatever the case and the
 * punctuation around it. Emoji and smileys say something. */
bool cleanup_is_blank_answer(struct text text, struct text extra_answers);

#endif
