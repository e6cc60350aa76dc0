/* fault.c - injects a fault at the nth write to disk. tests/interruption.sh loads it before the
 * program (LD_PRELOAD), so the program itself has no hook.
 *
 * Environment: FAULT=kill (SIGKILL at the nth write), interrupt (SIGINT at the nth write), full
 * (every write from the nth fails with ENOSPC) or count (no fault); FAULT_AT=n; FAULT_COUNT=FILE
 * gets the number of writes at exit. */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long write_count;

/* True if this write must fail. */
static int inject_fault(void)
{
    const char *fault = getenv("FAULT"), *fault_number = getenv("FAULT_AT");
    write_count++;
    if (!fault || !fault_number || write_count < atol(fault_number))
        return 0;
    if (strcmp(fault, "kill") == 0)
        kill(getpid(), SIGKILL);
    if (strcmp(fault, "interrupt") == 0 && write_count == atol(fault_number))
        kill(getpid(), SIGINT);
    errno = ENOSPC;
    return strcmp(fault, "full") == 0;
}

/* Opened before the program enters its sandbox. */
static FILE *count_file;

__attribute__((constructor)) static void open_count_file(void)
{
    const char *path = getenv("FAULT_COUNT");
    count_file = path ? fopen(path, "w") : NULL;
}

__attribute__((destructor)) static void save_write_count(void)
{
    if (!count_file)
        return;
    fprintf(count_file, "%ld\n", write_count);
    fclose(count_file);
}

/* The function of that name in the next library, here libc. */
#define REAL_FUNCTION(type, name) ((type)dlsym(RTLD_NEXT, name))

typedef ssize_t pwrite_function(int, const void *, size_t, off_t);
typedef int file_function(int);
typedef int path_pair_function(const char *, const char *);

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset)
{
    return inject_fault() ? -1
                          : REAL_FUNCTION(pwrite_function *, "pwrite")(file, bytes, size, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off_t offset)
{
    return inject_fault() ? -1
                          : REAL_FUNCTION(pwrite_function *, "pwrite64")(file, bytes, size, offset);
}

int fsync(int file)
{
    return inject_fault() ? -1 : REAL_FUNCTION(file_function *, "fsync")(file);
}

int fdatasync(int file)
{
    return inject_fault() ? -1 : REAL_FUNCTION(file_function *, "fdatasync")(file);
}

int rename(const char *from, const char *to)
{
    return inject_fault() ? -1 : REAL_FUNCTION(path_pair_function *, "rename")(from, to);
}
