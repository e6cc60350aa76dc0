/* point_text.h - a customer's clause as the text of a point: shortened by rule, so that it stands
 * alone and says no more than the records that are counted. */
#ifndef STAGES_EVIDENCE_POINT_TEXT_H
#define STAGES_EVIDENCE_POINT_TEXT_H

#include "base/arena.h"
#include "base/text.h"

/* The clause without what data/clause_fillers.tsv lists and without marks at its ends; an open
 * Korean ending becomes a plain one, mostly capitals become small letters, and the first letter is
 * a capital. Empty if it cannot stand for others: it has a number, a name, a handle, a URL, a mark
 * of redaction, or too few or too many words. In `arena`. */
struct text point_text_shorten(struct text clause, struct arena *arena);

/* Whether the text has a mark of redaction, a handle, a link, a bracket or a word within it that
 * looks like a name. */
bool point_text_is_personal(struct text text);

/* Like point_text_shorten, for a single word: an English word may be the text. */
struct text point_text_shorten_word(struct text word, struct arena *arena);

size_t point_text_count_words(struct text text);

/* By its last letter. */
bool point_text_is_korean(struct text text);

#endif
