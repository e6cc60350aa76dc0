/* time_series.h - the saved figures as series over time, for headlines. Figures are saved by
 * period, segment (product "Kettle" and region "North") and topic; a series sums them over one
 * field of the segments (region "North"), or over all segments. */
#ifndef JOBS_REPORT_TIME_SERIES_H
#define JOBS_REPORT_TIME_SERIES_H

#include "pipeline/store.h"

/* Mentions of a topic in the segments that share a field. */
struct cell {
    struct field part; /* product "Kettle"; without a name: all segments */
    struct text topic, period;
    uint64_t mentions, positive, negative;
    uint64_t quote_id, quote_weight; /* from the summed figure with the highest weight, which is its
                                        count of mentions of the prevailing polarity */
    bool is_quote_negative;
    bool is_all_segments, is_all_periods; /* total over segments or periods, if there are any */
};

/* Zeroed it is empty. */
struct series_table {
    struct arena arena;
    struct cell *cells; /* owned; sorted by part, topic, period, each of which is unique */
    size_t count, capacity;
    bool has_segments, has_periods;
    struct text first_period, last_period;
    struct text first_segment_field; /* name of the first field of the segments: "product" */
    uint64_t undated_records;        /* records that are in no cell of a period */
};

/* Reads the figures of the selection's view; undated ones are counted, not listed. */
bool series_load(struct series_table *table, struct store *store, uint64_t view,
                 struct error *error);
void series_free(struct series_table *table);

/* The cells of one part and topic: [begin, end), by period. */
struct series {
    const struct cell *begin, *end;
};

/* The series that starts at cells[index]. */
struct series series_at(const struct series_table *table, size_t index);

/* Of all topics of a part: its mentions are the records. Empty when there is none. */
struct series series_for_all_topics(const struct series_table *table, struct field part);

bool series_is_same_part(struct field a, struct field b);

/* Sums the cells with from <= period < until. An empty text is no bound. */
struct cell series_sum_counts(struct series series, struct text from, struct text until);

/* The id of a record to quote, from a period that is mainly negative (or mainly positive) and not
 * before `from`; 0: none. */
uint64_t series_find_quote(struct series series, bool is_negative, struct text from);

#endif
