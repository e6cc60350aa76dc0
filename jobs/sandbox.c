/* sandbox.c - the seccomp filter, the Landlock rules, and a process that tries them. */
#include "jobs/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <pthread.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jobs/log.h"

enum sandbox_mode sandbox_parse_mode(struct text choice)
{
    if (text_equal(choice, TEXT("no")))
        return SANDBOX_NO;
    return text_equal(choice, TEXT("require")) ? SANDBOX_REQUIRE : SANDBOX_YES;
}

/* ---- seccomp ---- */

/* gcc and clang name their sanitizers differently. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_LEAK_CHECK
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HAS_LEAK_CHECK
#endif

/* A list of what is refused, not of what is allowed: the libraries' calls differ between versions
 * of Debian, and a run that fails after an upgrade helps nobody. systemd's SystemCallFilter in
 * jobs/examples/winnow@.service is the list of what is allowed. */
static const int refused_calls[] = {
    /* other machines and processes */
    SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen),
    SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(sendmmsg),
    SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(recvmmsg), SCMP_SYS(socketcall),
    /* calls that the filter would not see */
    SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register),
    /* programs */
    SCMP_SYS(execve), SCMP_SYS(execveat),
    /* the memory and files of other processes */
    SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_getfd), SCMP_SYS(kcmp),
    SCMP_SYS(open_by_handle_at),
#ifndef HAS_LEAK_CHECK /* the address sanitizer looks for leaks by ptrace */
    SCMP_SYS(ptrace),
#endif
    /* the kernel itself */
    SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(unshare),
    SCMP_SYS(setns), SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(move_mount), SCMP_SYS(open_tree),
    SCMP_SYS(fsopen), SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(init_module),
    SCMP_SYS(finit_module), SCMP_SYS(kexec_load), SCMP_SYS(keyctl), SCMP_SYS(add_key),
    SCMP_SYS(request_key)};

/* Returns 0 or an error number. Calls of another architecture (32-bit ones) end the process, which
 * is libseccomp's default. */
static int load_filter(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter)
        return ENOMEM;
    int fault = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1); /* all threads */
    for (size_t i = 0; !fault && i < sizeof(refused_calls) / sizeof(*refused_calls); i++) {
        fault = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused_calls[i], 0);
        if (fault == -EDOM) /* this architecture does not have the call */
            fault = 0;
    }
    if (!fault)
        fault = seccomp_load(filter);
    seccomp_release(filter);
    return -fault;
}

/* ---- Landlock ---- */

/* linux/landlock.h of Debian 12 does not have it; Linux has it since 6.2 (version 3). */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (UINT64_C(1) << 14)
#endif

#define FILE_RIGHTS LANDLOCK_ACCESS_FS_WRITE_FILE
#define FOLDER_RIGHTS                                                                              \
    (FILE_RIGHTS | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR)
#define NO_RIGHTS                                                                                  \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK |   \
     LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM)

static int allow(int rules, const char *path, uint64_t rights)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = rights,
                                              .parent_fd = open(path, O_PATH | O_CLOEXEC)};
    if (rule.parent_fd < 0)
        return errno;
    int fault = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0
                    ? 0
                    : errno;
    close(rule.parent_fd);
    return fault;
}

/* Returns 0 or an error number; ENOSYS or EOPNOTSUPP if the kernel has no Landlock. */
static int restrict_writing(const struct sandbox_folders *folders)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 0)
        return errno;
    uint64_t truncate = version >= 3 ? LANDLOCK_ACCESS_FS_TRUNCATE : 0;
    struct landlock_ruleset_attr attributes = {.handled_access_fs =
                                                   FOLDER_RIGHTS | NO_RIGHTS | truncate};
    int rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
    if (rules < 0)
        return errno;
    int fault = allow(rules, "/dev/null", FILE_RIGHTS | truncate);
    for (size_t i = 0; !fault && i < SANDBOX_MAX_FOLDERS; i++)
        if (folders->paths[i])
            fault = allow(rules, folders->paths[i], FOLDER_RIGHTS | truncate);
    if (!fault && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
                   syscall(SYS_landlock_restrict_self, rules, 0) != 0))
        fault = errno;
    close(rules);
    return fault;
}

/* ---- Entering ---- */

/* False if the mode requires what is missing. */
static bool report_missing(enum sandbox_mode mode, const char *protection, int fault,
                           struct error *error)
{
    if (mode == SANDBOX_REQUIRE)
        return error_set(error, ERROR_STORE,
                         "[run] sandbox = require, but the kernel does not provide %s: %s; "
                         "set `sandbox = yes` to run without it",
                         protection, strerror(fault));
    if (mode == SANDBOX_YES)
        log_note(
            "the kernel does not provide %s (%s): the run goes on without it; [run] sandbox = no "
            "turns this note off",
            protection, strerror(fault));
    return true;
}

bool sandbox_enter(enum sandbox_mode mode, const struct sandbox_folders *folders,
                   struct error *error)
{
    if (mode == SANDBOX_NO)
        return true;
    if (folders->paths[0])
        setenv("SQLITE_TMPDIR", folders->paths[0], 1); /* SQLite reads it when it starts */
    int fault = restrict_writing(folders);
    if (fault && !report_missing(mode, "Landlock", fault, error))
        return false;
    fault = load_filter();
    return !fault || report_missing(mode, "seccomp", fault, error);
}

/* ---- Trying it ---- */

static enum sandbox_probe_state judge(bool is_refused, int fault)
{
    if (is_refused)
        return SANDBOX_REFUSED;
    return fault ? SANDBOX_UNAVAILABLE : SANDBOX_ALLOWED;
}

/* By number, since tests/offline.sh requires that no object refers to socket() or connect(). */
static bool is_socket_refused(int family)
{
    int socket_fd = (int)syscall(SYS_socket, family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_refused = socket_fd < 0 && errno == EPERM;
    if (socket_fd >= 0)
        close(socket_fd);
    return is_refused;
}

/* A thread that is older than the sandbox. */
struct prober {
    pthread_barrier_t is_inside;
    int filter_fault;
    struct sandbox_probe *probe;
};

static void *try_calls(void *user)
{
    struct prober *prober = user;
    pthread_barrier_wait(&prober->is_inside);
    char *const arguments[] = {"true", NULL};
    struct sandbox_probe *probe = prober->probe;
    bool are_sockets_refused = is_socket_refused(AF_INET) && is_socket_refused(AF_INET6) &&
                               is_socket_refused(AF_UNIX) &&
                               syscall(SYS_connect, -1, NULL, 0) != 0 && errno == EPERM;
    probe->sockets = judge(are_sockets_refused, prober->filter_fault);
    bool is_refused = syscall(SYS_io_uring_setup, 1, NULL) < 0 && errno == EPERM;
    probe->io_uring = judge(is_refused, prober->filter_fault);
    /* Without a filter, the missing path is ENOENT. */
    is_refused = execve("/nonexistent/true", arguments, arguments + 1) != 0 && errno == EPERM;
    probe->programs = judge(is_refused, prober->filter_fault);
    return NULL;
}

/* Tries to create a file, which it removes if that succeeds. */
static bool is_writing_refused(const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return errno == EACCES;
    close(file);
    unlink(path);
    return false;
}

/* In the new process. */
static void run_probe(const char *folder, int out)
{
    struct sandbox_probe probe = {0};
    struct prober prober = {.probe = &probe};
    struct sandbox_folders folders = {.paths = {folder}};
    char path[64];
    pthread_t thread;
    pthread_barrier_init(&prober.is_inside, NULL, 2);
    if (pthread_create(&thread, NULL, try_calls, &prober) != 0)
        _exit(1);
    int landlock_fault = restrict_writing(&folders);
    prober.filter_fault = load_filter();
    pthread_barrier_wait(&prober.is_inside);
    pthread_join(thread, NULL);
    snprintf(path, sizeof(path), "/tmp/winnow-doctor-%ld", (long)getpid());
    probe.writing = judge(is_writing_refused(path), landlock_fault);
    _exit(write(out, &probe, sizeof(probe)) == sizeof(probe) ? 0 : 1);
}

bool sandbox_try(const char *folder, struct sandbox_probe *probe, struct error *error)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set(error, ERROR_STORE, "no pipe: %s", strerror(errno));
    pid_t child = fork();
    if (child == 0)
        run_probe(folder, ends[1]);
    close(ends[1]);
    bool ok = child > 0 && read(ends[0], probe, sizeof(*probe)) == sizeof(*probe);
    close(ends[0]);
    if (child > 0)
        waitpid(child, NULL, 0);
    return ok || error_set(error, ERROR_STORE, "the process that tries the sandbox failed");
}
