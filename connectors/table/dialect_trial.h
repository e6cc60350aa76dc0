/* dialect_trial.h - the sample rows of a file as one dialect splits them, and how well they fit a
 * table; for layout.c and header.c. */
#ifndef CONNECTORS_TABLE_DIALECT_TRIAL_H
#define CONNECTORS_TABLE_DIALECT_TRIAL_H

#include "base/arena.h"
#include "connectors/table/row_reader.h"

/* What all trials of a file have in common. */
struct trial_input {
    struct lookahead head; /* the beginning of the file */
    size_t max_cell_size;  /* in bytes */
    struct arena *arena;   /* holds the rows */
};

struct dialect_trial {
    struct dialect dialect; /* set before dialect_trial_run */
    const struct text **rows;
    size_t *counts;    /* cells of each row */
    size_t *positions; /* of the rows among all rows, with comments */
    size_t row_count, broken_rows, blank_lines;
    size_t width;      /* number of cells in most rows */
    size_t preamble;   /* rows above the header; there is at least one more row */
    bool has_comments; /* rows "# ...", which are left out */
    double score;      /* about 0 to 115 */
};

/* Reads up to 1,000 rows and scores them; row_count is 0 if there are only blank lines.
 * `expected_cells`: of a whole row, which decides where broken rows end; 0: unknown. */
void dialect_trial_run(struct dialect_trial *trial, const struct trial_input *input,
                       size_t expected_cells);

/* Whether a cell is the known name of a column. */
bool row_has_known_names(const struct text *cells, size_t count);

size_t row_count_filled_cells(const struct text *cells, size_t count);

#endif
