/* command.c - reading a command's options. getopt.h is not used: its `struct option` is not ours,
 * and the nearest name would still have to be found here. */
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

/* The flag that `word` ("--name", "--name=value", "-n") asks for, or NULL. */
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

static bool set_flag(const struct command *command, const struct flag *flag, void *state,
                     struct text value, bool was_given_before, struct arena *arena,
                     struct error *error)
{
    char location[80];
    snprintf(location, sizeof(location), "winnow %s: --%s", command->name, flag->option.name);
    struct text *field = (void *)((char *)state + flag->option.offset);
    if (flag->is_repeatable && was_given_before)
        value = arena_format(arena, "%.*s\n%.*s", TEXT_ARGUMENT(*field), TEXT_ARGUMENT(value));
    return option_set(&flag->option, state, value, location, error);
}

/* Reads the option at argv[*index]; *index ends on the last word that belongs to it. */
static bool read_flag(const struct command *command, int argc, char **argv, int *index, void *state,
                      uint64_t *given_mask, struct arena *arena, struct error *error)
{
    const char *argument_word = argv[*index];
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
    } else if (*index + 1 < argc) {
        value = text_of(argv[++*index]);
    } else {
        return error_set(error, ERROR_USAGE, "winnow %s: --%s needs a value: --%s %s",
                         command->name, flag->option.name, flag->option.name, flag->value_name);
    }
    uint64_t flag_bit = UINT64_C(1) << (flag - command->flags);
    bool was_given_before = *given_mask & flag_bit;
    *given_mask |= flag_bit;
    return set_flag(command, flag, state, value, was_given_before, arena, error);
}

bool command_parse(const struct command *command, int argc, char **argv, void *state,
                   struct arena *arena, int *first_operand, struct error *error)
{
    for (const struct flag *flag = command->flags; flag && flag->option.name; flag++) {
        struct option single_option[2] = {flag->option, {0}};
        option_set_defaults(single_option, state);
    }
    char **operands = memory_alloc((size_t)argc + 1, sizeof(*operands));
    int operand_count = 0;
    uint64_t given_mask = 0;
    bool ok = true, has_options_end = false;
    for (int i = 1; ok && i < argc; i++) {
        if (!has_options_end && strcmp(argv[i], "--") == 0)
            has_options_end = true;
        else if (has_options_end || argv[i][0] != '-' || !argv[i][1])
            operands[operand_count++] = argv[i];
        else
            ok = read_flag(command, argc, argv, &i, state, &given_mask, arena, error);
    }
    *first_operand = argc - operand_count;
    if (ok)
        for (int i = 0; i < operand_count; i++)
            argv[*first_operand + i] = operands[i];
    free(operands);
    return ok;
}

bool command_check_operands(const struct command *command, int count, int min, int max,
                            struct error *error)
{
    if (count >= min && count <= max)
        return true;
    const char *problem = count < min ? "something is missing" : "too many words";
    return error_set(error, ERROR_USAGE,
                     "winnow %s: %s: usage: winnow %s [options] %s (see `winnow %s --help`)",
                     command->name, problem, command->name,
                     command->operands ? command->operands : "", command->name);
}

int error_exit_code(enum error_kind kind)
{
    static const int codes[] = {
        [ERROR_NONE] = 0,  [ERROR_USAGE] = 2,   [ERROR_INPUT] = 3,         [ERROR_MODEL] = 4,
        [ERROR_STORE] = 4, [ERROR_LOCKED] = 75, [ERROR_INTERRUPTED] = 130,
    };
    return codes[kind];
}
