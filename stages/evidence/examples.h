/* examples.h - sentences of single records, where many records of a side say something that no
 * point tells: a summary with complaints in its counts does not go without any. A sentence with a
 * subject that several of these records name ("KYC") comes first, and the subject is counted. */
#ifndef STAGES_EVIDENCE_EXAMPLES_H
#define STAGES_EVIDENCE_EXAMPLES_H

#include "stages/evidence/member_texts.h"
#include "stages/tasks/clause_reader.h"
#include "stages/tasks/taxonomy.h"
#include "stages/text/statements.h"

enum {
    MAX_EXAMPLES = 6,
    MAX_SIDE_EXAMPLES = 3, /* of a side of a small group; one less of others */
};

/* Of different records. */
struct examples {
    struct quoted_example items[MAX_EXAMPLES];
    size_t count;
};

/* All are borrowed. */
struct example_finder {
    const struct statement_reader *statement_reader;
    const struct clause_reader *clause_reader;
    const struct taxonomy *taxonomy; /* of a group about a topic, only sentences with a phrase of
                                        the topic are examples, if it has phrases, and records of
                                        one sentence */
};

/* Finds examples of a side (positive or negative) among the records that no specific point of this
 * side counts, if its points tell too little of the side; the model must read them as of the side.
 * Texts are allocated from group->arena. */
bool examples_find(const struct example_finder *finder, const struct group *group,
                   enum sentiment polarity, struct member_texts *texts, struct examples *examples,
                   struct error *error);

/* The same of all records, whatever their side, for a group of which the points count next to
 * nothing: what several records name, the most first. */
bool examples_find_subjects(const struct example_finder *finder, const struct group *group,
                            struct member_texts *texts, struct examples *examples,
                            struct error *error);

#endif
