/* headline.h - the headline insights of a report, as text for a person: what changed, where it
 * differs, what customers love, what they complain about; each with a quote and where it stands. */
#ifndef JOBS_REPORT_HEADLINE_H
#define JOBS_REPORT_HEADLINE_H

#include <stdio.h>

#include "pipeline/store.h"

/* Prints them from the saved figures, feedback and summaries of the selection's view. A claim is
 * printed only where chance is an unlikely cause. With nothing saved it says so. */
bool headline_print(FILE *out, struct store *store, const struct selection *selection,
                    struct error *error);

#endif
