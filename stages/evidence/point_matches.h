/* point_matches.h - which members say each candidate of a group, and which say the opposite. */
#ifndef STAGES_EVIDENCE_POINT_MATCHES_H
#define STAGES_EVIDENCE_POINT_MATCHES_H

#include "stages/evidence/member_texts.h"
#include "stages/tasks/clause_reader.h"

/* An occurrence that a candidate counts, or that says the opposite. */
struct point_match {
    const struct occurrence *occurrence;
    uint32_t candidate;
    signed char side;
    bool is_opposite, needs_model, is_accepted;
};

struct point_matches {
    struct member_texts texts;
    struct point_match *items; /* owned; in the order of the occurrences */
    size_t count, capacity;
};

void point_matches_free(struct point_matches *matches);

/* Finds the matches among the occurrences, and lets the model read the clauses whose words and
 * record do not agree. `matches` is zeroed except for the store and the members of its texts. */
bool point_matches_find(struct point_matches *matches, const struct group *group,
                        const struct occurrences *occurrences, const struct clause_reader *reader,
                        struct error *error);

/* Members with an accepted match, each once. */
size_t point_matches_count(const struct point_matches *matches, size_t candidate, bool opposite);

/* The clearest clause of each of these members, the clearest first; `max_count` is at least their
 * number. In `arena`. */
struct passage *point_matches_evidence(const struct point_matches *matches, size_t candidate,
                                       size_t max_count, struct arena *arena, size_t *count);

/* The clauses of the first `max_count` accepted matches that state the candidate itself. In
 * `arena`.
 */
bool point_matches_clauses(struct point_matches *matches, size_t candidate, size_t max_count,
                           struct arena *arena, struct text_array *clauses, struct error *error);

#endif
