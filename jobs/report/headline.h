/* headline.h - prints what a person should know: how many records there are, the shares of negative
 * and positive texts with their intervals, the five strongest insights with quotes, the topics that
 * are criticised and praised most, the latest summaries, and where the rest is. */
#ifndef JOBS_REPORT_HEADLINE_H
#define JOBS_REPORT_HEADLINE_H

#include <stdio.h>

#include "pipeline/store.h"

struct headline_options {
    bool prints_ids; /* of quoted records */
};

/* Prints the saved results of the selection. Nothing is tested here: the stages of pass 3 have
 * done it. */
bool headline_print(FILE *out, struct store *store, const struct selection *selection,
                    const struct headline_options *options, struct error *error);

#endif
