/* table_records.h - rows of cells become records: what the columns are (mapping.h), whose export it
 * is (vendors.h), whether it is a survey (surveys.h). Shared by csv and xlsx. */
#ifndef CONNECTORS_TABLE_TABLE_RECORDS_H
#define CONNECTORS_TABLE_TABLE_RECORDS_H

#include "connectors/columns/roles.h"
#include "connectors/exports/vendors.h"
#include "connectors/table/layout.h"
#include "connectors/table/survey.h"
#include "pipeline/connector.h"

/* Part of a connector's state; zeroed, then its options are set. */
struct table_records {
    /* options */
    struct text map, date_order, time_zone;
    bool allow_missing_text;

    struct arena arena; /* names, reasons */
    struct table_layout table_layout;
    struct survey survey;
    const struct vendor *vendor;
    struct mapping mapping;
    size_t count;              /* columns */
    struct text text_question; /* what the one text column asks; empty: nothing */
};

/* The options, for the connector's table: TABLE_RECORDS_OPTIONS(struct csv, tabular). */
#define TABLE_RECORDS_OPTIONS(state, field)                                                        \
    {.name = "map",                                                                                \
     .type = OPTION_TEXT,                                                                          \
     .offset = offsetof(state, field.map),                                                         \
     .default_value = "",                                                                          \
     .help = "roles of columns: text=Comment,date=When (also id, rating, title, author, lang)"},   \
        {.name = "dates",                                                                          \
         .type = OPTION_CHOICE,                                                                    \
         .offset = offsetof(state, field.date_order),                                              \
         .default_value = "auto",                                                                  \
         .choices = "auto|dmy|mdy|ymd",                                                            \
         .help = "order of day, month and year in dates"},                                         \
        {.name = "zone",                                                                           \
         .type = OPTION_TEXT,                                                                      \
         .offset = offsetof(state, field.time_zone),                                               \
         .default_value = "",                                                                      \
         .help = "time zone of dates that have none, such as +09:00; empty: UTC"},                 \
        MAPPING_ALLOW_MISSING_TEXT_OPTION(state, field.allow_missing_text)

/* A row as it lies in the file: where, and its bytes for a reject. */
struct located_row {
    const struct text *cells;
    size_t count;
    struct text raw;
    uint64_t line, offset;
};

/* How much a layout looks like a table of feedback, and what was recognised. */
struct recognition table_records_recognize(const struct table_layout *table_layout,
                                           struct arena *arena);

/* Gives the columns of tabular->layout (filled in by the caller, from tabular->arena) their roles.
 * A layout without columns is fine. */
bool table_records_map_columns(struct table_records *table_records, const char *path,
                               struct error *error);

/* Rows to pass by before the first of data: those above the header, and all of the header. */
size_t table_records_rows_to_skip(const struct table_records *table_records);

/* Adds the row's record, its records (one an answer), or a reject; or counts it as left out, when
 * it is a test of the survey's author or not in a customer's words. */
void table_records_add_row(struct table_records *table_records, const struct located_row *row,
                           struct batch *batch);

/* The lines of connector.explain from "recognised" on. */
struct text table_records_explain(const struct table_records *table_records, struct arena *arena);

void table_records_free(struct table_records *table_records);

#endif
