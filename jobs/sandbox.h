/* sandbox.h - asks the kernel to refuse what Winnow never does, before it reads a file that others
 * wrote: a fault in one of its parsers then reaches no network and starts no program.
 *
 *   seccomp   refuses sockets, io_uring, execve, ptrace and the like with EPERM, in every thread of
 *             the process, also those that a library has started
 *   Landlock  refuses writing outside the given folders, in the calling thread and those that it
 *             starts from now on
 *
 * Neither can be lifted. Processes that were forked before (jobs/finish_hook.h) are not affected.
 * Sources: seccomp(2), landlock(7), libseccomp's seccomp_load(3). */
#ifndef JOBS_SANDBOX_H
#define JOBS_SANDBOX_H

#include "base/error.h"
#include "base/text.h"

#define SANDBOX_CHOICES "yes|require|no"

enum sandbox_mode {
    SANDBOX_YES,     /* use what the kernel has; a note says what it lacks */
    SANDBOX_SILENT,  /* without the note, for commands without a job file */
    SANDBOX_REQUIRE, /* ERROR_STORE if the kernel lacks seccomp or Landlock */
    SANDBOX_NO,
};

/* The mode of one of SANDBOX_CHOICES. */
enum sandbox_mode sandbox_parse_mode(struct text choice);

enum { SANDBOX_MAX_FOLDERS = 4 };

/* Folders that may be written to, with everything in them. They must exist; NULLs are skipped.
 * SQLite's temporary files go to the first. */
struct sandbox_folders {
    const char *paths[SANDBOX_MAX_FOLDERS];
};

/* Enters the sandbox. Call it before the process has read an input, and once. */
bool sandbox_enter(enum sandbox_mode mode, const struct sandbox_folders *folders,
                   struct error *error);

/* What the kernel does with what the sandbox forbids, tried in a new process and there in a thread
 * that is older than the sandbox (for `winnow doctor`). */
enum sandbox_probe_state {
    SANDBOX_REFUSED, /* as it should be */
    SANDBOX_ALLOWED,
    SANDBOX_UNAVAILABLE, /* the kernel has no such protection */
};

struct sandbox_probe {
    enum sandbox_probe_state sockets, io_uring, programs, writing;
};

/* `folder`: where the sandboxed process may write; the probe writes nothing into it. */
bool sandbox_try(const char *folder, struct sandbox_probe *probe, struct error *error);

#endif
