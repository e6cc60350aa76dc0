/* job.h - the job file: what to read, what to do, where to write. Every name, value and pattern is
 * checked before a record is read. */
#ifndef JOBS_JOB_H
#define JOBS_JOB_H

#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "pipeline/report.h"

/* One `key = value`, from the job file or --set. */
struct job_setting {
    struct text section, name; /* `[source shop]`: "source", "shop" */
    struct text key, value;
    struct text file_contents; /* of the file that the value names, where it is an OPTION_FILE */
    bool is_override;     /* of --set; without a name it speaks of every section of that word */
    const char *location; /* "weekly.job:12", "--set": begins messages about it */
};

/* A [source] section: files of one origin. */
struct job_source {
    struct text name, section_name; /* "feedback" where the section has no name; as written */
    const char *location;           /* of the section's first key */
    struct text *paths;             /* patterns, in order */
    size_t path_count;
    struct text format; /* a connector's name, or "auto" */
};

struct job_model {
    struct text path; /* empty: the default model beside the program */
    struct text precision, kernels;
    int64_t threads, batch;
};

struct job_run {
    int64_t batch_records;
    double max_rejects_pct;
};

struct job_output {
    struct text path;   /* as written in the job file */
    const char *folder; /* where reports and database go; made by `winnow run` */
    struct text profile;
    const struct report_format *format; /* of that profile */
    void *format_state;                 /* its options set */
};

struct job {
    const char *path;             /* of the job file */
    const char *folder;           /* its own: relative paths in it count from here */
    struct job_setting *settings; /* in order; those of --set last */
    size_t setting_count;
    struct job_source *sources;
    size_t source_count;
    struct job_model model;
    struct job_run run;
    struct job_output output;
    uint64_t hash;      /* of every setting: an interrupted run goes on only under the same one */
    struct arena arena; /* everything above lives here */
};

/* Reads `path`, then `overrides` ("section.key=value" lines, of --set). All mistakes found are in
 * the one message, a line each, with file and line and the nearest name. */
bool job_load(struct job *job, const char *path, struct text overrides, struct error *error);

/* As job_load, from `bytes` called `path` (tests). */
bool job_parse(struct job *job, struct text bytes, const char *path, struct text overrides,
               struct error *error);
void job_free(struct job *job); /* safe on a zeroed job */

/* Sets `state` to the defaults of `options`, then to what the sections of that word and name say.
 * Keys that the table does not have are left alone: they were checked by job_load. */
void job_apply_with_defaults(const struct job *job, const char *section, struct text name,
                             const struct option *options, void *state);

/* As job_apply_with_defaults without the defaults. */
void job_apply_without_defaults(const struct job *job, const char *section, struct text name,
                                const struct option *options, void *state);

/* The settings of a section, hashed: equal where they say the same. */
uint64_t job_hash_section(const struct job *job, const char *section);

/* Prints every section and key that a job file may have, with their defaults and what they mean. */
void job_print_keys(FILE *out);

/* `path` seen from the job file's folder. */
const char *job_resolve_path(struct job *job, struct text path);

#endif
