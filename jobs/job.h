/* job.h - the job file: what to read, what to do, where to write. All names and values are checked
 * before a record is read. */
#ifndef JOBS_JOB_H
#define JOBS_JOB_H

#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/option.h"
#include "pipeline/document.h"
#include "pipeline/report.h"

/* One `key = value`, from the job file or --set. */
struct job_setting {
    struct text section, name; /* `[source shop]`: "source", "shop" */
    struct text key, value;
    struct text file_contents; /* OPTION_FILE: contents of the file that the value names */
    bool is_override; /* from --set; one without a section name applies to all sections of the word,
                         named or not */
    const char *location; /* "weekly.ini:12" or "--set": starts messages about the setting */
};

/* A [source] section: the files of one origin. */
struct job_source {
    struct text section_name; /* as written; may be empty */
    struct text name;         /* section_name, or "feedback" if that is empty */
    const char *location;     /* of the section's first key */
    struct text *paths;       /* patterns, in the order of the file */
    size_t path_count;
    struct text format;     /* a connector's name, or "auto" */
    bool is_optional;       /* it is no fault if no file matches */
    int64_t expect_seconds; /* longest time between two exports; 0: any */
    uint64_t settings_hash; /* of the name and of all settings that decide how a row is read, and of
                               the version; never 0 */
};

struct job_model {
    struct text path; /* empty: the default model */
    struct text precision, kernels;
    int64_t threads, batch;
};

struct job_run {
    int64_t batch_records;
    double max_rejects_pct;
    bool strict;
    struct text sandbox;   /* one of SANDBOX_CHOICES (jobs/sandbox.h) */
    struct text on_finish; /* shell command; empty: none */
};

/* Which records a run erases. */
struct job_retain {
    int64_t months; /* 0: none */
    struct text after, keep;
};

enum { JOB_MAX_DOCUMENTS = 4 };

struct job_output {
    struct text path;   /* as written in the job file */
    const char *folder; /* of reports and database; created by `winnow run` */
    struct text profile;
    const struct report_format *format;              /* of the profile */
    void *format_state;                              /* with its options set */
    struct text reports, title, language, html_rows; /* as written in the job file */
    bool shows_ids;
    bool writes_tables;                                         /* the CSV files */
    const struct document_format *documents[JOB_MAX_DOCUMENTS]; /* to write */
    size_t document_count;
    struct document_options document_options;
};

struct job {
    const char *path;             /* of the job file */
    const char *folder;           /* of the job file: relative paths in it start here */
    struct job_setting *settings; /* in the order of the file; those of --set last */
    size_t setting_count;
    struct job_source *sources;
    size_t source_count;
    struct job_model model;
    struct job_run run;
    struct job_retain retain;
    struct job_output output;
    uint64_t hash;      /* of all settings: an interrupted run is resumed only with the same hash */
    struct arena arena; /* holds everything above except `settings` */
};

/* Reads the job file `path` and applies `overrides` (lines "section.key=value", from --set). All
 * mistakes are in one ERROR_USAGE message, one per line, with file, line and the closest name. */
bool job_load(struct job *job, const char *path, struct text overrides, struct error *error);

/* As job_load, but parses `bytes`; `path` names them in messages. */
bool job_parse(struct job *job, struct text bytes, const char *path, struct text overrides,
               struct error *error);
void job_free(struct job *job); /* safe on a zeroed job */

/* Sets `state` to the defaults of `options`, then to the settings of the section with this word and
 * name. Skips keys that are not in `options`: job_load has checked them. */
void job_apply_with_defaults(const struct job *job, const char *section, struct text name,
                             const struct option *options, void *state);

/* As job_apply_with_defaults without the defaults. */
void job_apply_without_defaults(const struct job *job, const char *section, struct text name,
                                const struct option *options, void *state);

/* A hash of the settings of all sections with this word. */
uint64_t job_hash_section(const struct job *job, const char *section);

/* The time before which [retain] erases records: the first second of the month that is `months`
 * full months before the one that contains `now`. False if the job keeps all records. */
bool job_get_retention_cutoff(const struct job *job, int64_t now, int64_t *cutoff);

/* One key of a job file. */
struct job_key {
    const char *section, *section_summary; /* the summary may be NULL */
    const char *component; /* connector or format that the key belongs to; NULL: the section */
    const struct option *option;
};

struct job_key_visitor {
    void (*visit)(void *user, const struct job_key *key);
    void *user;
};

/* Every key, by section. Several components may have a key of one name. */
void job_for_each_key(const struct job_key_visitor *visitor);

/* Prints every section and key of a job file, with default and help. */
void job_print_keys(FILE *out);

/* `path`, relative to the job file's folder unless it is absolute; "~/" is the user's home folder.
 * Valid as long as the job. */
const char *job_resolve_path(struct job *job, struct text path);

#endif
