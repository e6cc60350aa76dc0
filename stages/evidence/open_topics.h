/* open_topics.h - topics of a side that neither a point nor an example of the side is about. */
#ifndef STAGES_EVIDENCE_OPEN_TOPICS_H
#define STAGES_EVIDENCE_OPEN_TOPICS_H

#include "stages/evidence/side_sentences.h"

enum { MAX_OPEN_TOPICS = 64 }; /* the first ones of the taxonomy */

struct open_topics {
    size_t
        records[MAX_OPEN_TOPICS]; /* whose sentences of the side are about the topic; 0: closed */
};

/* Counts the records of each topic, except topics of the side's points. */
struct open_topics open_topics_count(const struct group *group, enum sentiment polarity,
                                     const struct taxonomy *taxonomy,
                                     const struct side_sentences *sentences);

/* Closes these topics (bits as in side_sentence.topics): an example is about them. */
void open_topics_close(struct open_topics *topics, uint64_t closed);

/* The largest number of records of one of these topics, at least 1. */
size_t open_topics_max_records(const struct open_topics *topics, uint64_t found);

#endif
