/* command.h - one word of the command line: `winnow NAME ...`. */
#ifndef JOBS_COMMAND_H
#define JOBS_COMMAND_H

#include "base/arena.h"
#include "base/error.h"
#include "base/option.h"

/* An option of a command line, `--name VALUE` or `--name=VALUE`; OPTION_BOOLEAN takes no value and
 * sets true. Its table ends with a flag whose option.name is NULL. */
struct flag {
    struct option option;   /* name without dashes; offset into the command's state; help */
    char short_name;        /* `-q`; 0: none */
    const char *value_name; /* what --help calls the value: "FILE"; NULL for OPTION_BOOLEAN */
    bool is_repeatable;     /* OPTION_TEXT: may be given again; values stand joined by line feeds */
};

struct command {
    const char *name;
    const char *summary;      /* one line for `winnow --help` */
    const char *operands;     /* behind the options in the usage line: "JOB", "FILE..." */
    const char *help;         /* paragraphs below the options: what it does, examples */
    const struct flag *flags; /* optional */

    /* argv[0] is the command's name. Returns the exit code; where `error` is set, main prints it
     * and its kind is the exit code. Prints nothing on stderr that is an error. */
    int (*run)(int argc, char **argv, struct error *error);
};

/* Every command there is, in the order of `winnow --help`; NULL-terminated. */
extern const struct command *const commands[];

/* The exit code for an error of this kind (README.md, "Exit codes"); 0 for ERROR_NONE. */
int error_exit_code(enum error_kind kind);

/* Sets `state` to the flags' fallbacks, then to what argv says. Options and operands may stand in
 * any order, `--` ends the options; argv is permuted so that the operands are argv[*first..argc).
 * A mistake is ERROR_USAGE with the nearest name. Texts are borrowed from argv and `arena`. */
bool command_parse(const struct command *command, int argc, char **argv, void *state,
                   struct arena *arena, int *first_operand, struct error *error);

/* Fails unless there are `least` to `most` operands: ERROR_USAGE with the usage line. */
bool command_check_operands(const struct command *command, int count, int min, int max,
                            struct error *error);

#endif
