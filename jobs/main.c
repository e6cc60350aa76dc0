/* main.c - runs the command that the user named, prints its error and sets the exit code. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "jobs/command.h"
#include "jobs/log.h"

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

static bool print_command_help(const struct command *command)
{
    printf("winnow %s - %s\n\nusage: winnow %s [options]%s%s\n", command->name, command->summary,
           command->name, command->operands ? " " : "", command->operands ? command->operands : "");
    if (command->flags && command->flags->option.name)
        printf("\noptions:\n");
    for (const struct flag *flag = command->flags; flag && flag->option.name; flag++)
        print_flag(flag);
    if (command->help)
        printf("\n%s", command->help);
    return true;
}

static bool print_help(void)
{
    printf("winnow " WINNOW_VERSION " - what customers think, from their feedback exports\n\n"
           "usage: winnow COMMAND [options] ...\n\ncommands:\n");
    for (const struct command *const *command = commands; *command; command++)
        printf("  %-10s %s\n", (*command)->name, (*command)->summary);
    printf("\n"
           "A job file lists your export files and an output folder. The smallest one:\n"
           "\n"
           "    [source]\n"
           "    path = inbox/*.csv\n"
           "    [output]\n"
           "    path = out\n"
           "\n"
           "    winnow plan weekly.ini             preview: what would be read, and how\n"
           "    winnow run weekly.ini              write out/feedback.csv, topics.csv, "
           "summaries.csv\n"
           "    winnow report weekly.ini --print   print the report\n"
           "\n"
           "Run the job again when new exports arrive: only new and edited rows are analysed.\n"
           "`winnow COMMAND --help` explains a command; `man winnow` is the manual.\n"
           "\n"
           "exit codes:\n");
    for (const struct exit_code *row = exit_codes; row->meaning; row++)
        printf("    %-4d %s\n", row->code, row->meaning);
    return true;
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

static bool run_command(int argc, char **argv, struct error *error)
{
    const char *word = argc > 1 ? argv[1] : NULL;
    if (!word)
        return error_set(error, ERROR_USAGE, "no command given; see `winnow --help`");
    if (strcmp(word, "--version") == 0) {
        printf("winnow " WINNOW_VERSION "\n");
        return true;
    }
    bool is_help = strcmp(word, "help") == 0;
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || (is_help && argc == 2))
        return print_help();
    const struct command *command = find_command(text_of(is_help ? argv[2] : word), error);
    if (!command)
        return false;
    if (is_help || has_help_option(argc - 1, argv + 1))
        return print_command_help(command);
    struct command_line command_line = {.argc = argc - 1, .argv = argv + 1};
    bool ok = command->run(&command_line, error);
    arena_free(&command_line.arena);
    return ok;
}

/* A full disk shows only when the last bytes are written. EPIPE is not reported: the reader closed
 * the pipe on purpose. */
static void flush_output(struct error *error)
{
    errno = 0;
    bool failed = ferror(stdout);
    if ((fflush(stdout) != 0 || failed) && errno != EPIPE)
        error_set(error, ERROR_STORE, "standard output cannot be written: %s",
                  errno ? strerror(errno) : "an earlier write failed (disk full?)");
}

int main(int argc, char **argv)
{
    memory_separate_large_blocks();
    umask(077); /* feedback is personal data: only its owner may read the files we create */
    struct error error = {0};
    bool ok = run_command(argc, argv, &error);
    flush_output(&error);
    if (error.kind == ERROR_NONE)
        return ok ? 0 : 1;
    log_error(error.message, error_exit_code(error.kind));
    return error_exit_code(error.kind);
}
