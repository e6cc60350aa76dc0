/* headline.h - prints the headline insights of a report: what changed, where it differs, what
 * customers love, what they complain about, each with a quote and its source; and the shares of
 * negative and positive texts with their intervals. */
#ifndef JOBS_REPORT_HEADLINE_H
#define JOBS_REPORT_HEADLINE_H

#include <stdio.h>

#include "pipeline/store.h"

/* Prints the insights of the selection from saved figures, feedback and summaries. Changes and
 * differences are printed only if they are statistically significant. */
bool headline_print(FILE *out, struct store *store, const struct selection *selection,
                    struct error *error);

#endif
