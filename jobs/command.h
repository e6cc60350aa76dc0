/* command.h - a command of the program, `winnow NAME ...`, and its command line. */
#ifndef JOBS_COMMAND_H
#define JOBS_COMMAND_H

#include "base/arena.h"
#include "base/error.h"
#include "base/option.h"

/* An option of a command line: `--name VALUE` or `--name=VALUE`. OPTION_BOOLEAN takes no value and
 * sets true. A table of flags ends with one whose option.name is NULL. */
struct flag {
    struct option option;   /* name without dashes; offset in the command's state */
    char short_name;        /* 'q' for `-q`; 0: none */
    const char *value_name; /* name of the value in --help: "FILE"; NULL for OPTION_BOOLEAN */
    bool is_repeatable;     /* OPTION_TEXT: several values are joined with line feeds */
};

/* The words after `winnow`. */
struct command_line {
    int argc;
    char **argv;        /* argv[0] is the command's name */
    char **operands;    /* set by command_parse: the words that are no options */
    int operand_count;  /* set by command_parse */
    struct arena arena; /* holds `operands` and joined values; freed by main */
};

struct command {
    const char *name;
    const char *summary;      /* one line for `winnow --help` */
    const char *operands;     /* after the options in the usage line: "JOB", "FILE..."; optional */
    const char *help;         /* paragraphs below the options: what it does, examples */
    const struct flag *flags; /* optional */

    /* Returns false with `error` set on failure: main prints the error and exits with the code of
     * its kind. Returns false without an error if the work was done, but a limit that the user set
     * was exceeded: exit code 1. */
    bool (*run)(struct command_line *command_line, struct error *error);
};

/* Every command, in the order of `winnow --help`; NULL-terminated. */
extern const struct command *const commands[];

/* What an exit code of the program means. */
struct exit_code {
    int code;
    const char *meaning; /* one line for `winnow --help` */
};

/* Every exit code, ascending; the last one has no meaning (NULL). */
extern const struct exit_code exit_codes[];

/* The exit code for an error of this kind; 0 for ERROR_NONE. */
int error_exit_code(enum error_kind kind);

/* Sets `state` to the defaults of the flags, then to the values of the command line. Options and
 * operands may be mixed; `--` ends the options. A mistake is ERROR_USAGE with the closest name.
 * Texts are borrowed from command_line. */
bool command_parse(const struct command *command, struct command_line *command_line, void *state,
                   struct error *error);

/* Fails unless there are `min` to `max` operands: ERROR_USAGE with the usage line. */
bool command_check_operands(const struct command *command, int count, int min, int max,
                            struct error *error);

#endif
