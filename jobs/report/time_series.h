/* time_series.h - the saved figures as series over time, for headlines. Saved figures are by
 * period, segment ("product=Kettle; region=North") and topic. Here they are summed over each part
 * of a segment ("region=North") and over all records. */
#ifndef JOBS_REPORT_TIME_SERIES_H
#define JOBS_REPORT_TIME_SERIES_H

#include "pipeline/store.h"

/* The topic of the figures of all records. */
extern const struct text series_all_topics;

/* Mentions of a topic in a period and in a part of a segment ("product=Kettle"; empty: all
 * records).
 */
struct cell {
    struct text part, topic, period;
    uint64_t mentions, positive, negative;
    uint64_t quote_id, quote_weight; /* from the summed figure with the highest weight, which is its
                                        count of mentions of the prevailing polarity */
    bool is_quote_negative;
    bool is_all_segments, is_all_periods; /* total over segments or periods, if there are any */
};

/* The positions of columns in a table of the store, in the order of the requested names. */
struct series_columns {
    size_t at[8];
};

/* Finds the columns `names`, which ends with NULL. A missing one is ERROR_STORE. */
bool series_map_columns(struct series_columns *found, const struct column *columns, size_t count,
                        const char *const *names, struct error *error);

/* A zeroed one is empty. */
struct series_table {
    struct arena arena;
    struct cell *cells; /* owned; sorted by part, topic, period, each of which is unique */
    size_t count, capacity;
    bool has_segments, has_periods;
    struct text first_period, last_period;
    struct text first_segment_field; /* "product" in the example above */
    uint64_t undated_records;        /* records without a date, which are in no cell */
    struct series_columns columns;
};

/* Reads the figures of the selection. Undated records are only counted. */
bool series_load(struct series_table *table, struct store *store, const struct selection *selection,
                 uint64_t model_key, struct error *error);
void series_free(struct series_table *table);

/* The cells of one part and topic: [begin, end), by period. */
struct series {
    const struct cell *begin, *end;
};

/* The series that starts at cells[index]. */
struct series series_at(const struct series_table *table, size_t index);

/* The series of all records of a part: its mentions are records. Empty if there is none. */
struct series series_for_all_topics(const struct series_table *table, struct text part);

/* Sums the cells with from <= period < until. An empty text is no bound. */
struct cell series_sum_counts(struct series series, struct text from, struct text until);

/* The id of a record to quote, from a period that is mainly negative (or mainly positive) and not
 * before `from`; 0: none. */
uint64_t series_find_quote(struct series series, bool is_negative, struct text from);

#endif
