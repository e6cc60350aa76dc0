/* point_rating.h - lets the model choose the text of a point as a reader would. */
#ifndef STAGES_EVIDENCE_POINT_RATING_H
#define STAGES_EVIDENCE_POINT_RATING_H

#include "pipeline/group.h"
#include "stages/tasks/clause_reader.h"
#include "stages/tasks/point_matcher.h"

enum { MAX_RATED_TEXTS = 12 };

struct point_rater {
    const struct clause_reader *reader; /* borrowed */
    struct point_matcher *matcher;      /* borrowed; may be without a network */
};

/* Whether the model reads a text as the point means it. */
bool point_rating_has_polarity(const struct point_candidate *candidate,
                               const struct sentiment_probabilities *probabilities);

/* Sets *text to the best of at most MAX_RATED_TEXTS texts, which are sorted by what their words
 * tell: it is read as the point means it, is complete, and says what the clauses say that the point
 * counts. Empty if none is good enough. What a single record says (is_single) must be worth a
 * quotation. */
bool point_rating_choose(const struct point_rater *rater, const struct point_candidate *candidate,
                         struct text_array texts, struct text_array clauses, bool is_single,
                         struct text *text, struct error *error);

#endif
