/* error.h - what went wrong, told once, in words the user can act on. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

/* The kind picks the exit code (docs: README.md, "Exit codes"). */
enum error_kind {
    ERROR_NONE,
    ERROR_USAGE,       /* command line or job file: exit 2 */
    ERROR_INPUT,       /* an input that cannot be read: exit 3 */
    ERROR_MODEL,       /* model file: exit 4 */
    ERROR_STORE,       /* database, or an output that cannot be written: exit 4 */
    ERROR_LOCKED,      /* another run holds the lock: exit 75 */
    ERROR_INTERRUPTED, /* SIGINT or SIGTERM, everything so far saved: exit 130 */
};

/* The message names file, line, what was expected and the remedy:
 * "weekly.job:12: unknown stage 'cleen'; did you mean 'clean'?" */
struct error {
    enum error_kind kind;
    char message[4096]; /* several lines where several mistakes are told at once */
};

/* Fills *error and returns false, so callers write `return error_set(...)`.
 * The first error wins: a later one on the way out does not overwrite it.
 * `error` may be NULL where nobody wants to know. */
bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The process's exit code for an error of this kind; 0 for ERROR_NONE. */
int error_exit_code(enum error_kind kind);

#endif
