/* report_files.h - writes the report files of a job: report.html, report.xlsx, feedback.csv,
 * topics.csv, shares.csv, insights.csv, summaries.csv, rejects.csv and run.json. */
#ifndef JOBS_REPORT_REPORT_FILES_H
#define JOBS_REPORT_REPORT_FILES_H

#include "jobs/job.h"
#include "pipeline/stage.h"

/* Writes all files to job->output.folder, which must exist, except those that an earlier call wrote
 * from the same results and that nobody has changed since. Each file is replaced atomically. The
 * same saved rows give the same bytes: the files contain no time, host name or absolute path of
 * this run. */
bool report_files_write(const struct job *job, const struct stage_context *stage_context,
                        struct error *error);

#endif
