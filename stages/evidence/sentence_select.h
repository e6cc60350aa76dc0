/* sentence_select.h - selects passages that represent many records: quotes, and sentences of an
 * extractive summary. */
#ifndef STAGES_EVIDENCE_SENTENCE_SELECT_H
#define STAGES_EVIDENCE_SENTENCE_SELECT_H

#include "stages/evidence/sentence_index.h"
#include "stages/evidence/side.h"

/* Which passages may be selected. */
struct sentence_filter {
    size_t min_length, max_length; /* letters; a character of an unspaced script counts as two */
    bool any_side;
    enum side side; /* of the passage's record, unless any_side */
};

/* What the summary covers already: a passage must add something new. */
struct covered_content {
    const size_t *passages;
    size_t passage_count;
    const struct text *sentences;
    size_t sentence_count;
};

/* Finds the passage that covers most of the common concepts that are not covered yet. False if
 * there is none. Deterministic. */
bool sentence_select_best(const struct sentence_index *sentence_index,
                          const struct sentence_filter *filter,
                          const struct covered_content *covered, size_t *passage);

/* Selects up to `max_count` different quotes, best first, and returns their number. Each side gets
 * a share of the quotes by its records; positive and negative get at least one if a fifth of the
 * records are theirs. Passages in `covered` are used only if there are no others. */
size_t sentence_select_quotes(const struct sentence_index *sentence_index,
                              const struct covered_content *covered, size_t max_count,
                              size_t *passages);

#endif
