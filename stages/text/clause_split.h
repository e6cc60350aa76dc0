/* clause_split.h - splits a text into clauses, so that praise and complaint in one sentence are
 * classified separately. */
#ifndef STAGES_TEXT_CLAUSE_SPLIT_H
#define STAGES_TEXT_CLAUSE_SPLIT_H

#include "base/segment.h"

/* Byte offsets where the clauses of valid UTF-8 end, including the white space after each: at
 * sentence ends and at the words of data/clause_words.tsv ("but", "however", "지만", ";"). In
 * ascending order; the last is text.size. *count is 0 for the empty text. In `arena`. */
const size_t *clause_split_ends(struct segmenter *segmenter, struct text text, struct arena *arena,
                                size_t *count);

#endif
