/* progress_bar.h - shows progress on stderr: a bar on a terminal, otherwise one line per finished
 * stage. With `--log json`, one event a second and one per finished stage (jobs/log.h). */
#ifndef JOBS_PROGRESS_BAR_H
#define JOBS_PROGRESS_BAR_H

#include "pipeline/pipeline.h"

struct progress_bar {
    bool is_quiet;                         /* print only notes */
    bool is_terminal;                      /* stderr is a terminal: draw a bar */
    const char *stage;                     /* NULL: none has started */
    double stage_started_at, bar_drawn_at; /* by clock_seconds */
    struct progress_report last_report;
};

void progress_bar_start(struct progress_bar *progress_bar, bool is_quiet);

/* Callbacks for the pipeline, which update `progress_bar`. */
struct progress progress_bar_callbacks(struct progress_bar *progress_bar);

/* Prints the result of the last stage. */
void progress_bar_finish(struct progress_bar *progress_bar);

/* Prints to stderr, unless quiet. */
void progress_bar_print(struct progress_bar *progress_bar, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
