/* lock.h - one run at a time over one output folder. */
#ifndef JOBS_LOCK_H
#define JOBS_LOCK_H

#include <stdint.h>

#include "base/error.h"

/* Takes the lock of `folder` (its file winnow.lock, with the holder's process id in it), waiting up
 * to `wait_seconds` for another run. Still held: ERROR_LOCKED with the holder. The kernel drops the
 * lock with the process, so a kill leaves nothing to clean up. */
bool lock_acquire(int *lock_fd, const char *folder, int64_t wait_seconds, struct error *error);
void lock_release(int lock_fd); /* a negative one is fine */

#endif
