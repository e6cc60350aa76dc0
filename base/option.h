/* option.h - options of a component, in a table from which values are parsed and help is printed.
 */
#ifndef BASE_OPTION_H
#define BASE_OPTION_H

#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

enum option_type {
    OPTION_TEXT,
    OPTION_FILE, /* a path, relative to the job file; the contents are part of the setting */
    OPTION_INTEGER,
    OPTION_REAL,
    OPTION_BOOLEAN,
    OPTION_CHOICE
};

/* A NULL name ends the table. The value is written at `offset` bytes in the component's state, as a
 * struct text (OPTION_TEXT, OPTION_FILE, OPTION_CHOICE), int64_t, double or bool. */
struct option {
    const char *name; /* of the key in the component's section of the job file */
    enum option_type type;
    size_t offset;
    const char *default_value; /* NULL: required; "" is the empty text */
    double min, max;           /* inclusive range of a number; equal: any number */
    const char *choices;       /* OPTION_CHOICE: "day|week|month" */
    const char *help;          /* one line, no full stop */
};

/* Parses `value` and writes it to `state`. ERROR_USAGE with what was expected if the value is
 * invalid; the message begins with `where` ("weekly.job:12"). Texts are borrowed from `value`. */
bool option_set(const struct option *option, void *state, struct text value, const char *where,
                struct error *error);

/* Sets every option that has a default. */
void option_set_defaults(const struct option *options, void *state);

/* The option called `name`, or NULL. */
const struct option *option_find(const struct option *options, struct text name);

/* The name, among the NULL-terminated `names`, with the smallest edit distance to `word`; NULL if
 * none is close enough to suggest. */
const char *option_find_closest_name(const char *const *names, struct text word);

#endif
