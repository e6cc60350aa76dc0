/* candidates.h - merges statements of records into candidates for key points. Counts are sums over
 * records, so the order of records does not matter. */
#ifndef STAGES_EVIDENCE_CANDIDATES_H
#define STAGES_EVIDENCE_CANDIDATES_H

#include "pipeline/group.h"

enum {
    MAX_CANDIDATES = 14, /* of each polarity */
    SMALL_GROUP = 10,    /* with fewer records, one is enough for a point */
};

/* Identifies what an occurrence states. */
uint64_t occurrence_key(const struct occurrence *occurrence);

/* +1: the occurrence praises, -1: it complains; 0: unknown. What the words show, or else the
 * sentiment of the record. */
int occurrence_side(const struct occurrence *occurrence, const struct member *members);

/* Whether the occurrence, of this side, says the opposite of the candidate. */
bool candidate_is_contradicted(const struct point_candidate *candidate,
                               const struct occurrence *occurrence, int side);

/* Refuses statements that are not about the group's topic, by some of their occurrences. */
struct candidate_filter {
    bool (*accepts)(void *user, const struct occurrence *const *examples, size_t count);
    void *user;
};

/* The statements that most members make, of those that mean the same one; most important first.
 * `filter` may be NULL. In `arena`. */
struct point_candidate *candidates_find(const struct group *group,
                                        const struct candidate_filter *filter, struct arena *arena,
                                        size_t *count);

/* The fewest records that a point of the group needs. */
size_t candidates_min_records(const struct group *group);

#endif
