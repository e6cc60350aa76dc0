/* lock.c - locks an output folder with flock(2). */
#include "jobs/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/text.h"

static bool report_lock_holder(int lock_fd, const char *folder, struct error *error)
{
    char bytes[32] = "";
    ssize_t size = pread(lock_fd, bytes, sizeof(bytes) - 1, 0);
    struct text holder_pid = text_trim((struct text){bytes, size > 0 ? (size_t)size : 0});
    return error_set(error, ERROR_LOCKED,
                     "another run (process %.*s) is using %s; try again later, or wait for it with "
                     "--wait SECONDS",
                     TEXT_ARGUMENT(holder_pid), folder);
}

static bool write_lock_holder(int lock_fd, const char *path, struct error *error)
{
    char line[32];
    int size = snprintf(line, sizeof(line), "%ld\n", (long)getpid());
    if (ftruncate(lock_fd, 0) == 0 && pwrite(lock_fd, line, (size_t)size, 0) == size)
        return true;
    return error_set(error, ERROR_STORE, "%s: cannot be written: %s", path, strerror(errno));
}

bool lock_acquire(int *lock_fd, const char *folder, int64_t wait_seconds, struct error *error)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof(path), "%s/winnow.lock", folder) >= (int)sizeof(path))
        return error_set(error, ERROR_USAGE, "%s: the path is too long", folder);
    *lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*lock_fd < 0)
        return error_set(error, ERROR_STORE, "%s: cannot be opened: %s", path, strerror(errno));
    for (int64_t waited_seconds = 0; flock(*lock_fd, LOCK_EX | LOCK_NB) != 0; waited_seconds++) {
        bool is_held = errno == EWOULDBLOCK || errno == EINTR;
        if (is_held && waited_seconds < wait_seconds) {
            sleep(1);
            continue;
        }
        if (is_held)
            report_lock_holder(*lock_fd, folder, error);
        else
            error_set(error, ERROR_STORE, "%s: cannot be locked: %s", path, strerror(errno));
        close(*lock_fd);
        *lock_fd = -1;
        return false;
    }
    if (write_lock_holder(*lock_fd, path, error))
        return true;
    lock_release(*lock_fd);
    *lock_fd = -1;
    return false;
}

void lock_release(int lock_fd)
{
    if (lock_fd >= 0)
        close(lock_fd);
}
