/* point_rating.h - which of the texts that a point may have means what the point means, by the
 * model. */
#ifndef STAGES_EVIDENCE_POINT_RATING_H
#define STAGES_EVIDENCE_POINT_RATING_H

#include "pipeline/group.h"
#include "stages/tasks/clause_reader.h"

enum { MAX_RATED_TEXTS = 6 };

/* Whether the model reads a text as the point means it. */
bool point_rating_has_polarity(const struct point_candidate *candidate,
                               const struct sentiment_probabilities *probabilities);

/* Sets *text to the first of at most MAX_RATED_TEXTS texts of which the model is sure, otherwise to
 * the one of which it is least unsure; empty if there is none. `clauses` are those that the point
 * counts; the first MAX_RATED_TEXTS are read. What a single record says (is_single) must be worth a
 * quotation. */
bool point_rating_choose(const struct clause_reader *reader,
                         const struct point_candidate *candidate, struct text_array texts,
                         struct text_array clauses, bool is_single, struct text *text,
                         struct error *error);

#endif
