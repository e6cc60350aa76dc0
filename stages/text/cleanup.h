/* cleanup.h - the text as its writer meant it to look: pure functions of the clean stage. */
#ifndef STAGES_TEXT_CLEANUP_H
#define STAGES_TEXT_CLEANUP_H

#include "base/arena.h"
#include "base/text.h"

enum markup {
    MARKUP_NONE,     /* "I <3 it", "a < b & c" */
    MARKUP_ENTITIES, /* "Tom &amp; I": no tags; line breaks are line breaks */
    MARKUP_TAGS,     /* "fine<br/>thanks": HTML, whose line breaks are blanks */
};

/* Only complete tags of known elements and known or numeric entities are markup. */
enum markup cleanup_detect_markup(struct text text);

/* Returns valid UTF-8, in `arena` or `text` itself:
 * - if `html` is set, markup becomes the text that a reader sees;
 * - control characters and other invisible characters are dropped;
 * - each run of white space becomes one space, or one or two line feeds if it has line breaks;
 * - there is no white space at either end.
 * All other characters stay as they are. */
struct text cleanup_text(struct text text, bool html, struct arena *arena);

/* The customer's own words in a text with Google's translation, "(Translated by Google) ...
 * (Original) ...". A view of `text`; all of it if there is no translation. */
struct text cleanup_keep_original(struct text text);

/* The text without the mark that a spreadsheet or an export put before it: the apostrophe of a text
 * cell, "=" and "+" before a word, and ="text". A view of `text`. "-", a quotation in apostrophes
 * and a list with "+" stay. */
struct text cleanup_strip_cell_mark(struct text text);

#endif
