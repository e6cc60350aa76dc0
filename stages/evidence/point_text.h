/* point_text.h - a customer's clause as the text of a point: shortened by rule, so that it stands
 * alone and says no more than the records that are counted. */
#ifndef STAGES_EVIDENCE_POINT_TEXT_H
#define STAGES_EVIDENCE_POINT_TEXT_H

#include "base/arena.h"
#include "stages/text/texts.h"

/* The clause without what data/clause_fillers.tsv lists and without marks at its ends; its first
 * letter is a capital. Empty if it cannot stand for others: it has a number, a name, a handle, a
 * URL, a mark of redaction, or too few or too many words. In `arena`. */
struct text point_text_shorten(struct text clause, struct arena *arena);

/* Whether the text has a mark of redaction, a handle, a link, a bracket or a word within it that
 * looks like a name. */
bool point_text_is_personal(struct text text);

/* What a shortened text states. */
struct point_text_check {
    /* The words of meaning in the text that are not part of the point; SIZE_MAX: it does not state
     * the point, or says too much besides. */
    size_t (*count_extra_words)(void *user, struct text text);
    void *user;
    bool has_aspect; /* the point is about something: the text may name it */
    bool is_single;  /* one record says it: the text may tell all that this record says */
    bool is_vague;   /* the point is about nothing in particular, and so must be the text */
};

/* Writes the best texts of the clauses to texts[0..max_count): those that say the least besides the
 * point, then those that most clauses share, then the first; each differs from the others. Returns
 * their number; 0 if no clause can stand for others. In `arena`. */
size_t point_text_choose(struct text_array clauses, const struct point_text_check *check,
                         struct text *texts, size_t max_count, struct arena *arena);

#endif
