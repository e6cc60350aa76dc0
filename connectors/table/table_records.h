/* table_records.h - turns rows of cells into records: assigns the columns their roles, recognizes
 * known exports (exports.h) and surveys (survey.h). Shared by csv and xlsx. */
#ifndef CONNECTORS_TABLE_TABLE_RECORDS_H
#define CONNECTORS_TABLE_TABLE_RECORDS_H

#include "base/mojibake.h"
#include "connectors/columns/reading_options.h"
#include "connectors/exports/exports.h"
#include "connectors/table/column_order.h"
#include "connectors/table/footers.h"
#include "connectors/table/layout.h"
#include "connectors/table/survey.h"
#include "pipeline/connector.h"

enum { MAX_FOOTER_ROWS = 20 };

/* Part of a connector's state. Zeroed first, then its options are set. */
struct table_records {
    /* options */
    struct text map;
    struct reading_options reading_options;
    bool allow_missing_text;

    struct arena arena; /* names, reasons */
    struct table_layout table_layout;
    struct survey survey;
    const struct known_export *known_export; /* NULL: none */
    struct mapping mapping;
    size_t count; /* columns */
    struct answers answers;
    struct footers *footers;
    enum mojibake mojibake; /* mistake in the letters of the whole file, to be repaired */

    /* Rows that are footers if only footers or a header follow. Their cells are in the arena of the
     * batch: none is held between two calls of the connector's `read`. */
    struct held_row {
        const struct text *cells;
        uint64_t line, offset;
    } held_rows[MAX_FOOTER_ROWS];
    size_t held_count;
    bool is_after_header;      /* the last row repeated the header */
    struct column_order order; /* of the present rows */
};

/* The rows of the connector's option table: TABLE_RECORDS_OPTIONS(struct csv, table_records). */
#define TABLE_RECORDS_OPTIONS(state, field)                                                        \
    {.name = "map",                                                                                \
     .type = OPTION_TEXT,                                                                          \
     .offset = offsetof(state, field.map),                                                         \
     .default_value = "",                                                                          \
     .help = "roles of columns: text=Comment,date=When (also id, rating, title, author, lang, "    \
             "reply)"},                                                                            \
        READING_OPTIONS(state, field.reading_options),                                             \
        MAPPING_ALLOW_MISSING_TEXT_OPTION(state, field.allow_missing_text)

/* A row, its position in the file, and its bytes for a reject. */
struct located_row {
    const struct text *cells;
    size_t count;
    struct text raw;
    uint64_t line, offset;
};

/* Scores how well a layout fits a table of feedback. */
struct recognition table_records_recognize(const struct table_layout *table_layout,
                                           struct arena *arena);

/* Assigns roles to the columns of table_records->table_layout, which the caller has set, with texts
 * from table_records->arena. A layout without columns is fine. */
bool table_records_map_columns(struct table_records *table_records, const char *path,
                               struct error *error);

/* Number of rows above the first row of data: the preamble and all header rows. */
size_t table_records_rows_to_skip(const struct table_records *table_records);

/* Adds the row's record (or several, one per answer) or a reject to the batch, or counts it as
 * skipped: a test response, a row that the company wrote, a repeated header. False if the row can
 * be a footer, which only the next row shows: the caller goes on with that one, or calls
 * table_records_end_rows if there is none. */
bool table_records_add_row(struct table_records *table_records, const struct located_row *row,
                           struct batch *batch);

/* Adds the records of the rows that seemed to be footers, since other rows follow. */
void table_records_release_rows(struct table_records *table_records, struct batch *batch);

/* Counts the rows that are footers as skipped, since no row follows. Returns whether there were
 * any. */
bool table_records_end_rows(struct table_records *table_records, struct batch *batch);

/* The lines of connector.explain from "recognized" on. */
struct text table_records_explain(const struct table_records *table_records,
                                  const struct column_facts *facts, struct arena *arena);

void table_records_free(struct table_records *table_records);

#endif
