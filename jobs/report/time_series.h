/* time_series.h - the saved figures as series over time, for headlines. Figures come by period,
 * segment
 * ("product=Kettle; region=North") and topic; here they are summed over each part of a segment
 * alone ("region=North") and over everything. */
#ifndef JOBS_REPORT_TIME_SERIES_H
#define JOBS_REPORT_TIME_SERIES_H

#include "pipeline/store.h"

/* The topic that stands for all records. */
extern const struct text series_all_topics;

/* Mentions of a topic in a part of the segments ("product=Kettle"; empty: everything). */
struct cell {
    struct text part, topic, period;
    uint64_t mentions, positive, negative;
    uint64_t quote_id, quote_weight; /* of the figure with most mentions of one polarity */
    bool is_quote_negative;
    bool is_all_segments, is_all_periods; /* a total of others, if there are others */
};

/* Where columns stand in a table of the store, by the order of their names. */
struct series_columns {
    size_t at[8];
};

bool series_map_columns(struct series_columns *found, const struct column *columns, size_t count,
                        const char *const *names, struct error *error);

/* Zeroed it is empty. */
struct series_table {
    struct arena arena;
    struct cell *cells; /* owned; sorted by part, topic, period; of each one */
    size_t count, capacity;
    bool has_segments, has_periods;
    struct text first_period, last_period;
    struct text first_segment_field; /* of the segments: "product" */
    uint64_t undated_records;        /* records that are in no cell of a period */
    struct series_columns columns;
};

/* Reads the figures of the selection's view; undated ones are counted, not listed. */
bool series_load(struct series_table *table, struct store *store, const struct selection *selection,
                 uint64_t model_key, struct error *error);
void series_free(struct series_table *table);

/* All cells of one part and topic are at [begin, end). */
struct series {
    const struct cell *begin, *end;
};

struct series series_at(const struct series_table *table, size_t at);

/* Of all topics of a part: its mentions are the records. Empty when there is none. */
struct series series_for_all_topics(const struct series_table *table, struct text part);

/* Sums the cells with from <= period < until; an empty bound is none. */
struct cell series_sum_counts(struct series series, struct text from, struct text until);

/* A record that speaks ill, or well, since `from`; 0 for none. */
uint64_t series_find_quote(struct series series, bool negative, struct text from);

#endif
