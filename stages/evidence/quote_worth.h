/* quote_worth.h - asks the model which sentences of a side can be quoted. */
#ifndef STAGES_EVIDENCE_QUOTE_WORTH_H
#define STAGES_EVIDENCE_QUOTE_WORTH_H

#include "stages/evidence/side_sentences.h"
#include "stages/tasks/clause_reader.h"

/* Sentences that are quoted are worth so much; where a side would have nothing, so much. On 1,432
 * sentences of six kinds that training left out, 84 % of the praise and 79 % of the complaints of
 * the first worth were good quotes, and 1 and 3 % of the other side; of the second, 68 % of either,
 * and 2 and 5 % of the other side. */
#define QUOTE_MIN_WORTH 0.5
#define QUOTE_LAST_RESORT 0.28

/* What is left of a sentence's cost when the model has read it as a quote; the lowest is best. */
double quote_worth_cost(const struct side_sentence *sentence);

/* Whether the sentence can be shown and, if it was read, is worth a quotation. */
bool quote_worth_suffices(const struct side_sentence *sentence);

/* A side of a group; everything is borrowed. */
struct quote_side {
    const struct clause_reader *reader;
    const struct group *group;
    enum sentiment polarity; /* neutral: either side, and every sentence can be quoted */
};

/* Reads the numbered sentences: sets is_read, is_on_side and quote_worth of each. */
bool quote_worth_read(const struct quote_side *side, struct member_texts *texts,
                      struct side_sentences *sentences, const size_t *numbers, size_t count,
                      struct error *error);

/* Whether the group is so small, and the model knows quotes, that it reads all sentences. */
bool quote_worth_reads_all(const struct clause_reader *reader, const struct group *group);

/* Reads all sentences of records that are not of the other side. */
bool quote_worth_read_all(const struct quote_side *side, struct member_texts *texts,
                          struct side_sentences *sentences, struct error *error);

#endif
