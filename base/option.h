/* option.h - one table per component: parsed, checked, and printed by --help. */
#ifndef BASE_OPTION_H
#define BASE_OPTION_H

#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

enum option_type {
    OPTION_TEXT,
    OPTION_FILE, /* its path; a job file names it from its own folder, and what it holds counts as
                    part of the setting */
    OPTION_INTEGER,
    OPTION_REAL,
    OPTION_BOOLEAN,
    OPTION_CHOICE
};

/* A NULL name ends the table. The value is written `offset` bytes into the component's state:
 * struct text (OPTION_TEXT, OPTION_FILE and OPTION_CHOICE), int64_t, double or bool. */
struct option {
    const char *name; /* `key = value` in the job file, under the component's section */
    enum option_type type;
    size_t offset;
    const char *default_value; /* NULL: the user must set it; "" is the empty text */
    double min, max;           /* inclusive range of a number; ignored if equal */
    const char *choices;       /* OPTION_CHOICE: "day|week|month" */
    const char *help;          /* one line, no full stop */
};

/* Writes `value` into `state` as `option` says. On a bad value: ERROR_USAGE, with what was
 * expected. `where` begins the message ("weekly.job:12"). Texts are borrowed from `value`. */
bool option_set(const struct option *option, void *state, struct text value, const char *where,
                struct error *error);

/* Every option's fallback. Those without one are left zeroed. */
void option_set_defaults(const struct option *options, void *state);

/* The option called `name`, or NULL. */
const struct option *option_find(const struct option *options, struct text name);

/* Of the NULL-terminated `names`, the one nearest to `word` by edit distance, or NULL when none is
 * near enough to suggest. */
const char *option_find_closest_name(const char *const *names, struct text word);

#endif
