/* job_loader.h - the parts of job_parse: the keys of job files, and their mistakes. */
#ifndef JOBS_JOB_LOADER_H
#define JOBS_JOB_LOADER_H

#include "jobs/job.h"

/* A job file that is being read. */
struct job_loader {
    struct job *job;
    size_t capacity;      /* of job->settings */
    struct text mistakes; /* one per line */
    size_t mistake_count;
    const char *name; /* of the job file, for messages */
};

/* ---- Keys (job_keys.c) ---- */

enum { JOB_MAX_OPTION_TABLES = 16 };

/* The keys of the sections that are no stages. */
extern const struct option job_source_options[], job_model_options[], job_run_options[],
    job_retain_options[], job_output_options[];

/* Collects the option tables of a section; components may share a section. Returns their number, 0
 * for an unknown section. */
size_t job_get_section_options(struct text section,
                               const struct option *tables[JOB_MAX_OPTION_TABLES]);

/* ---- Mistakes (job_mistakes.c) ---- */

/* Adds a line that names the place, what was expected and the remedy. */
void job_add_mistake(struct job_loader *loader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds that `word` is no known `kind`, and the closest of `names` (NULL-terminated) or all. */
void job_report_unknown(struct job_loader *loader, const char *location, const char *kind,
                        struct text word, const char **names);
void job_report_unknown_section(struct job_loader *loader, const struct job_setting *setting);
void job_report_unknown_key(struct job_loader *loader, const struct job_setting *setting,
                            const struct option *const *tables, size_t table_count);

/* Sets `error` to all mistakes, ERROR_USAGE; returns false. */
bool job_report_mistakes(const struct job_loader *loader, struct error *error);

#endif
