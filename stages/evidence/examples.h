/* examples.h - sentences of single records, where many records of a side say something that no
 * point tells: a summary with complaints in its counts does not go without any. Those come first
 * that the model is sure of (quote_worth.h), and about a subject ("KYC", which is counted) or a
 * topic of several records. */
#ifndef STAGES_EVIDENCE_EXAMPLES_H
#define STAGES_EVIDENCE_EXAMPLES_H

#include "stages/evidence/member_texts.h"
#include "stages/tasks/clause_reader.h"
#include "stages/tasks/taxonomy.h"
#include "stages/text/statements.h"

enum { MAX_EXAMPLES = 6 }; /* of a side */

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

/* Finds examples of a side (positive or negative), if its points tell too little of it: sentences
 * that no specific point of this side counts, in a large group of records that none counts. Texts
 * are allocated from group->arena. */
bool examples_find(const struct example_finder *finder, const struct group *group,
                   enum sentiment polarity, struct member_texts *texts, struct examples *examples,
                   struct error *error);

/* The same of all records, whatever their side, for a group of which the points count next to
 * nothing: what several records name, the most first. */
bool examples_find_subjects(const struct example_finder *finder, const struct group *group,
                            struct member_texts *texts, struct examples *examples,
                            struct error *error);

#endif
