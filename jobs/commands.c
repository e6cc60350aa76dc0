/* commands.c - the list of commands. */
#include "jobs/command.h"

extern const struct command init_command, doctor_command, run_command, plan_command, report_command,
    ask_command, topics_command, forget_command, export_command, analyse_command, merge_command,
    read_command, eval_command, model_command, tokenize_command, generate_command, score_command,
    completion_command, manual_command;

const struct command *const commands[] = {
    &init_command,     &doctor_command, &run_command,        &plan_command,   &report_command,
    &ask_command,      &topics_command, &forget_command,     &export_command, &analyse_command,
    &merge_command,    &read_command,   &eval_command,       &model_command,  &tokenize_command,
    &generate_command, &score_command,  &completion_command, &manual_command, NULL,
};
