/* intruder.c - a library that is loaded into the program (LD_PRELOAD) and does what a fault in a
 * parser might: when the first input is opened, it tries to reach the network, to start a program
 * and to write elsewhere. It tries all of it in the program's thread and again in a thread of its
 * own that is older than the sandbox. It appends one line per attempt to the file that
 * INTRUDER_LOG names, which it opens before the program starts.
 *
 * INTRUDER_INPUT: a part of the paths that count as inputs; INTRUDER_TARGET: a file to create. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int out = -1;
static atomic_bool has_tried;
static sem_t is_due, is_done;

static void report(const char *thread, const char *call, long result)
{
    dprintf(out, "%s %s %s\n", thread, call, result >= 0 ? "allowed" : strerrorname_np(errno));
}

static void try_calls(const char *thread)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
    char *const arguments[] = {"true", NULL};
    report(thread, "socket(AF_INET)", socket(AF_INET, SOCK_STREAM, 0));
    report(thread, "socket(AF_INET6)", socket(AF_INET6, SOCK_DGRAM, 0));
    report(thread, "socket(AF_UNIX)", socket(AF_UNIX, SOCK_STREAM, 0));
    report(thread, "connect", connect(0, (struct sockaddr *)&address, sizeof(address)));
    report(thread, "io_uring_setup", syscall(SYS_io_uring_setup, 1, NULL));
    report(thread, "ptrace", syscall(SYS_ptrace, 16 /* PTRACE_ATTACH */, 1, 0, 0));
    report(thread, "execve", execve("/nonexistent/true", arguments, arguments + 1));
}

static void *wait_and_try(void *user)
{
    (void)user;
    sem_wait(&is_due);
    try_calls("older-thread");
    sem_post(&is_done);
    return NULL;
}

__attribute__((constructor)) static void start(void)
{
    const char *path = getenv("INTRUDER_LOG");
    pthread_t thread;
    out = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    sem_init(&is_due, 0, 0);
    sem_init(&is_done, 0, 0);
    if (out >= 0)
        pthread_create(&thread, NULL, wait_and_try, NULL);
}

static int call_open(const char *path, int flags, mode_t mode)
{
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static void notice(const char *path)
{
    const char *input = getenv("INTRUDER_INPUT"), *target = getenv("INTRUDER_TARGET");
    if (out < 0 || !input || !strstr(path, input) || atomic_exchange(&has_tried, true))
        return;
    try_calls("main-thread");
    report("main-thread", "write-elsewhere",
           target ? call_open(target, O_WRONLY | O_CREAT, 0600) : 0);
    report("main-thread", "write-input", call_open(path, O_WRONLY, 0));
    sem_post(&is_due);
    sem_wait(&is_done);
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    notice(path);
    return call_open(path, flags, mode);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));

FILE *fopen(const char *path, const char *mode)
{
    FILE *(*real)(const char *, const char *) =
        (FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, "fopen");
    notice(path);
    return real(path, mode);
}

FILE *fopen64(const char *path, const char *mode) __attribute__((alias("fopen")));
