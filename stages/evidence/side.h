/* side.h - the sides that records take: summaries and quotes represent each by its share. */
#ifndef STAGES_EVIDENCE_SIDE_H
#define STAGES_EVIDENCE_SIDE_H

#include "pipeline/record.h"

enum side {
    SIDE_NEGATIVE,
    SIDE_POSITIVE,
    SIDE_NEUTRAL, /* every other sentiment: neutral, mixed, undetected */
    SIDE_COUNT
};

static inline enum side side_of(enum sentiment sentiment)
{
    return sentiment == SENTIMENT_NEGATIVE   ? SIDE_NEGATIVE
           : sentiment == SENTIMENT_POSITIVE ? SIDE_POSITIVE
                                             : SIDE_NEUTRAL;
}

#endif
