/* stated_point.h - whether a text states a point, and what it says besides. */
#ifndef STAGES_EVIDENCE_STATED_POINT_H
#define STAGES_EVIDENCE_STATED_POINT_H

#include "base/hash_table.h"
#include "pipeline/group.h"
#include "stages/text/statements.h"
#include "stages/text/texts.h"

struct stated_point {
    const struct statement_reader *reader;   /* borrowed */
    const struct point_candidate *candidate; /* borrowed */
    size_t max_extra_words;
    bool is_single;           /* one record says it: it need not have an opinion word */
    struct hash_table wholes; /* owned; whole thing: clauses that say the point of it */
    size_t clause_count;
};

void stated_point_free(struct stated_point *point);

/* For a point without an aspect: counts, for each whole thing ("hotel", "app"), the clauses that
 * state the point about it. */
void stated_point_count_wholes(struct stated_point *point, struct text_array clauses);

/* point_check.count_extra_words with a stated_point as `user`. */
size_t stated_point_count_extra_words(void *user, struct text text);

#endif
