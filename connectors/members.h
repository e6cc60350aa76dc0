/* members.h - objects and elements as rows of a table: named values, and what they mean once enough
 * of them were seen. Shared by json and xml. */
#ifndef CONNECTORS_MEMBERS_H
#define CONNECTORS_MEMBERS_H

#include "connectors/mapping.h"

/* Named values of one object, in order. */
struct members {
    struct arena *arena; /* borrowed; the values' */
    struct text *names, *cells;
    size_t count, name_capacity, cell_capacity;
};

/* The value called `name`, or NULL. */
struct text *members_find(struct members *members, struct text name);

/* A name met again gets the new value. Names and values are borrowed. Past some thousand names the
 * rest is left out. */
void members_set(struct members *members, struct text name, struct text cell);

/* Frees the lists, not what lies in the arena; safe on a zeroed one. */
void members_free(struct members *members);

/* The names of all samples, and which of them is the text, the date ... */
struct schema {
    struct text *names;
    size_t count;
    struct mapping mapping;
};

/* From `samples` (which may be none: then no text is needed). `wanted` and `without_text` as for
 * mapping_find_leniently. */
bool schema_learn(struct schema *schema, struct members *samples, size_t sample_count,
                  bool without_text, struct text wanted, const char *path, struct arena *arena,
                  struct error *error);

/* Adds a record of `own` to the batch, in whose arena the values lie: the columns of the schema,
 * and behind them those that only this one has. */
void schema_add_record(const struct schema *schema, const struct members *own, struct batch *batch,
                       uint64_t line, uint64_t byte_offset, struct text raw);

#endif
