/* fault.c - loaded before the program (LD_PRELOAD) by tests/interruption.sh: makes the nth change
 * on disk the last one before a SIGKILL, the one at which SIGINT asks to stop, or the first that a
 * full disk refuses.
 *
 * FAULT=kill|interrupt|full|count  FAULT_AT=n  FAULT_COUNT=file that gets the number of changes at
 * the end */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long changes;

/* True when this change must fail. */
static int strike(void)
{
    const char *fault = getenv("FAULT"), *at = getenv("FAULT_AT");
    changes++;
    if (!fault || !at || changes < atol(at))
        return 0;
    if (strcmp(fault, "kill") == 0)
        kill(getpid(), SIGKILL);
    if (strcmp(fault, "interrupt") == 0 && changes == atol(at))
        kill(getpid(), SIGINT);
    errno = ENOSPC;
    return strcmp(fault, "full") == 0;
}

__attribute__((destructor)) static void tell_count(void)
{
    const char *path = getenv("FAULT_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file)
        return;
    fprintf(file, "%ld\n", changes);
    fclose(file);
}

/* The function behind ours. */
#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))

typedef ssize_t write_at(int, const void *, size_t, off_t);
typedef int on_file(int);
typedef int on_paths(const char *, const char *);

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset)
{
    return strike() ? -1 : NEXT(write_at *, "pwrite")(file, bytes, size, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off_t offset)
{
    return strike() ? -1 : NEXT(write_at *, "pwrite64")(file, bytes, size, offset);
}

int fsync(int file)
{
    return strike() ? -1 : NEXT(on_file *, "fsync")(file);
}

int fdatasync(int file)
{
    return strike() ? -1 : NEXT(on_file *, "fdatasync")(file);
}

int rename(const char *from, const char *to)
{
    return strike() ? -1 : NEXT(on_paths *, "rename")(from, to);
}
