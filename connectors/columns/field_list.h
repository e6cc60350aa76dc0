/* field_list.h - the named values of one record: of a JSON object or an XML element. */
#ifndef CONNECTORS_COLUMNS_FIELD_LIST_H
#define CONNECTORS_COLUMNS_FIELD_LIST_H

#include <stddef.h>

#include "base/arena.h"
#include "base/option.h"

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

#endif
