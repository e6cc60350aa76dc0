/* point_text.h - a customer's clause as the text of a point: shortened by rule, so that it stands
 * alone and says no more than the records that are counted. */
#ifndef STAGES_EVIDENCE_POINT_TEXT_H
#define STAGES_EVIDENCE_POINT_TEXT_H

#include "base/arena.h"
#include "base/text.h"

/* The clause without what data/clause_fillers.tsv lists and without marks at its ends; its first
 * letter is a capital. Empty if it cannot stand for others: it has a number, a name, a handle, a
 * URL, a mark of redaction, or too few or too many words. In `arena`. */
struct text point_text_shorten(struct text clause, struct arena *arena);


struct point_text_clause {
    struct text clause;
    size_t extra_words; /* of meaning, which the point does not state */
};

/* The text of the clause that says the least besides the point, then the one that most clauses
 * share, then the first. Empty if none can stand for others. In `arena`. */
struct text point_text_choose(const struct point_text_clause *clauses, size_t count,
                              struct arena *arena);

#endif
