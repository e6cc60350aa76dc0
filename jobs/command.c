/* command.c - reading a command's options. getopt.h is not used: its `struct option` is not ours,
 * and the nearest name would still have to be found here. */
#include "jobs/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static bool unknown_option(const struct command *command, const char *word, struct error *error)
{
    size_t count = 0;
    while (command->flags && command->flags[count].option.name)
        count++;
    const char **names = memory_alloc(count + 1, sizeof(*names));
    for (size_t i = 0; i < count; i++)
        names[i] = command->flags[i].option.name;
    const char *name = word + strspn(word, "-");
    const char *nearest = option_nearest(names, (struct text){name, strcspn(name, "=")});
    if (nearest)
        error_set(error, ERROR_USAGE, "winnow %s: unknown option %s; did you mean --%s?",
                  command->name, word, nearest);
    else
        error_set(error, ERROR_USAGE, "winnow %s: unknown option %s; see `winnow %s --help`",
                  command->name, word, command->name);
    free(names);
    return false;
}

/* The flag that `word` ("--name", "--name=value", "-n") asks for, or NULL. */
static const struct flag *find_flag(const struct command *command, const char *word)
{
    bool is_long = word[1] == '-';
    struct text name = {word + 2, strcspn(word + 2, "=")};
    for (const struct flag *flag = command->flags; flag && flag->option.name; flag++)
        if (is_long ? text_equal(name, text_of(flag->option.name))
                    : flag->letter && word[1] == flag->letter && !word[2])
            return flag;
    return NULL;
}

static bool set_flag(const struct command *command, const struct flag *flag, void *state,
                     struct text value, bool given_before, struct arena *arena, struct error *error)
{
    char where[80];
    snprintf(where, sizeof(where), "winnow %s: --%s", command->name, flag->option.name);
    struct text *field = (void *)((char *)state + flag->option.offset);
    if (flag->repeats && given_before)
        value = arena_format(arena, "%.*s\n%.*s", TEXT_ARGUMENT(*field), TEXT_ARGUMENT(value));
    return option_set(&flag->option, state, value, where, error);
}

/* Reads the option at argv[*index]; *index ends on the last word that belongs to it. */
static bool read_flag(const struct command *command, int argc, char **argv, int *index, void *state,
                      uint64_t *given, struct arena *arena, struct error *error)
{
    const char *word = argv[*index];
    const struct flag *flag = find_flag(command, word);
    if (!flag)
        return unknown_option(command, word, error);
    struct text value = TEXT("yes");
    const char *sign = word[1] == '-' ? strchr(word, '=') : NULL;
    if (flag->option.type == OPTION_BOOLEAN) {
        if (sign)
            return error_set(error, ERROR_USAGE, "winnow %s: --%s takes no value", command->name,
                             flag->option.name);
    } else if (sign) {
        value = text_of(sign + 1);
    } else if (*index + 1 < argc) {
        value = text_of(argv[++*index]);
    } else {
        return error_set(error, ERROR_USAGE, "winnow %s: --%s needs a value: --%s %s",
                         command->name, flag->option.name, flag->option.name, flag->argument);
    }
    uint64_t bit = UINT64_C(1) << (flag - command->flags);
    bool given_before = *given & bit;
    *given |= bit;
    return set_flag(command, flag, state, value, given_before, arena, error);
}

bool command_parse(const struct command *command, int argc, char **argv, void *state,
                   struct arena *arena, int *first, struct error *error)
{
    for (const struct flag *flag = command->flags; flag && flag->option.name; flag++) {
        struct option one[2] = {flag->option, {0}};
        option_defaults(one, state);
    }
    char **operands = memory_alloc((size_t)argc + 1, sizeof(*operands));
    int operand_count = 0;
    uint64_t given = 0;
    bool ok = true, options_ended = false;
    for (int i = 1; ok && i < argc; i++) {
        if (!options_ended && strcmp(argv[i], "--") == 0)
            options_ended = true;
        else if (options_ended || argv[i][0] != '-' || !argv[i][1])
            operands[operand_count++] = argv[i];
        else
            ok = read_flag(command, argc, argv, &i, state, &given, arena, error);
    }
    *first = argc - operand_count;
    if (ok)
        for (int i = 0; i < operand_count; i++)
            argv[*first + i] = operands[i];
    free(operands);
    return ok;
}

bool command_operands(const struct command *command, int count, int least, int most,
                      struct error *error)
{
    if (count >= least && count <= most)
        return true;
    const char *what = count < least ? "something is missing" : "too many words";
    return error_set(error, ERROR_USAGE,
                     "winnow %s: %s: usage: winnow %s [options] %s (see `winnow %s --help`)",
                     command->name, what, command->name, command->operands ? command->operands : "",
                     command->name);
}
