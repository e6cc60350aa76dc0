/* column_facts.h - what only all rows of a source show: the order of day and month in its dates,
 * and the scale of its ratings. Facts are sets, extremes and yes-or-no, so neither the order of
 * rows and files nor reading a row twice changes them. */
#ifndef PIPELINE_COLUMN_FACTS_H
#define PIPELINE_COLUMN_FACTS_H

#include "base/arena.h"
#include "base/hash_table.h"
#include "pipeline/record.h"

enum { DATE_NUMBER_WORDS = 2 }; /* of 64 bits: a set of the numbers 0 to 127 */

/* Pairs of orders, as bits. */
enum { DATE_DMY_MDY = 1, DATE_DMY_YMD = 2, DATE_MDY_YMD = 4, DATE_PAIR_COUNT = 3 };

/* The orders of each pair. */
extern const enum date_order date_order_pairs[DATE_PAIR_COUNT][2];

/* All three orders, as bits 1 << order. */
enum { ALL_DATE_ORDERS = 1U << DATE_ORDER_YMD | 1U << DATE_ORDER_MDY | 1U << DATE_ORDER_DMY };

/* All dates of one notation in one column. */
struct date_facts {
    uint64_t shape;
    struct text column;
    /* Of each order: the smallest date, as written, that is no date in any other order; [UNKNOWN]:
     * the smallest with different readings. Empty: none. */
    struct text examples[DATE_ORDER_COUNT];
    enum date_order given_order;
    char separator;
    bool has_long_years; /* of four digits */
    uint64_t numbers[3][DATE_NUMBER_WORDS];
    unsigned impossible, future; /* bits 1 << order: a row is no date in this order, or one in the
                                    future where another order gives none */
    unsigned differing;          /* pairs of orders that differ in a row */
    /* Counts are not saved, since a row may be read twice: of the rows read so far that become
     * records, or of the saved records. The second: only of files that do not show their order. */
    uint64_t row_count, differing_rows[DATE_PAIR_COUNT];
    bool is_changed; /* by column_facts_add; the store resets it */
};

/* All ratings of one column that do not state their scale. */
struct rating_facts {
    uint64_t column;
    struct text column_name;
    double min, max;     /* NAN: none */
    double second;       /* the largest value below max; NAN: none */
    bool has_others;     /* a value is neither 0 nor 1 */
    double stated_scale; /* the largest that other cells or the export state; NAN: none */
    double given_scale, hinted_scale;
    double last; /* with the next two, of the order in which rows are read; not saved */
    bool has_risen, has_fallen;
    uint64_t row_count, max_rows; /* as date_facts.row_count; of them, rows with the value max */
    bool is_changed;
};

/* The facts of one source; zeroed is empty, but set `future_begins` before rows are added. */
struct column_facts {
    int64_t future_begins; /* no export contains feedback from this time on; seconds since 1970 */
    struct date_facts *dates;
    size_t date_count, date_capacity;
    struct rating_facts *ratings;
    size_t rating_count, rating_capacity;
    struct hash_table indexes; /* of shapes and columns */
    struct arena arena;        /* of the texts */
};

/* The end of tomorrow: where the future begins for an export that is read at `now`. */
int64_t column_facts_future(int64_t now);

/* Adds what a record shows: any record with a date or rating, even one that is not saved. */
void column_facts_add(struct column_facts *facts, const struct record *record);

/* Adds facts of other rows; counts are not added. The settings and names of `other` count. */
void column_facts_merge_dates(struct column_facts *facts, const struct date_facts *other);
void column_facts_merge_ratings(struct column_facts *facts, const struct rating_facts *other);

/* The facts of a shape or column, which are added if there are none. */
struct date_facts *column_facts_get_date(struct column_facts *facts, uint64_t shape);
struct rating_facts *column_facts_get_rating(struct column_facts *facts, uint64_t column);

/* The facts of a shape or column; NULL: no row has it. */
const struct date_facts *column_facts_find_date(const struct column_facts *facts, uint64_t shape);
const struct rating_facts *column_facts_find_rating(const struct column_facts *facts,
                                                    uint64_t column);

void column_facts_free(struct column_facts *facts);

#endif
