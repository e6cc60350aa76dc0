/* connector.h - the interface of a connector: it turns a file into records. Implementations are in
 * connectors/. */
#ifndef PIPELINE_CONNECTOR_H
#define PIPELINE_CONNECTOR_H

#include "base/arena.h"
#include "base/error.h"
#include "base/option.h"
#include "pipeline/record.h"

struct column_facts;

enum { CONNECTOR_HEAD_SIZE = 64 * 1024 };

/* What is known about a file before a connector opens it. */
struct candidate_file {
    const char *path;
    bool is_directory;
    struct text head; /* the first bytes (at most CONNECTOR_HEAD_SIZE), unpacked but not converted
                         to UTF-8; empty for a directory */
};

struct recognition {
    int score;          /* 0 (another format) to 100 (certain) */
    struct text reason; /* "header of a Google Play review export, UTF-16LE" */
};

enum read_status { READ_OK, READ_END, READ_FAILED };

struct connector {
    const char *name;             /* `format = csv` in a job file, `--format csv` */
    const char *summary;          /* one line for --help */
    const struct option *options; /* the keys of [source] that it understands */
    size_t state_size;            /* the caller allocates it zeroed, then sets the options */

    /* Judges the content, never the name alone. The reason is allocated from `arena`. */
    struct recognition (*recognize)(const struct candidate_file *candidate_file,
                                    struct arena *arena);

    bool (*open)(void *state, const char *path, struct error *error);

    /* Reads one row, message or element. It adds the record (or several: one per answer) or one
     * reject to `batch`, or increments batch->skipped if the row is not feedback. The same file
     * gives the same sequence of calls on every run: progress is counted in calls. A malformed row
     * is a reject; READ_FAILED means that the rest of the file cannot be read, with an ERROR_INPUT
     * that names the file, the line and the remedy. */
    enum read_status (*read)(void *state, struct batch *batch, struct error *error);

    /* After open: what was chosen and why, for `winnow plan` and `winnow read --explain`, in lines
     * such as "text: column 'Review Text' (name)". `facts` are those of the whole source; NULL:
     * only the sample of the file is known. */
    struct text (*explain)(void *state, const struct column_facts *facts, struct arena *arena);

    void (*close)(void *state); /* also after a failed open */
};

#endif
