/* open_topics.h - topics of a side that its summary does not tell yet. */
#ifndef STAGES_EVIDENCE_OPEN_TOPICS_H
#define STAGES_EVIDENCE_OPEN_TOPICS_H

#include "stages/evidence/side_sentences.h"

enum { MAX_OPEN_TOPICS = 64 }; /* the first ones of the taxonomy */

struct open_topics {
    size_t records[MAX_OPEN_TOPICS]; /* with a sentence of the side about it; 0: it is told */
};

/* Counts the records of each topic, except topics of the side's points. */
struct open_topics open_topics_count(const struct group *group, enum sentiment polarity,
                                     const struct taxonomy *taxonomy,
                                     const struct side_sentences *sentences);

/* Topics (side_sentence.topics) that are told now. */
void open_topics_close(struct open_topics *topics, uint64_t told);

/* The most records of one of these topics, at least 1. */
size_t open_topics_most_records(const struct open_topics *topics, uint64_t found);

#endif
