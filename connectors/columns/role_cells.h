/* role_cells.h - whether the sample cells of a column allow the role that its name suggests, and
 * which cell speaks against it. */
#ifndef CONNECTORS_COLUMNS_ROLE_CELLS_H
#define CONNECTORS_COLUMNS_ROLE_CELLS_H

#include "connectors/columns/cell_tests.h"
#include "connectors/columns/column_words.h"
#include "connectors/columns/nobody.h"
#include "connectors/columns/roles.h"

enum refusal {
    REFUSAL_NONE,
    REFUSAL_UNKNOWN, /* not judged yet */
    REFUSAL_COMPANY, /* the company's words */
    REFUSAL_NUMBERS,
    REFUSAL_DATES, /* or relative ones, "3 days ago" */
    REFUSAL_LINKS,
    REFUSAL_ROW_NUMBERS,
    REFUSAL_BLANKS,   /* too few rows have an id */
    REFUSAL_REPEATED, /* ids that repeat */
    REFUSAL_ROUNDED,  /* ids that a spreadsheet has rounded */
    REFUSAL_NO_DATES,
    REFUSAL_NO_RATINGS,
    REFUSAL_NEGATIVE,  /* ratings below 0: votes */
    REFUSAL_VOTES,     /* a score next to columns that count votes */
    REFUSAL_NOBODY,    /* authors that all say nobody */
    REFUSAL_FEW_VALUES /* a title or an author that repeats as the names of products do */
};

/* A column, and what is known about it before the roles are chosen. */
struct column_traits {
    struct column_profile profile;
    struct column_words words;
    int scores[ROLE_COUNT]; /* of its name */
    enum refusal refusals[ROLE_COUNT];
};

struct column_table {
    const struct samples *samples;
    struct column_traits *traits; /* per column */
    bool has_votes;               /* some column counts votes */
    bool is_forum;                /* some column counts what only forums have */
    bool unclear_is_company;      /* columns of SIDE_UNCLEAR are the company's */
    struct nobody_filter nobody;
};

/* Measures all columns. The traits are owned by `table`. */
void column_table_init(struct column_table *table, const struct samples *samples);
void column_table_free(struct column_table *table);

/* Why the column cannot have the role; REFUSAL_NONE: it can. */
enum refusal column_judge(struct column_table *table, enum role role, size_t column);

/* Share of the filled cells that are dates; 1 if no cell is filled. */
double column_date_share(const struct column_table *table, size_t column);

/* Whether no row has an earlier date in `column` than in `other`, and some row a later one. */
bool column_dates_follow(const struct column_table *table, size_t column, size_t other);

/* Whether the cells are ratings beyond doubt: only 1 to 5 or 0 to 10, stars, or "4/5", and no row
 * numbers. For columns whose name says nothing. `allow_numbers`: plain numbers suffice. */
bool column_has_obvious_ratings(const struct column_table *table, size_t column,
                                bool allow_numbers);

/* Whether the cells may be what a company replied, and not dates, flags or names. */
bool column_has_replies(const struct column_table *table, size_t column);

/* ---- For explanations ---- */

/* The trimmed cell. */
struct text column_cell(const struct column_table *table, size_t row, size_t column);

/* The first cell with a value whose test gives `expected`; the number of rows if there is none. */
size_t column_find_cell(const struct column_table *table, size_t column, cell_test *test,
                        bool expected);

struct hashed_row {
    uint64_t hash;
    size_t row;
};

/* Fills `list`, which has room for all rows, with the filled cells, equal ones next to each other
 * in the order of their rows. Returns their number. `skip_nobody`: only those that name an author.
 */
size_t column_list_by_hash(const struct column_table *table, size_t column, bool skip_nobody,
                           struct hashed_row *list);

/* The cell that most rows have. */
struct frequent_author {
    size_t row;   /* the first one that has it */
    size_t rows;  /* how many have it */
    size_t named; /* how many are listed */
};

struct frequent_author column_find_frequent_author(const struct column_table *table, size_t column,
                                                   bool skip_nobody);

#endif
