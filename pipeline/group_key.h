/* group_key.h - what the records of a group have in common: the values of some columns, and a
 * topic. Keys stay structured in memory and in the database, and become text only when a person
 * reads them: a value may contain any character. */
#ifndef PIPELINE_GROUP_KEY_H
#define PIPELINE_GROUP_KEY_H

#include "pipeline/record.h"

struct group_key {
    const struct field *fields; /* "product" = "Kettle"; an empty value: the records without one */
    size_t field_count;         /* 0: the records of all values */
    struct text topic;          /* "delivery"; empty: the records of all topics */
};

/* The topic of the figures about all records, whatever their topics. */
extern const struct text group_key_all_topics;

/* The topic of what is said about all records without a topic. */
extern const struct text group_key_no_topic;

/* Combines the key with a hash of base/hash.h. */
uint64_t group_key_combine_hash(uint64_t hash, const struct group_key *key);

/* A copy that lives in `arena`. */
struct group_key group_key_copy(const struct group_key *key, struct arena *arena);

/* For people: "product=Kettle; region=(none); topic=delivery", or "all" for the key of everything.
 * Allocated from `arena`. */
struct text group_key_format(const struct group_key *key, struct arena *arena);

#endif
