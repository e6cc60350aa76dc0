/* point_evidence.h - which members say each point: those whose words state it (point_matches.h),
 * if the network for points accepts them (stages/tasks/point_matcher.h). The network also estimates
 * how many others say it in other words. They do not count, since only half of them are right, but
 * their number shows how many a count misses. Whether a member counts depends on its record and its
 * sentiment, on what the point states, and on the point's text; not on other members. */
#ifndef STAGES_EVIDENCE_POINT_EVIDENCE_H
#define STAGES_EVIDENCE_POINT_EVIDENCE_H

#include "stages/evidence/point_matches.h"
#include "stages/tasks/point_matcher.h"
#include "stages/text/statements.h"

/* What members are searched for; everything is borrowed. */
struct searched_points {
    struct point_matcher *matcher;
    const struct statement_reader *reader;
    const struct key_point *points; /* with texts */
    size_t count;
    size_t max_sample; /* members that are read for what is said in other words; 0: none */
};

/* The members that are counted under a point, each once, the clearest first. */
struct found_evidence {
    struct passage *passages;
    size_t count;
    double missed; /* estimate: members that say it, too; 0 without a sample */
};

/* Fills evidence[i] of each point, in `arena`, from the members of `matches`: all of a period. */
bool point_evidence_find(const struct searched_points *searched, struct point_matches *matches,
                         size_t member_count, struct found_evidence *evidence, struct arena *arena,
                         struct error *error);

#endif
