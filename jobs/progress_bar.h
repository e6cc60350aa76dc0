/* progress_bar.h - what a person sees of the work: a bar on a terminal, a line a stage elsewhere.
 * All of it goes to stderr. */
#ifndef JOBS_PROGRESS_BAR_H
#define JOBS_PROGRESS_BAR_H

#include "pipeline/pipeline.h"

struct progress_bar {
    bool is_quiet;    /* nothing but warnings */
    bool is_terminal; /* stderr is one: a bar */
    const char *stage;
    double stage_started_at, bar_drawn_at; /* seconds, of the stage and of the bar last drawn */
    struct progress_report last_report;
};

/* `quiet`: only notes are printed. */
void progress_bar_start(struct progress_bar *progress_bar, bool is_quiet);

/* The pipeline's door to it. */
struct progress progress_bar_callbacks(struct progress_bar *progress_bar);

/* Ends the bar of the last stage. */
void progress_bar_finish(struct progress_bar *progress_bar);

/* A line for a person, unless quiet. */
void progress_bar_print(struct progress_bar *progress_bar, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
