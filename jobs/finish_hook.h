/* finish_hook.h - runs the command of `[run] on_finish` when a run has ended.
 *
 * The sandbox refuses execve, so a helper process is forked before the run enters it. The helper
 * takes the command from the job file, which is read already. From the run it gets numbers only,
 * never a text of a customer. */
#ifndef JOBS_FINISH_HOOK_H
#define JOBS_FINISH_HOOK_H

#include <sys/types.h>

#include "jobs/job.h"
#include "pipeline/store.h"

struct finish_hook {
    pid_t helper; /* 0: the job has no command */
    int pipe;
};

/* Forks the helper if the job has a command. */
bool finish_hook_start(struct finish_hook *hook, const struct job *job, struct error *error);

/* Runs the command with /bin/sh and waits for it. Its environment has WINNOW_JOB (the job file),
 * WINNOW_OUTPUT (the folder), WINNOW_EXIT (the exit code of the run), WINNOW_READ, and the number
 * of rows of each state as WINNOW_NEW, WINNOW_UNCHANGED ... Returns false with a note if the
 * command fails. If the run is killed, the helper runs the command with WINNOW_EXIT=137. */
bool finish_hook_run(struct finish_hook *hook, int exit_code, const struct row_totals *row_totals);

#endif
