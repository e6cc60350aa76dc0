/* file_finder.h - finds the files of a job and recognizes their formats. */
#ifndef JOBS_FILE_FINDER_H
#define JOBS_FILE_FINDER_H

#include "base/hash_table.h"
#include "jobs/job.h"
#include "pipeline/pipeline.h"

/* A file that matches a source's patterns, and its recognized format. */
struct found_file {
    struct input_file input; /* connector NULL: input.failure holds the reason */
    struct text recognition; /* "csv 90: comma-separated, header of ..."; for `winnow plan` */
    bool is_empty;           /* 0 bytes: no rows and no fault */
};

/* Zeroed is empty. */
struct found_files {
    struct found_file *files; /* in the order of sources and patterns, sorted by path in each */
    size_t count, capacity;
    int64_t *newest;       /* by source of the job: modification time of its newest file, seconds
                              since 1970; 0: it has none */
    struct name_set notes; /* what the user was told; run.json lists it */
    struct arena arena;
};

/* Expands the patterns and recognizes every file. A `map` setting that does not fit a file is
 * ERROR_USAGE. A file or folder that cannot be read is kept with its failure. A pattern that
 * matches nothing is noted, unless its source is optional; ERROR_INPUT if no file is found at all.
 */
bool found_files_find(struct found_files *found, struct job *job, const struct progress *progress,
                      struct error *error);

void found_files_free(struct found_files *found);

#endif
