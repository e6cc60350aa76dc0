/* workers.h - a pool of threads that share work. */
#ifndef BASE_WORKERS_H
#define BASE_WORKERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct workers;

/* Starts `count` workers, at least 1. The caller of workers_run is one of them, so count - 1
 * threads are started. */
bool workers_open(struct workers **workers, size_t count, struct error *error);
void workers_close(struct workers *workers); /* NULL is fine */

/* Calls work(context, i) on every worker i in parallel, and returns when all calls have returned.
 * The workers share `items` items, numbered from 0, through workers_take_item. */
void workers_run(struct workers *workers, size_t items, void (*work)(void *context, size_t worker),
                 void *context);

/* Called by `work`: takes the next item; false if all are taken. */
bool workers_take_item(struct workers *workers, size_t *item);

#endif
