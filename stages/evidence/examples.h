/* examples.h - sentences of single records, where many records of a side say something that no two
 * of them share: a summary with complaints in its counts does not go without any. */
#ifndef STAGES_EVIDENCE_EXAMPLES_H
#define STAGES_EVIDENCE_EXAMPLES_H

#include "stages/evidence/member_texts.h"
#include "stages/text/statements.h"

enum { MAX_EXAMPLES = 3 }; /* of small groups; one less of others */

/* Of different records. */
struct examples {
    struct passage passages[MAX_EXAMPLES];
    struct text texts[MAX_EXAMPLES]; /* their bytes */
    size_t count;
};

/* Finds examples of a side (positive or negative) among the records that no point of this side
 * counts. None if the side is small, or its points count a third of its records (in a small
 * group, half). Texts are allocated from group->arena. */
bool examples_find(const struct group *group, enum sentiment polarity,
                   const struct statement_reader *reader, struct member_texts *texts,
                   struct examples *examples, struct error *error);

#endif
