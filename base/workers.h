/* workers.h - threads that wait for work and do it side by side. */
#ifndef BASE_WORKERS_H
#define BASE_WORKERS_H

#include <stddef.h>

#include "base/error.h"

struct workers;

/* `count` workers, at least 1; the caller of workers_run is one of them, so one worker is no
 * thread at all. */
bool workers_open(struct workers **workers, size_t count, struct error *error);
void workers_close(struct workers *workers); /* NULL is fine */

/* Calls work(context, i) for every worker i at the same time; returns when all of them have. */
void workers_run(struct workers *workers, void (*work)(void *context, size_t worker),
                 void *context);

#endif
