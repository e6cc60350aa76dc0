/* quote_worth.h - asks the model which sentences of a side can be quoted. */
#ifndef STAGES_EVIDENCE_QUOTE_WORTH_H
#define STAGES_EVIDENCE_QUOTE_WORTH_H

#include "stages/evidence/side_sentences.h"
#include "stages/tasks/clause_reader.h"

/* The minimum worth of a quoted sentence, and the minimum for a side that would have nothing else.
 * training/quotes.py measures how many such sentences are good quotes
 * (inference/models/README.md, "Quotes"). */
#define QUOTE_MIN_WORTH 0.5
#define QUOTE_LAST_RESORT 0.28

/* The lowest is best: of a sentence that was read, the cost of its form minus what its worth gains;
 * of another one, its cost by words. */
double quote_worth_cost(const struct side_sentence *sentence);

/* Whether the sentence can be shown and, if it was read, is worth a quotation. */
bool quote_worth_suffices(const struct side_sentence *sentence);

/* A side of a group; everything is borrowed. */
struct quote_side {
    const struct clause_reader *reader;
    const struct group *group;
    enum sentiment polarity; /* neutral: either side, and every sentence can be quoted */
};

/* Reads the numbered sentences: sets is_read and quote_worth of each, and is_on_side if the model
 * knows quotes and the side is not neutral. */
bool quote_worth_read(const struct quote_side *side, struct member_texts *texts,
                      struct side_sentences *sentences, const size_t *numbers, size_t count,
                      struct error *error);

/* Whether the group is so small, and the model knows quotes, that it reads all sentences. */
bool quote_worth_reads_all(const struct clause_reader *reader, const struct group *group);

/* Reads all sentences of records that are not of the other side. */
bool quote_worth_read_all(const struct quote_side *side, struct member_texts *texts,
                          struct side_sentences *sentences, struct error *error);

#endif
