/* layout.h - detects the layout of a delimited file: delimiter, quotes, position of the header.
 * Parses the beginning of the file with every candidate dialect and keeps the one that fits best.
 */
#ifndef CONNECTORS_TABLE_LAYOUT_H
#define CONNECTORS_TABLE_LAYOUT_H

#include "base/arena.h"
#include "connectors/columns/column_profile.h"
#include "connectors/table/row_reader.h"

enum { MAX_TABLE_COLUMNS = 4096 };

enum header_choice { HEADER_AUTO, HEADER_YES, HEADER_NO };

struct layout_options {
    struct text delimiter; /* one character, or comma, semicolon, tab, space, none; empty: detect */
    enum header_choice header;
    size_t max_cell_size; /* in bytes */
};

struct table_layout {
    struct dialect dialect;
    size_t preamble;        /* rows above the header, to be skipped */
    size_t header_rows;     /* 0 or 1; a survey may have more */
    size_t count;           /* columns; above MAX_TABLE_COLUMNS it is not a table */
    struct text *header;    /* the cells of the header; "column_1", ... without one */
    struct samples samples; /* rows below the header; missing cells are empty */
    size_t blank_lines;     /* between the sample rows: frequent in prose, rare in tables */
    int score;              /* 0 to 100: how well it fits a table */
    bool has_known_names;   /* the header contains known column names */
    bool has_comments;      /* rows of one cell that begins with # are comments */
    struct text reason;     /* "3 columns, comma, with a header" */
};

/* Detects the layout from the beginning of a file; a count of 0 means that it has only blank lines.
 * Everything is allocated from `arena`. False, with the reason in *fault, if options->delimiter is
 * invalid. */
bool table_layout_detect(struct table_layout *table_layout, struct lookahead head,
                         const struct layout_options *options, struct arena *arena,
                         struct text *fault);

/* Whether the row is only the statement of a delimiter, "sep=;", which precedes a header. */
bool row_states_delimiter(const struct text *cells, size_t count);

/* Whether the row is one cell that begins with #. */
bool row_is_comment(const struct text *cells, size_t count);

#endif
