/* report_files.h - the files of a run, in the job's output folder: feedback.csv, topics.csv,
 * summaries.csv, rejects.csv and run.json. */
#ifndef JOBS_REPORT_REPORT_FILES_H
#define JOBS_REPORT_REPORT_FILES_H

#include "jobs/job.h"
#include "pipeline/store.h"

/* Writes all of them to job->output.folder, which exists, each appearing at once and whole. The
 * same saved rows give the same bytes: no clock, no host, no path of this machine in them. */
bool report_files_write(const struct job *job, struct store *store,
                        const struct selection *selection, struct error *error);

#endif
