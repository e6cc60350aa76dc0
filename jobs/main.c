/* main.c - picks the command, prints what went wrong, turns it into the exit code. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "jobs/command.h"

static void print_flag(const struct flag *flag)
{
    char usage[80];
    snprintf(usage, sizeof(usage), "--%s%s%s", flag->option.name, flag->value_name ? " " : "",
             flag->value_name ? flag->value_name : "");
    if (flag->short_name)
        printf("  -%c, ", flag->short_name);
    else
        printf("      ");
    printf("%-26s %s", usage, flag->option.help);
    if (flag->option.type == OPTION_CHOICE)
        printf(" (%s)", flag->option.choices);
    if (flag->option.default_value && *flag->option.default_value &&
        flag->option.type != OPTION_BOOLEAN)
        printf(" [%s]", flag->option.default_value);
    if (flag->is_repeatable)
        printf("; may be repeated");
    printf("\n");
}

static int print_command_help(const struct command *command)
{
    printf("winnow %s - %s\n\nusage: winnow %s [options] %s\n", command->name, command->summary,
           command->name, command->operands ? command->operands : "");
    if (command->flags && command->flags->option.name)
        printf("\noptions:\n");
    for (const struct flag *flag = command->flags; flag && flag->option.name; flag++)
        print_flag(flag);
    if (command->help)
        printf("\n%s", command->help);
    return 0;
}

static int print_help(void)
{
    printf("winnow " WINNOW_VERSION " - what customers think, from their feedback exports\n\n"
           "usage: winnow COMMAND [options] ...\n\ncommands:\n");
    for (const struct command *const *command = commands; *command; command++)
        printf("  %-10s %s\n", (*command)->name, (*command)->summary);
    printf("\n"
           "A job file says where the exports lie and where the reports go; the smallest one is\n"
           "\n"
           "    [source]\n"
           "    path = inbox/*.csv\n"
           "    [output]\n"
           "    path = out\n"
           "\n"
           "    winnow plan weekly.job      look first: what would be read, and how\n"
           "    winnow run weekly.job       out/feedback.csv, topics.csv, summaries.csv, "
           "winnow.db\n"
           "    winnow report --print weekly.job\n"
           "\n"
           "Run it again whenever new exports lie there: only what is new costs time.\n"
           "`winnow COMMAND --help` explains a command; `man winnow` has everything.\n"
           "\n"
           "exit codes: 0 done, 1 done but too many rejects, 2 usage or job file, 3 input "
           "unreadable,\n"
           "            4 model, database or output, 75 another run holds the lock, 130 "
           "interrupted\n");
    return 0;
}

static const struct command *find_command(struct text name, struct error *error)
{
    size_t count = 0;
    for (; commands[count]; count++)
        if (text_equal(name, text_of(commands[count]->name)))
            return commands[count];
    const char **names = memory_alloc(count + 1, sizeof(*names));
    for (size_t i = 0; i < count; i++)
        names[i] = commands[i]->name;
    const char *closest = option_find_closest_name(names, name);
    error_set(error, ERROR_USAGE, "unknown command '%.*s'%s%s%s; see `winnow --help`",
              TEXT_ARGUMENT(name), closest ? "; did you mean '" : "", closest ? closest : "",
              closest ? "'?" : "");
    free(names);
    return NULL;
}

static bool has_help_option(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static int run_command(int argc, char **argv, struct error *error)
{
    const char *word = argc > 1 ? argv[1] : NULL;
    if (!word) {
        error_set(error, ERROR_USAGE, "which command? See `winnow --help`");
        return 2;
    }
    if (strcmp(word, "--version") == 0) {
        printf("winnow " WINNOW_VERSION "\n");
        return 0;
    }
    bool help = strcmp(word, "help") == 0;
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || (help && argc == 2))
        return print_help();
    const struct command *command = find_command(text_of(help ? argv[2] : word), error);
    if (!command)
        return 2;
    if (help || has_help_option(argc - 1, argv + 1))
        return print_command_help(command);
    return command->run(argc - 1, argv + 1, error);
}

/* A full disk shows when the last bytes leave; a reader who went away (EPIPE) knows already. */
static void flush_output(struct error *error)
{
    errno = 0;
    bool failed = ferror(stdout);
    if ((fflush(stdout) != 0 || failed) && errno != EPIPE)
        error_set(error, ERROR_STORE, "standard output cannot be written: %s",
                  errno ? strerror(errno) : "the write failed earlier (disk full?)");
}

int main(int argc, char **argv)
{
    umask(077); /* feedback is personal data: what we create is the owner's alone */
    struct error error = {0};
    int code = run_command(argc, argv, &error);
    flush_output(&error);
    if (error.kind == ERROR_NONE)
        return code;
    bool has_command_prefix =
        text_starts_with(text_of(error.message), TEXT("winnow ")); /* "winnow run:" */
    fprintf(stderr, "%s%s\n", has_command_prefix ? "" : "winnow: ", error.message);
    return error_exit_code(error.kind);
}
