/* lock.c - one run at a time over one output folder. */
#include "jobs/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/text.h"

static bool tell_holder(int lock, const char *folder, struct error *error)
{
    char bytes[32] = "";
    ssize_t size = pread(lock, bytes, sizeof(bytes) - 1, 0);
    struct text holder = text_trim((struct text){bytes, size > 0 ? (size_t)size : 0});
    return error_set(error, ERROR_LOCKED,
                     "another run (process %.*s) works on %s; try again later, or let --wait "
                     "SECONDS wait for it",
                     TEXT_ARGUMENT(holder), folder);
}

static bool write_holder(int lock, const char *path, struct error *error)
{
    char line[32];
    int size = snprintf(line, sizeof(line), "%ld\n", (long)getpid());
    if (ftruncate(lock, 0) == 0 && pwrite(lock, line, (size_t)size, 0) == size)
        return true;
    return error_set(error, ERROR_STORE, "%s: cannot be written: %s", path, strerror(errno));
}

bool lock_take(int *lock, const char *folder, int64_t wait_seconds, struct error *error)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof(path), "%s/winnow.lock", folder) >= (int)sizeof(path))
        return error_set(error, ERROR_USAGE, "%s: the path is too long", folder);
    *lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*lock < 0)
        return error_set(error, ERROR_STORE, "%s: cannot be opened: %s", path, strerror(errno));
    for (int64_t waited = 0; flock(*lock, LOCK_EX | LOCK_NB) != 0; waited++) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            error_set(error, ERROR_STORE, "%s: cannot be locked: %s", path, strerror(errno));
        else if (waited >= wait_seconds)
            tell_holder(*lock, folder, error);
        if (error->kind != ERROR_NONE) {
            close(*lock);
            *lock = -1;
            return false;
        }
        sleep(1);
    }
    if (write_holder(*lock, path, error))
        return true;
    lock_release(*lock);
    *lock = -1;
    return false;
}

void lock_release(int lock)
{
    if (lock >= 0)
        close(lock);
}
