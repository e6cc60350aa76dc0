/* column_profile.h - statistics of a column's sample cells. */
#ifndef CONNECTORS_COLUMNS_COLUMN_PROFILE_H
#define CONNECTORS_COLUMNS_COLUMN_PROFILE_H

#include "base/text.h"

/* Column names and sample rows of a table: cells[row * count + column]. Borrowed. */
struct samples {
    const struct text *names;
    size_t count; /* columns */
    const struct text *cells;
    size_t rows; /* may be 0 */
};

/* Whether the cell is blank or a placeholder ("-", "n/a"). */
bool cell_has_no_value(struct text cell);

/* Counts of the cells that have a value. */
struct column_profile {
    size_t filled;
    size_t bytes;
    size_t words;    /* estimated from the size for scripts without blanks between words */
    size_t distinct; /* different cells */
    size_t numbers;  /* decimal numbers */
    size_t links;    /* URLs and mail addresses */
    size_t dates;    /* dates and relative ones ("3 days ago") among the first cells; an estimate */
    size_t codes; /* short cells with a digit: dates in an unknown notation, numbers with units */
};

struct column_profile column_profile_measure(const struct samples *samples, size_t column);

struct text samples_cell(const struct samples *samples, size_t row, size_t column);

/* The words of a cell; estimated as above. */
size_t cell_count_words(struct text cell);

/* Mean bytes or words of a filled cell; 0 if there is none. */
double column_profile_mean_size(const struct column_profile *profile);
double column_profile_mean_words(const struct column_profile *profile);

/* Whether more than half of the cells are numbers, or links. */
bool column_profile_has_numbers(const struct column_profile *profile);
bool column_profile_has_links(const struct column_profile *profile);

/* Whether at least half of the cells are dates, readable or relative. */
bool column_profile_has_dates(const struct column_profile *profile);

/* Whether nearly all cells are short and have digits, unlike texts; false for a few cells. */
bool column_profile_has_codes(const struct column_profile *profile);

/* Whether people wrote the cells in their own words instead of choosing from a list: many different
 * cells of several words. free_text.h decides with less evidence, of columns whose names ask. */
bool column_profile_is_free_text(const struct column_profile *profile);

#endif
