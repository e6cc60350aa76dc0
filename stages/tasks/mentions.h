/* mentions.h - topics that a text mentions, whoever found them: topic_decoder.h, topic_scorer.h or
 * topic_matcher.h. */
#ifndef STAGES_TASKS_MENTIONS_H
#define STAGES_TASKS_MENTIONS_H

#include "pipeline/record.h"

struct mention {
    size_t topic;            /* index of its name */
    enum sentiment polarity; /* negative, neutral or positive */
    double probability;      /* of the topic, if it was scored; otherwise 0 */
};

struct mentions {
    struct mention *items;
    size_t count;
    double answer_probability; /* of the decoder's whole answer; 0 if topics were found otherwise */
};

#endif
