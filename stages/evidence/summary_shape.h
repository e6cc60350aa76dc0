/* summary_shape.h - a summary looks like its group: as much praise and complaint, most said first,
 * and nothing twice. */
#ifndef STAGES_EVIDENCE_SUMMARY_SHAPE_H
#define STAGES_EVIDENCE_SUMMARY_SHAPE_H

#include "stages/evidence/examples.h"
#include "stages/evidence/side.h"

/* Sorts group->points, most said first, and drops those that repeat the words of another one, and
 * all but the first `max_points` of each polarity. */
void summary_shape_rank_points(struct group *group, size_t max_points);

/* After records were counted again: sorts the points, and drops those that fewer than `min_records`
 * say, those of which the count misses too much, and those said by the sentences that say another
 * one. */
void summary_shape_sort_recounted(struct group *group, size_t min_records);

/* Of ranked points, keeps at most `max_points`: of each polarity the first ones, as many as fit the
 * group. */
void summary_shape_choose_points(struct group *group, size_t max_points);

/* Whether the records do not judge (few ratings, hardly any praise or hardly any complaint):
 * answers to an open question, for example. */
bool summary_shape_can_be_scattered(const struct group *group);

/* Whether the points of such a group count so few records that the two sides do not tell what it
 * says. Reads the evidence of the points. */
bool summary_shape_is_scattered(const struct group *group);

/* Of a scattered group, keeps the points that a fair share of the records say. */
void summary_shape_drop_rare(struct group *group);

/* Leaves out examples until points and examples together have the shares of the group (a side
 * without points keeps one), and points that are a mere verdict where the rest tells more. */
void summary_shape_examples(struct group *group, struct examples examples[SIDE_COUNT]);

#endif
