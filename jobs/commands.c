/* commands.c - the list of commands. */
#include "jobs/command.h"

extern const struct command model_command, tokenize_command;

const struct command *const commands[] = {
    &tokenize_command,
    &model_command,
    NULL,
};
