/* progress_bar.h - what a person sees of the work: a bar on a terminal, a line a stage elsewhere.
 * All of it goes to stderr. */
#ifndef JOBS_PROGRESS_BAR_H
#define JOBS_PROGRESS_BAR_H

#include "pipeline/pipeline.h"

struct meter {
    bool quiet;    /* nothing but warnings */
    bool terminal; /* stderr is one: a bar */
    const char *stage;
    double began, drawn; /* seconds, of the stage and of the bar last drawn */
    struct progress_report last;
};

/* `quiet`: only notes are printed. */
void meter_start(struct meter *meter, bool quiet);

/* The pipeline's door to it. */
struct progress meter_progress(struct meter *meter);

/* Ends the bar of the last stage. */
void meter_finish(struct meter *meter);

/* A line for a person, unless quiet. */
void meter_say(struct meter *meter, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
