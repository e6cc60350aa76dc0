/* clause_split.h - the parts of a text that say one thing each: where praise turns into complaint,
 * a new one begins. */
#ifndef STAGES_TEXT_CLAUSE_SPLIT_H
#define STAGES_TEXT_CLAUSE_SPLIT_H

#include "base/segment.h"

/* Byte offsets where the clauses of valid UTF-8 end, white space behind each included: sentence
 * ends, semicolons, and the words that turn a sentence ("but", "however", "지만", "는데"). They
 * rise, the last is text.size; *count is 0 for the empty text. In `arena`. */
const size_t *clause_split_ends(struct segmenter *segmenter, struct text text, struct arena *arena,
                                size_t *count);

#endif
