/* field_list.h - the named values of one JSON object or XML element, and the limits of its size. */
#ifndef CONNECTORS_COLUMNS_FIELD_LIST_H
#define CONNECTORS_COLUMNS_FIELD_LIST_H

#include <stddef.h>

#include "base/arena.h"
#include "base/option.h"

/* The limits of a record, beyond which it is a reject. Options of [source]. */
struct record_limits {
    int64_t record_size; /* in bytes */
    int64_t depth, fields;
};

enum { MAX_RECORD_DEPTH_LIMIT = 500 };

/* The rows of an option table that set them: RECORD_LIMIT_OPTIONS(struct state, limits). */
#define RECORD_LIMIT_OPTIONS(state, field)                                                         \
    {.name = "max_record_size",                                                                    \
     .type = OPTION_INTEGER,                                                                       \
     .offset = offsetof(state, field.record_size),                                                 \
     .default_value = "8388608",                                                                   \
     .min = 1024,                                                                                  \
     .max = 1 << 30,                                                                               \
     .help = "maximum bytes of a JSON object or XML element; a longer one is a reject"},           \
        {.name = "max_record_depth",                                                               \
         .type = OPTION_INTEGER,                                                                   \
         .offset = offsetof(state, field.depth),                                                   \
         .default_value = "64",                                                                    \
         .min = 1,                                                                                 \
         .max = MAX_RECORD_DEPTH_LIMIT,                                                            \
         .help = "maximum levels of nested members; a deeper record is a reject"},                 \
    {                                                                                              \
        .name = "max_record_fields", .type = OPTION_INTEGER,                                       \
        .offset = offsetof(state, field.fields), .default_value = "4096", .min = 1,                \
        .max = 1 << 20,                                                                            \
        .help = "maximum members of a record, including nested ones; one with more is a reject"    \
    }

/* Named values of one record, in order. Names and values are borrowed; zeroed is empty. */
struct fields {
    struct arena *arena; /* borrowed: holds the values */
    struct text *names, *cells;
    size_t count, name_capacity, cell_capacity;
};

/* The value of that name, or NULL. */
struct text *fields_find(const struct fields *fields, struct text name);

/* Adds a value, or replaces the value of that name. */
void fields_set(struct fields *fields, struct text name, struct text cell);

/* Adds a value without looking for its name. */
void fields_add(struct fields *fields, struct text name, struct text cell);

/* Frees the lists but not the arena; safe on a zeroed one. */
void fields_free(struct fields *fields);

#endif
