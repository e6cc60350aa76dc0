/* column_facts.h - what only all rows of a source show: the order of day and month in its dates,
 * and the scale of its ratings. Facts are sets, extremes and yes-or-no, so neither the order of
 * rows and files nor reading a row twice changes them. */
#ifndef PIPELINE_COLUMN_FACTS_H
#define PIPELINE_COLUMN_FACTS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/hash_table.h"
#include "pipeline/record.h"

enum { DATE_NUMBER_WORDS = 2 }; /* of 64 bits: a set of the numbers 0 to 127 */

/* Pairs of orders, as bits. */
enum { DATE_DMY_MDY = 1, DATE_DMY_YMD = 2, DATE_MDY_YMD = 4, DATE_PAIR_COUNT = 3 };

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

/* Adds saved facts. Their texts are copied. */
struct date_facts *column_facts_get_date(struct column_facts *facts, uint64_t shape);
struct rating_facts *column_facts_get_rating(struct column_facts *facts, uint64_t column);

/* The facts of a shape or column; NULL: no row has it. */
const struct date_facts *column_facts_find_date(const struct column_facts *facts, uint64_t shape);
const struct rating_facts *column_facts_find_rating(const struct column_facts *facts,
                                                    uint64_t column);

enum date_basis {
    DATE_BASIS_EQUAL,  /* all readings are equal so far */
    DATE_BASIS_NONE,   /* readings differ, and none is likelier */
    DATE_BASIS_LIKELY, /* one number varies more, or the notation is usual in one order */
    DATE_BASIS_MIXED,  /* the rows contradict each other: a row follows its file, if that shows an
                          order, otherwise this decision */
    DATE_BASIS_FUTURE, /* other orders give dates in the future */
    DATE_BASIS_SHOWN,  /* other orders are impossible */
    DATE_BASIS_GIVEN,  /* by the user */
};

struct date_decision {
    enum date_order order; /* never UNKNOWN */
    enum date_basis basis;
    unsigned open_pairs; /* the pairs of orders that a guess chose between: rows in which they
                            differ are undecided. 0: none is */
};

struct date_decision date_facts_decide(const struct date_facts *dates);

/* "day first, since 13/11/2026 has no other reading"; allocated from `arena`. */
struct text date_facts_explain(const struct date_facts *dates, struct arena *arena);

/* The best possible rating: the user's, the stated one, the one that the name implies, otherwise
 * the smallest of 5, 10 and 100 that holds all values; 1 if the values are 0 and 1. NAN: no
 * ratings. The largest value does not count if it is a slip (55 for 5): of at least 100 rows, at
 * most 1 % have it, and without it the scale is smaller. */
double rating_facts_decide(const struct rating_facts *ratings);

/* The time of a record by its order, otherwise by the only one that is possible. */
int64_t date_readings_choose(const struct date_readings *date, enum date_order order);

/* What the user should know about a decision. */
struct column_warning {
    struct text text;
    bool is_guess; /* the rows do not decide */
};

/* Calls `visit` for each warning about the columns of `place` ("source shop"), as far as counted
 * rows need it. */
bool column_facts_for_each_warning(const struct column_facts *facts, struct text place,
                                   bool (*visit)(void *user, const struct column_warning *warning,
                                                 struct error *error),
                                   void *user, struct error *error);

/* Sets created_at and rating_scale by the facts. A rating above its scale is none. */
void column_facts_apply(const struct column_facts *facts, struct record *record);

/* Whether later rows are unlikely to change a decision: every order is shown or given, and the
 * ratings come in no order and contain the best one. `with_ratings`: ratings count. */
bool column_facts_are_settled(const struct column_facts *facts, bool with_ratings);

void column_facts_free(struct column_facts *facts);

/* Whether an author of so many of a source's records with an author is no person: "anonymous" in
 * nearly all rows. */
bool author_is_nobody(uint64_t records, uint64_t source_records);

#endif
