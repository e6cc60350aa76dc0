/* connector.h - how a file becomes records. Implemented in connectors/. */
#ifndef PIPELINE_CONNECTOR_H
#define PIPELINE_CONNECTOR_H

#include "base/arena.h"
#include "base/error.h"
#include "base/option.h"
#include "pipeline/record.h"

enum { CONNECTOR_HEAD_SIZE = 64 * 1024 };

/* What is known of a file before it is opened. */
struct candidate_file {
    const char *path;
    bool is_directory;
    struct text head; /* the first bytes (at most CONNECTOR_HEAD_SIZE), uncompressed, as they lie:
                         not yet UTF-8; empty for a directory */
};

struct recognition {
    int score;          /* 0 (not mine) to 100 (certain) */
    struct text reason; /* "header of a Google Play review export, UTF-16LE" */
};

enum read_status { READ_OK, READ_END, READ_FAILED };

struct connector {
    const char *name;             /* `format = csv` in a job file, `--format csv` */
    const char *summary;          /* one line for --help */
    const struct option *options; /* keys of [source] that it understands */
    size_t state_size;            /* allocated zeroed by the caller, then options are set */

    /* From the content, never from the name alone. `arena` holds the reason. */
    struct recognition (*recognize)(const struct candidate_file *candidate_file,
                                    struct arena *arena);

    bool (*open)(void *state, const char *path, struct error *error);

    /* Reads one row, message or element: adds its record (or records: one an answer), or one
     * reject, to `batch`, or counts it in batch->skipped where it is no feedback. The same file
     * gives the same sequence of calls on every run: progress is counted in calls. A broken row is
     * a reject; READ_FAILED means that the rest of the file cannot be read (ERROR_INPUT with
     * file, line and remedy). */
    enum read_status (*read)(void *state, struct batch *batch, struct error *error);

    /* What was chosen and why, after open, for `winnow plan` and `winnow read --explain`: lines
     * "text: column 'Review Text' (name)". */
    struct text (*explain)(void *state, struct arena *arena);

    void (*close)(void *state); /* also after a failed open */
};

#endif
