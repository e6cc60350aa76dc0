/* field_list.h - objects and elements as rows of a table: named values, and what they mean once
 * enough of them were seen. Shared by json and xml. */
#ifndef CONNECTORS_COLUMNS_FIELD_LIST_H
#define CONNECTORS_COLUMNS_FIELD_LIST_H

#include "base/table.h"
#include "connectors/columns/roles.h"
#include "connectors/exports/services.h"

/* How large a record may be; what is larger is a reject. Options of [source]. */
struct member_limits {
    int64_t record_size; /* bytes */
    int64_t depth, members;
};

enum { MEMBERS_DEPTH_MOST = 500 };

/* The options that set them: MEMBERS_LIMITS(struct state, limits). */
#define MEMBERS_LIMITS(state, field)                                                               \
    {.name = "longest_record",                                                                     \
     .type = OPTION_INTEGER,                                                                       \
     .offset = offsetof(state, field.record_size),                                                 \
     .fallback = "8388608",                                                                        \
     .least = 1024,                                                                                \
     .most = 1 << 30,                                                                              \
     .help = "bytes of a JSON object or XML element; a longer one is a reject"},                   \
        {.name = "deepest_record",                                                                 \
         .type = OPTION_INTEGER,                                                                   \
         .offset = offsetof(state, field.depth),                                                   \
         .fallback = "64",                                                                         \
         .least = 1,                                                                               \
         .most = MEMBERS_DEPTH_MOST,                                                               \
         .help = "levels of nested members; a deeper record is a reject"},                         \
    {                                                                                              \
        .name = "most_members", .type = OPTION_INTEGER, .offset = offsetof(state, field.members),  \
        .fallback = "4096", .least = 1, .most = 1 << 20,                                           \
        .help = "members of a record, nested ones too; one with more is a reject"                  \
    }

/* Named values of one record, in order. */
struct members {
    struct arena *arena; /* borrowed; the values' */
    struct text *names, *cells;
    size_t count, name_capacity, cell_capacity;
};

/* The value called `name`, or NULL. */
struct text *members_find(const struct members *members, struct text name);

/* A name met again gets the new value. Names and values are borrowed. */
void members_set(struct members *members, struct text name, struct text cell);

/* As members_set, for a name that is known to be new. */
void members_add(struct members *members, struct text name, struct text cell);

/* Frees the lists, not what lies in the arena; safe on a zeroed one. */
void members_free(struct members *members);

/* The names of all samples, and which of them is the text, the date ... */
struct schema {
    const struct service *service; /* whose export it is; NULL: of nobody known. May be set before
                                      schema_learn, else it is found by the names */
    struct names names;
    struct mapping mapping;
};

/* From `samples` (which may be none: then no text is needed). `wanted` and `without_text` as for
 * mapping_find_leniently. */
bool schema_learn(struct schema *schema, struct members *samples, size_t sample_count,
                  bool without_text, struct text wanted, const char *path, struct arena *arena,
                  struct error *error);

/* Where a record lies in its file. */
struct place {
    uint64_t line, byte_offset;
    struct text raw; /* its bytes, as they lie there */
};

/* Whether some records are no feedback (spam, deleted posts), and so have to be looked at before
 * they are added; and whether this one is to be added. */
bool schema_is_choosy(const struct schema *schema);
bool schema_takes(const struct schema *schema, const struct members *own);

/* Adds a record of `own` to the batch, in whose arena the values lie: the columns of the schema,
 * and behind them those that only this one has. */
void schema_add_record(const struct schema *schema, struct members *own, struct batch *batch,
                       struct place place);

/* What was recognised and which member is what, in lines. */
struct text schema_explain(const struct schema *schema, struct arena *arena);

void schema_free(struct schema *schema); /* safe on a zeroed one */

#endif
