/* part_counts.h - how many records of each part mention each topic negatively, by day. A part is
 * all records, or those with one value of one column: product "Kettle". */
#ifndef STAGES_STATS_PART_COUNTS_H
#define STAGES_STATS_PART_COUNTS_H

#include "base/hash_table.h"
#include "stages/stats/day_counts.h"
#include "stages/stats/grouping.h"

enum { PART_MIN_PEOPLE = 5 }; /* a part of fewer people is never shown */

struct part {
    struct field field;     /* product = "Kettle"; without a name: all records */
    struct day_counts days; /* its records */
    size_t records;
    uint64_t people[PART_MIN_PEOPLE]; /* the first authors; a record without one counts as one */
    size_t people_count;              /* at most PART_MIN_PEOPLE */
};

/* A topic in a part: the records that mention it negatively. */
struct part_topic {
    size_t part, topic; /* indices of part_counts.parts and .topics.texts */
    struct day_counts days;
    size_t records;
};

/* A zeroed table is empty. */
struct part_counts {
    struct part *parts; /* owned; the first one is that of all records */
    size_t part_count, part_capacity;
    struct part_topic *part_topics; /* owned */
    size_t part_topic_count, part_topic_capacity;
    struct name_set topics; /* "(all)": the negative texts; records without a topic have none */
    struct hash_table part_index, part_topic_index;
    struct arena arena;
};

/* Counts a record for all records and for its value of each column of the grouping; records without
 * a value have no part of the column. Days must not decrease. */
void part_counts_add(struct part_counts *counts, struct grouping *grouping,
                     const struct saved_record *record, int64_t day);

/* The negative records of the topic in the part; NULL: none. */
const struct part_topic *part_counts_find(const struct part_counts *counts, size_t part,
                                          size_t topic);

void part_counts_free(struct part_counts *counts);

#endif
