/* workers.h - threads that wait for work and do it side by side. */
#ifndef BASE_WORKERS_H
#define BASE_WORKERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct workers;

/* `count` workers, at least 1; the caller of workers_run is one of them, so one worker is no
 * thread at all. */
bool workers_open(struct workers **workers, size_t count, struct error *error);
void workers_close(struct workers *workers); /* NULL is fine */

/* Calls work(context, i) for every worker i at the same time; returns when all of them have. They
 * share `items` items, numbered from 0, by workers_take_item. */
void workers_run(struct workers *workers, size_t items, void (*work)(void *context, size_t worker),
                 void *context);

/* For workers at work: the first item that none of them has taken; false when there is none. */
bool workers_take_item(struct workers *workers, size_t *item);

#endif
