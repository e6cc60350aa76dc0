/* summary_shape.h - a summary looks like its group: as much praise and complaint, most said first,
 * and nothing twice. */
#ifndef STAGES_EVIDENCE_SUMMARY_SHAPE_H
#define STAGES_EVIDENCE_SUMMARY_SHAPE_H

#include "stages/evidence/examples.h"
#include "stages/evidence/side.h"

/* Sorts group->points[0..count), and keeps at most `max_points` that most records say, of each
 * polarity as many as fit the group. Sets group->point_count. */
void summary_shape_points(struct group *group, size_t count, size_t max_points);

/* After records were counted again: sorts the points, and drops those that fewer than
 * `min_records` say, and those said by the sentences that say another one. */
void summary_shape_sort_points(struct group *group, size_t min_records);

/* Whether the records do not judge (few ratings, hardly any praise or hardly any complaint), and
 * the points count so few of them that the two sides do not tell what the group says: answers to an
 * open question, for example. */
bool summary_shape_is_scattered(const struct group *group);

/* Of a scattered group, keeps the points that a fair share of the records say. */
void summary_shape_drop_rare(struct group *group);

/* Leaves out examples until points and examples together have the shares of the group (a side
 * without points keeps one), and points that are a mere verdict where the rest tells more. */
void summary_shape_examples(struct group *group, struct examples examples[SIDE_COUNT]);

#endif
