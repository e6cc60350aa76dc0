/* error.h - what went wrong, in words that tell the user what to do. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

enum error_kind {
    ERROR_NONE,
    ERROR_USAGE,       /* wrong command line or job file */
    ERROR_INPUT,       /* an input that cannot be read */
    ERROR_MODEL,       /* a model file that cannot be used */
    ERROR_STORE,       /* the database, or an output that cannot be written */
    ERROR_LOCKED,      /* another run holds the lock */
    ERROR_INTERRUPTED, /* SIGINT or SIGTERM; everything done so far is saved */
};

/* The message names the file and line, what was expected, and the remedy:
 * "weekly.job:12: unknown stage 'cleen'; did you mean 'clean'?" */
struct error {
    enum error_kind kind;
    char message[4096]; /* several lines if several mistakes are reported together */
};

/* Fills *error and returns false, so that callers write `return error_set(...)`. The first error
 * wins: a later one, set while the caller cleans up, is ignored. `error` may be NULL. */
bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
