/* layout.h - how a delimited file is laid out: delimiter, quoting, where its header stands. Found
 * by reading its head with the real parser, once for every way it could be meant. */
#ifndef CONNECTORS_TABLE_LAYOUT_H
#define CONNECTORS_TABLE_LAYOUT_H

#include "base/arena.h"
#include "connectors/columns/column_profile.h"
#include "connectors/table/rows.h"

enum { MAX_TABLE_COLUMNS = 4096 }; /* columns of a table that makes sense */

enum header_choice { HEADER_AUTO, HEADER_YES, HEADER_NO };

/* What the user said. */
struct layout_options {
    struct text delimiter; /* one character, or comma, semicolon, tab, space, none; empty: find */
    enum header_choice header;
    size_t max_cell_size;
};

struct table_layout {
    struct dialect dialect;
    size_t preamble;        /* rows before the header, to be left out */
    size_t header_rows;     /* 0 or 1; a survey may find that there are more */
    size_t count;           /* columns */
    struct text *header;    /* the header's cells as they stand; "column_1", ... without one */
    struct samples samples; /* of the rows behind the header; missing cells are empty */
    size_t blank_lines;     /* between the sample rows: prose has them, tables hardly */
    int score;              /* 0 to 100: how much it looks like a table */
    bool has_known_names;   /* the header holds names that exports use */
    struct text reason;     /* "3 columns, comma, header in line 1" */
};

/* Reads `head` (UTF-8; `last`: it is the whole file). Everything is allocated from `arena`. False
 * when `wishes.delimiter` is none. */
bool table_layout_detect(struct table_layout *table_layout, struct text head, bool is_final,
                         const struct layout_options *layout_options, struct arena *arena,
                         struct text *fault);

/* The names made different: the second "Score" becomes "Score_2". */
void make_names_unique(struct text *names, size_t count, struct arena *arena);

#endif
