/* column_profile.h - what sample cells say about a column. */
#ifndef CONNECTORS_COLUMNS_COLUMN_PROFILE_H
#define CONNECTORS_COLUMNS_COLUMN_PROFILE_H

#include "base/text.h"

/* Sample rows of a table: cells[row * count + column]. */
struct samples {
    const struct text *cells;
    size_t rows, count;
};

struct column_profile {
    size_t filled;   /* cells that say something: not blank, "-", "n/a" */
    size_t bytes;    /* of those */
    size_t words;    /* of those; a run of characters of a script without blanks counts by size */
    size_t distinct; /* different ones */
    size_t numbers;  /* plain decimal numbers */
    size_t links;    /* URLs and mail addresses */
};

struct column_profile column_profile_measure(const struct samples *samples, size_t column);

struct text samples_cell(const struct samples *samples, size_t row, size_t column);

/* Mean bytes of a filled cell; 0 for none. */
double column_profile_mean_size(const struct column_profile *profile);

/* Written by people in their own words, not chosen from a list: many different answers of several
 * words. `asked`: the column's name is an open question, so less is enough. */
bool column_profile_is_free_text(const struct column_profile *profile, bool is_question);

#endif
