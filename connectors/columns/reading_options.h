/* reading_options.h - the keys of [source] that say how dates and ratings are read: `dates`,
 * `zone`, `rating_scale`. Every connector that maps columns has them. */
#ifndef CONNECTORS_COLUMNS_READING_OPTIONS_H
#define CONNECTORS_COLUMNS_READING_OPTIONS_H

#include "base/option.h"
#include "connectors/columns/roles.h"

struct reading_options {
    struct text date_order, time_zone;
    double rating_scale; /* 0: all rows decide */
};

/* The rows of a connector's option table: READING_OPTIONS(struct csv, field). */
#define READING_OPTIONS(state, field)                                                              \
    {.name = "dates",                                                                              \
     .type = OPTION_CHOICE,                                                                        \
     .offset = offsetof(state, field.date_order),                                                  \
     .default_value = "auto",                                                                      \
     .choices = "auto|dmy|mdy|ymd",                                                                \
     .help = "order of day, month and year in dates; auto: all rows of the source decide"},        \
        {.name = "zone",                                                                           \
         .type = OPTION_TEXT,                                                                      \
         .offset = offsetof(state, field.time_zone),                                               \
         .default_value = "",                                                                      \
         .help = "time zone of dates that have none, such as +09:00; empty: UTC"},                 \
    {                                                                                              \
        .name = "rating_scale", .type = OPTION_REAL,                                               \
        .offset = offsetof(state, field.rating_scale), .default_value = "0", .min = 0, .max = 100, \
        .help =                                                                                    \
            "best possible rating, such as 5, of ratings that do not state it; 0: all rows of "    \
            "the source decide"                                                                    \
    }

/* Sets date_order, date_zone_seconds and rating_scale of *options. Fails with ERROR_USAGE if the
 * zone is none. */
bool reading_options_apply(const struct reading_options *reading_options,
                           struct mapping_options *options, struct error *error);

#endif
