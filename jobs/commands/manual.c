/* manual.c - `winnow manual COMMAND|job`: manual pages, from the tables of options and keys. */
#include <stdio.h>
#include <string.h>

#include "jobs/command.h"
#include "jobs/job.h"

extern const struct command manual_command;

/* ---- roff ---- */

/* A line of text: hyphens stay hyphens, and no line begins with a request. */
static void print_text(const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", stdout);
    for (; *text; text++) {
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else
            putchar(*text);
        if (*text == '\n' && (text[1] == '.' || text[1] == '\''))
            fputs("\\&", stdout);
    }
}

static void print_title(const char *name, int section, const char *summary)
{
    printf(".TH ");
    for (const char *c = name; *c; c++)
        putchar(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    printf(" %d \"\" \"winnow " WINNOW_VERSION "\" \"%s\"\n.SH NAME\n", section,
           section == 1 ? "User Commands" : "File Formats");
    print_text(name);
    printf(" \\- ");
    print_text(summary);
    printf("\n");
}

/* ---- Commands ---- */

static void print_flag(const struct flag *flag)
{
    const struct option *option = &flag->option;
    printf(".TP\n");
    if (flag->short_name)
        printf("\\fB\\-%c\\fP, ", flag->short_name);
    printf("\\fB\\-\\-");
    print_text(option->name);
    printf("\\fP");
    if (flag->value_name)
        printf(" \\fI%s\\fP", flag->value_name);
    printf("\n");
    print_text(option->help);
    printf(".\n");
    if (option->type == OPTION_CHOICE) {
        printf("One of ");
        print_text(option->choices);
        printf(".\n");
    }
    if (option->default_value && *option->default_value && option->type != OPTION_BOOLEAN) {
        printf("Default: ");
        print_text(option->default_value);
        printf(".\n");
    }
    if (flag->is_repeatable)
        printf("May be repeated.\n");
}

static void print_command(const struct command *command)
{
    char name[40];
    snprintf(name, sizeof(name), "winnow-%s", command->name);
    print_title(name, 1, command->summary);
    printf(".SH SYNOPSIS\n.B winnow %s\n.RI [ options ]\n", command->name);
    if (command->operands)
        print_text(command->operands);
    printf("\n.SH DESCRIPTION\n");
    if (command->help) {
        printf(".nf\n");
        print_text(command->help);
        printf(".fi\n");
    }
    if (command->flags && command->flags->option.name)
        printf(".SH OPTIONS\n");
    for (const struct flag *flag = command->flags; flag && flag->option.name; flag++)
        print_flag(flag);
    printf(".SH SEE ALSO\n.BR winnow (1),\n.BR winnow\\-job (5)\n");
}

/* ---- The job file ---- */

static void print_key(void *user, const struct job_key *key)
{
    const char **section = user;
    const struct option *option = key->option;
    if (!*section || strcmp(*section, key->section) != 0) {
        printf(".SS [%s]%s\n", key->section,
               strcmp(key->section, "source") == 0 ? " or [source NAME]" : "");
        if (key->section_summary) {
            print_text(key->section_summary);
            printf(".\n");
        }
    }
    *section = key->section;
    printf(".TP\n.B ");
    print_text(option->name);
    if (!option->default_value)
        printf(" (required)");
    else if (*option->default_value) {
        printf(" = ");
        print_text(option->default_value);
    }
    printf("\n");
    if (key->component)
        printf("%s: ", key->component);
    print_text(option->help);
    if (option->type == OPTION_CHOICE) {
        printf(" (");
        print_text(option->choices);
        printf(")");
    }
    printf(".\n");
}

static void print_job(void)
{
    const char *section = NULL;
    print_title("winnow-job", 5, "job files of winnow");
    printf(".SH DESCRIPTION\n");
    print_text("A job file lists exports of customer feedback, an output folder, and settings. It "
               "is an INI file:\nsections in brackets, keys and values with an equals sign. Lines "
               "that begin with a semicolon or # are\ncomments; a comment needs a line of its "
               "own. A value in quotes may begin or end with a blank.\nRelative paths start at "
               "the folder of the job file. An unknown section, key or value is an error.\n");
    printf(".PP\nThe smallest job file:\n.PP\n.nf\n.RS\n[source]\npath = inbox/*.csv\n[output]\n"
           "path = out\n.RE\n.fi\n.SH KEYS\nThe default follows the equals sign.\n");
    job_for_each_key(&(struct job_key_visitor){print_key, &section});
    printf(".SH SEE ALSO\n.BR winnow (1),\n.BR winnow\\-init (1),\n.BR winnow\\-plan (1)\n");
}

static bool run(struct command_line *command_line, struct error *error)
{
    struct text unused;
    if (!command_parse(&manual_command, command_line, &unused, error) ||
        !command_check_operands(&manual_command, command_line->operand_count, 1, 1, error))
        return false;
    const char *page = command_line->operands[0];
    if (strcmp(page, "job") == 0) {
        print_job();
        return true;
    }
    for (const struct command *const *command = commands; *command; command++)
        if (strcmp((*command)->name, page) == 0) {
            print_command(*command);
            return true;
        }
    return error_set(error, ERROR_USAGE,
                     "winnow manual: '%s': expected the name of a command, or job", page);
}

const struct command manual_command = {
    .name = "manual",
    .summary = "print the manual page of a command or of job files",
    .operands = "COMMAND | job",
    .help =
        "Prints roff, as man reads it. Installation writes winnow-COMMAND(1) and winnow-job(5)\n"
        "with it.\n"
        "\n"
        "  winnow manual job | man -l -\n",
    .run = run,
};
