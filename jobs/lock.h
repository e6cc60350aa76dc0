/* lock.h - allows one run at a time per output folder. */
#ifndef JOBS_LOCK_H
#define JOBS_LOCK_H

#include <stdint.h>

#include "base/error.h"

/* Locks `folder` by its file winnow.lock, which contains the holder's process id. Waits up to
 * `wait_seconds` for another run; if that still holds the lock, fails with ERROR_LOCKED. The kernel
 * releases the lock when the process ends, so a killed run leaves no stale lock. */
bool lock_acquire(int *lock_fd, const char *folder, int64_t wait_seconds, struct error *error);
void lock_release(int lock_fd); /* does nothing for a negative lock_fd */

#endif
