/* grouping.h - how saved records divide into segments (values of columns such as product and
 * country) and periods. The group and aggregate stages use the same division. */
#ifndef STAGES_STATS_GROUPING_H
#define STAGES_STATS_GROUPING_H

#include "base/hash_table.h"
#include "pipeline/stage.h"
#include "pipeline/store.h"

enum { GROUPING_MAX_COLUMNS = 8 };

struct grouping {
    struct text by;     /* option: columns of the export, or source and lang; comma-separated */
    struct text period; /* option: a granularity that calendar_format_period knows */

    struct text names[GROUPING_MAX_COLUMNS]; /* the columns of `by`, as the job spells them */
    bool found[GROUPING_MAX_COLUMNS];        /* whether some record has the column */
    size_t name_count, record_count;
};

#define GROUPING_PERIODS "day|week|month|quarter|year|all"
#define GROUPING_BY_HELP                                                                           \
    "columns of the export to group by, comma-separated: product, country; also source, lang"
#define GROUPING_PERIOD_HELP "length of the periods to group by"

/* Fills `names` from `by`. ERROR_USAGE if there are more than GROUPING_MAX_COLUMNS. */
bool grouping_parse_columns(struct grouping *grouping, struct error *error);

/* The record's value of a column, trimmed; empty if it has none. Sets *found to true if the record
 * has the column. */
struct text grouping_find_value(const struct saved_record *record, struct text name, bool *found);

/* The record's value of each column of `by`, as a key without a topic. The fields are allocated
 * from `arena`; names and values are borrowed from the grouping and the record. */
struct group_key grouping_make_key(struct grouping *grouping, const struct saved_record *record,
                                   struct arena *arena);

/* "2026-03"; allocated from `arena`. */
struct text grouping_format_period(const struct grouping *grouping,
                                   const struct saved_record *record, struct arena *arena);

/* ERROR_USAGE if a column of `by` is not among `columns`, which the message lists. `section` is the
 * stage's section in the job file. */
bool grouping_check_columns(const struct grouping *grouping, const struct name_set *columns,
                            const char *section, struct error *error);

/* The same after all records, with the columns that some record has. */
bool grouping_check_records(const struct grouping *grouping,
                            const struct stage_context *stage_context, const char *section,
                            struct error *error);

#endif
