/* commands.c - the list of commands. */
#include "jobs/command.h"

const struct command *const commands[] = {
    NULL,
};
