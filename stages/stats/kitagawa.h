/* kitagawa.h - why a mean changed between two periods (Kitagawa 1955, "Components of a difference
 * between two rates"). Each topic contributes by its tone (its mean changed) and by its volume (its
 * share of the records changed). The contributions add up to the change exactly. */
#ifndef STAGES_STATS_KITAGAWA_H
#define STAGES_STATS_KITAGAWA_H

#include <stdbool.h>
#include <stddef.h>

#include "stages/stats/welch.h"

/* A topic in both periods. A record with k topics is in each of them with weight 1 / k. */
struct kitagawa_topic {
    struct sample before, after;
};

struct kitagawa_part {
    double tone, volume; /* of the topic; tone + volume over all topics is the change */
    double half_width;   /* of the 95 % interval of tone + volume, which does not depend on how they
                            are told apart: share (mean - middle of the two overall means), after
                            minus before */
};

/* Fills parts[i] of topics[i]. A topic that a period lacks has the mean of the other period. False
 * if a period has no values. */
bool kitagawa_decompose(const struct kitagawa_topic *topics, size_t count,
                        struct kitagawa_part *parts);

#endif
