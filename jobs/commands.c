/* commands.c - the list of commands. */
#include "jobs/command.h"

extern const struct command generate_command, model_command, read_command, score_command,
    tokenize_command;

const struct command *const commands[] = {
    &read_command, &tokenize_command, &generate_command, &score_command, &model_command, NULL,
};
