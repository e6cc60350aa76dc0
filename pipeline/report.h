/* report.h - the interface of an output format for tables. Implemented in connectors/output/. */
#ifndef PIPELINE_REPORT_H
#define PIPELINE_REPORT_H

#include <stdio.h>

#include "base/error.h"
#include "base/option.h"
#include "pipeline/store.h"

struct report_format {
    const char *name; /* `profile = excel` under [output] */
    const char *summary;
    const char *extension;        /* ".csv" */
    const struct option *options; /* keys of [output] that it understands */
    size_t state_size;

    /* Write to `out`, which the caller opens, checks and closes. `columns` is valid until the last
     * row. */
    bool (*begin)(void *state, FILE *out, const struct column *columns, size_t count,
                  struct error *error);
    bool (*row)(void *state, FILE *out, const struct text *cells, size_t count,
                struct error *error);

    /* Optional. Called after the last row: a warning about the table, one line ("2 cells were cut
     * ..."), or the empty text. Allocated from `arena`. */
    struct text (*note)(void *state, struct arena *arena);
};

#endif
