/* group_key.h - how rows divide into segments ("product=Kettle; country=UK") and periods
 * ("2026-03"): the group and aggregate stages divide alike. */
#ifndef STAGES_STATS_GROUP_KEY_H
#define STAGES_STATS_GROUP_KEY_H

#include "pipeline/store.h"

enum { SPLIT_MOST_FIELDS = 8 };

struct split {
    struct text by;     /* option: comma list of the export's columns; or source, lang */
    struct text period; /* option: a length that calendar_period knows */

    struct text names[SPLIT_MOST_FIELDS]; /* of `by` */
    bool found[SPLIT_MOST_FIELDS];        /* in some row */
    size_t name_count, row_count;
};

#define SPLIT_PERIODS "day|week|month|quarter|year|all"
#define SPLIT_BY_HELP                                                                              \
    "columns of the export to tell apart, comma-separated: product, country; also source, lang"
#define SPLIT_PERIOD_HELP "length of the periods to tell apart"

bool split_open(struct split *split, struct error *error);

/* "all" when nothing is told apart. Both in `arena`. */
struct text split_segment(struct split *split, const struct row *row, struct arena *arena);
struct text split_period(const struct split *split, const struct row *row, struct arena *arena);

/* After all rows: ERROR_USAGE when no row has a field of `by`, naming those that there are. */
bool split_check(const struct split *split, struct store *store, const struct selection *selection,
                 uint64_t model_key, const char *section, struct error *error);

#endif
