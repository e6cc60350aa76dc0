/* command.c - parses the options of a command. getopt.h is not used: its `struct option` is not
 * ours, and it does not suggest the closest name. */
#include "jobs/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static bool report_unknown_option(const struct command *command, const char *argument_word,
                                  struct error *error)
{
    size_t count = 0;
    while (command->flags && command->flags[count].option.name)
        count++;
    const char **names = memory_alloc(count + 1, sizeof(*names));
    for (size_t i = 0; i < count; i++)
        names[i] = command->flags[i].option.name;
    const char *name = argument_word + strspn(argument_word, "-");
    const char *closest = option_find_closest_name(names, (struct text){name, strcspn(name, "=")});
    if (closest)
        error_set(error, ERROR_USAGE, "winnow %s: unknown option %s; did you mean --%s?",
                  command->name, argument_word, closest);
    else
        error_set(error, ERROR_USAGE, "winnow %s: unknown option %s; see `winnow %s --help`",
                  command->name, argument_word, command->name);
    free(names);
    return false;
}

/* The flag of an option word ("--name", "--name=value", "-n"), or NULL. */
static const struct flag *find_flag(const struct command *command, const char *argument_word)
{
    bool is_long = argument_word[1] == '-';
    struct text name = {argument_word + 2, strcspn(argument_word + 2, "=")};
    for (const struct flag *flag = command->flags; flag && flag->option.name; flag++)
        if (is_long ? text_equal(name, text_of(flag->option.name))
                    : flag->short_name && argument_word[1] == flag->short_name && !argument_word[2])
            return flag;
    return NULL;
}

struct option_parser {
    const struct command *command;
    struct command_line *command_line;
    void *state;    /* of the command */
    bool *is_given; /* by index of command->flags */
    int index;      /* of the word of argv that is parsed now */
};

static bool set_flag(struct option_parser *parser, const struct flag *flag, struct text value,
                     struct error *error)
{
    char location[80];
    snprintf(location, sizeof(location), "winnow %s: --%s", parser->command->name,
             flag->option.name);
    bool *is_given = &parser->is_given[flag - parser->command->flags];
    if (flag->is_repeatable && *is_given) {
        const struct text *previous = (void *)((char *)parser->state + flag->option.offset);
        value = arena_format(&parser->command_line->arena, "%.*s\n%.*s", TEXT_ARGUMENT(*previous),
                             TEXT_ARGUMENT(value));
    }
    *is_given = true;
    return option_set(&flag->option, parser->state, value, location, error);
}

/* Parses the option at parser->index, which ends at the option's last word. */
static bool parse_option(struct option_parser *parser, struct error *error)
{
    const struct command *command = parser->command;
    const struct command_line *command_line = parser->command_line;
    const char *argument_word = command_line->argv[parser->index];
    const struct flag *flag = find_flag(command, argument_word);
    if (!flag)
        return report_unknown_option(command, argument_word, error);
    struct text value = TEXT("yes");
    const char *equals_sign = argument_word[1] == '-' ? strchr(argument_word, '=') : NULL;
    if (flag->option.type == OPTION_BOOLEAN) {
        if (equals_sign)
            return error_set(error, ERROR_USAGE, "winnow %s: --%s takes no value", command->name,
                             flag->option.name);
    } else if (equals_sign) {
        value = text_of(equals_sign + 1);
    } else if (parser->index + 1 < command_line->argc) {
        value = text_of(command_line->argv[++parser->index]);
    } else {
        return error_set(error, ERROR_USAGE, "winnow %s: --%s needs a value: --%s %s",
                         command->name, flag->option.name, flag->option.name, flag->value_name);
    }
    return set_flag(parser, flag, value, error);
}

bool command_parse(const struct command *command, struct command_line *command_line, void *state,
                   struct error *error)
{
    size_t flag_count = 0;
    for (; command->flags && command->flags[flag_count].option.name; flag_count++) {
        struct option single_option[2] = {command->flags[flag_count].option, {0}};
        option_set_defaults(single_option, state);
    }
    struct option_parser parser = {
        .command = command,
        .command_line = command_line,
        .state = state,
        .is_given = arena_alloc(&command_line->arena, flag_count, sizeof(bool)),
    };
    command_line->operands = arena_alloc(&command_line->arena, (size_t)command_line->argc + 1,
                                         sizeof(*command_line->operands));
    bool has_options_end = false;
    for (parser.index = 1; parser.index < command_line->argc; parser.index++) {
        char *word = command_line->argv[parser.index];
        if (!has_options_end && strcmp(word, "--") == 0)
            has_options_end = true;
        else if (has_options_end || word[0] != '-' || !word[1])
            command_line->operands[command_line->operand_count++] = word;
        else if (!parse_option(&parser, error))
            return false;
    }
    return true;
}

bool command_check_operands(const struct command *command, int count, int min, int max,
                            struct error *error)
{
    if (count >= min && count <= max)
        return true;
    const char *problem = count < min ? "too few arguments" : "too many arguments";
    return error_set(error, ERROR_USAGE,
                     "winnow %s: %s: usage: winnow %s [options] %s (see `winnow %s --help`)",
                     command->name, problem, command->name,
                     command->operands ? command->operands : "", command->name);
}

const struct exit_code exit_codes[] = {
    {0, "done"},
    {1, "done, but a limit was exceeded: too many rejects, or a missing export, ..."},
    {2, "wrong usage, or a mistake in the job file"},
    {3, "an input cannot be read; the others were"},
    {4, "the model, the database or an output file failed"},
    {75, "another process uses the output folder, the database or the pack"},
    {130, "interrupted; everything so far is saved"},
    {0, NULL},
};

int error_exit_code(enum error_kind kind)
{
    static const int codes[] = {
        [ERROR_NONE] = 0,  [ERROR_USAGE] = 2,   [ERROR_INPUT] = 3,         [ERROR_MODEL] = 4,
        [ERROR_STORE] = 4, [ERROR_LOCKED] = 75, [ERROR_INTERRUPTED] = 130,
    };
    return codes[kind];
}
