/* topic_parents.h - the two levels of a registry of topics: a record that mentions a topic also
 * counts once for the topic above it. */
#ifndef STAGES_STATS_TOPIC_PARENTS_H
#define STAGES_STATS_TOPIC_PARENTS_H

#include "base/hash_table.h"
#include "pipeline/store.h"

/* A zeroed one has no topics with a parent. */
struct topic_parents {
    struct name_set ids, parents;
    size_t *parent_of; /* owned: [id], into `parents` */
    size_t count, capacity;
};

/* Reads the registry that the topics stage saved. */
bool topic_parents_load(struct topic_parents *topic_parents, struct store *store,
                        struct error *error);
void topic_parents_free(struct topic_parents *topic_parents);

/* The mentions, plus one for each parent, in `arena`. A parent's polarity combines its own mentions
 * and those of its topics: negative if some are negative and none positive, positive if the
 * reverse, otherwise neutral. */
const struct topic_mention *topic_parents_roll_up(const struct topic_parents *topic_parents,
                                                  const struct analysis *analysis,
                                                  struct arena *arena, size_t *count);

#endif
