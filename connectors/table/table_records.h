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
struct tabular {
    /* options */
    struct text map, dates, zone;
    bool without_text;

    struct arena arena; /* names, reasons */
    struct layout layout;
    struct survey survey;
    const struct vendor *vendor;
    struct mapping mapping;
    size_t count;              /* columns */
    struct text text_question; /* what the one text column asks; empty: nothing */
};

/* The options, for the connector's table: TABULAR_OPTIONS(struct csv, tabular). */
#define TABULAR_OPTIONS(state, field)                                                              \
    {.name = "map",                                                                                \
     .type = OPTION_TEXT,                                                                          \
     .offset = offsetof(state, field.map),                                                         \
     .fallback = "",                                                                               \
     .help = "which column is what: text=Comment,date=When (id, rating, title, author, lang)"},    \
        {.name = "dates",                                                                          \
         .type = OPTION_CHOICE,                                                                    \
         .offset = offsetof(state, field.dates),                                                   \
         .fallback = "find",                                                                       \
         .choices = "find|dmy|mdy|ymd",                                                            \
         .help = "order of day, month and year"},                                                  \
        {.name = "zone",                                                                           \
         .type = OPTION_TEXT,                                                                      \
         .offset = offsetof(state, field.zone),                                                    \
         .fallback = "",                                                                           \
         .help = "of dates without a zone, as +09:00; empty: UTC"},                                \
        MAPPING_WITHOUT_TEXT(state, field.without_text)

/* A row as it lies in the file: where, and its bytes for a reject. */
struct placed_row {
    const struct text *cells;
    size_t count;
    struct text raw;
    uint64_t line, offset;
};

/* How much a layout looks like a table of feedback, and what was recognised. */
struct recognition tabular_recognize(const struct layout *layout, struct arena *arena);

/* Gives the columns of tabular->layout (filled in by the caller, from tabular->arena) their roles.
 * A layout without columns is fine. */
bool tabular_learn(struct tabular *tabular, const char *path, struct error *error);

/* Rows to pass by before the first of data: those above the header, and all of the header. */
size_t tabular_rows_to_skip(const struct tabular *tabular);

/* Adds the row's record, its records (one an answer), or a reject; or counts it as left out, when
 * it is a test of the survey's author or not in a customer's words. */
void tabular_add(struct tabular *tabular, const struct placed_row *row, struct batch *batch);

/* The lines of connector.explain from "recognised" on. */
struct text tabular_explain(const struct tabular *tabular, struct arena *arena);

void tabular_free(struct tabular *tabular);

#endif
