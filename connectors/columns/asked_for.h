/* asked_for.h - whether a question, or a column of a two-sided review, asks for praise or for
 * complaints. The phrases are in data/asked_for.tsv. */
#ifndef CONNECTORS_COLUMNS_ASKED_FOR_H
#define CONNECTORS_COLUMNS_ASKED_FOR_H

#include "base/text.h"
#include "pipeline/record.h"

/* "What did you like most?", "단점": by the phrases in it. ASKED_FOR_ANYTHING if there are none, or
 * phrases of both kinds. */
enum asked_for asked_for_by_question(struct text question);

/* "Pros", "Positive review", "review.dislikes": by the whole name of a column. Such a name counts
 * only if the table has a column of the other side. */
enum asked_for asked_for_by_side(struct text name);

/* Whether the name says nothing about what its text is about: "review", "data.attributes.text". */
bool asked_for_is_neutral(struct text name);

#endif
