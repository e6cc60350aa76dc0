/* group_key.h - how rows divide into segments ("product=Kettle; country=UK") and periods
 * ("2026-03"): the group and aggregate stages divide alike. */
#ifndef STAGES_STATS_GROUP_KEY_H
#define STAGES_STATS_GROUP_KEY_H

#include "pipeline/store.h"

enum { GROUPING_MAX_COLUMNS = 8 };

struct grouping {
    struct text by;     /* option: comma list of the export's columns; or source, lang */
    struct text period; /* option: a length that calendar_format_period knows */

    struct text names[GROUPING_MAX_COLUMNS]; /* of `by` */
    bool found[GROUPING_MAX_COLUMNS];        /* in some row */
    size_t name_count, row_count;
};

#define GROUPING_PERIODS "day|week|month|quarter|year|all"
#define GROUPING_BY_HELP                                                                           \
    "columns of the export to group by, comma-separated: product, country; also source, lang"
#define GROUPING_PERIOD_HELP "length of the periods to group by"

bool grouping_parse_columns(struct grouping *grouping, struct error *error);

/* "all" when nothing is told apart. Both in `arena`. */
struct text grouping_format_segment(struct grouping *grouping, const struct row *row,
                                    struct arena *arena);
struct text grouping_format_period(const struct grouping *grouping, const struct row *row,
                                   struct arena *arena);

/* After all rows: ERROR_USAGE when no row has a field of `by`, naming those that there are. */
bool grouping_check_columns(const struct grouping *grouping, struct store *store,
                            const struct selection *selection, uint64_t model_key,
                            const char *section, struct error *error);

#endif
