/* preflight.h - checks a job's settings against the contents of its files, before the model runs.
 */
#ifndef JOBS_PREFLIGHT_H
#define JOBS_PREFLIGHT_H

#include "jobs/assemble.h"

/* Whether the columns that the stages' settings name exist in the files or in the saved rows;
 * ERROR_USAGE lists the columns that do. Reads no more of the files than is needed to find them. */
bool preflight_check_columns(struct assembly *assembly, struct error *error);

#endif
