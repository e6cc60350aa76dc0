/* manual.c - `winnow manual PAGE`: manual pages, from the tables of commands, options, keys and
 * exit codes. */
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

/* ---- The program ---- */

static void print_program(void)
{
    print_title("winnow", 1, "find what customers think in their feedback exports");
    printf(".SH SYNOPSIS\n.B winnow\n.I command\n.RI [ options ]\n.I ...\n"
           ".SH DESCRIPTION\n");
    print_text(
        "Reads exports of customer feedback (CSV, spreadsheets, JSON, XML, mail, chats) and "
        "writes\n"
        "sentiment, topics, key points, summaries and what changed to an SQLite database, a page\n"
        "for the browser, a workbook and CSV files. It runs on the CPU and opens no network\n"
        "connection.\n");
    printf(".PP\n");
    print_text(
        "A job file lists the exports and an output folder. Each run of a job reads its files\n"
        "again, but analyses only new and edited rows. An interrupted run resumes after its last\n"
        "saved batch, and gives the same results as an uninterrupted one.\n");
    printf(".SH COMMANDS\nEach has a page of its own:\n.BR winnow\\-run (1)\nand so on.\n");
    for (const struct command *const *command = commands; *command; command++) {
        printf(".TP\n.B %s\n", (*command)->name);
        print_text((*command)->summary);
        printf(".\n");
    }
    printf(".SH FILES\nAll are in the output folder, readable for its owner only.\n");
    static const struct {
        const char *names, *text;
    } files[] = {
        {"report.html, report.xlsx", "The report as a page and as a workbook"},
        {"feedback.csv, topics.csv, shares.csv, insights.csv, summaries.csv, key_points.csv, "
         "rejects.csv, run.json",
         "The tables"},
        {"winnow.db", "The SQLite database of everything that is saved"},
        {"winnow.key", "The secret key of the hashes of authors and personal ids. The first run "
                       "creates it. Back it\nup with the database, and never share it"},
        {"winnow.lock", "Locked during a run; contains its process id"},
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        printf(".TP\n.I ");
        print_text(files[i].names);
        printf("\n");
        print_text(files[i].text);
        printf(".\n");
    }
    printf(".SH EXIT STATUS\n");
    for (const struct exit_code *row = exit_codes; row->meaning; row++) {
        printf(".TP\n.B %d\n", row->code);
        print_text(row->meaning);
        printf(".\n");
    }
    printf(".SH EXAMPLES\n.nf\n");
    print_text("winnow init\n"
               "winnow run winnow.ini\n"
               "winnow report winnow.ini --print --since 2026-10-01 --where product=Kettle\n"
               "winnow ask winnow.ini \"why do people return the kettle?\"\n");
    printf(".fi\n.SH SEE ALSO\n.BR winnow\\-job (5),\n.BR winnow\\-init (1),\n"
           ".BR winnow\\-run (1),\n.BR sqlite3 (1),\n.BR crontab (5),\n.BR systemd.timer (5)\n");
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
    if (strcmp(page, "winnow") == 0) {
        print_program();
        return true;
    }
    for (const struct command *const *command = commands; *command; command++)
        if (strcmp((*command)->name, page) == 0) {
            print_command(*command);
            return true;
        }
    return error_set(error, ERROR_USAGE,
                     "winnow manual: '%s': expected winnow, job or the name of a command", page);
}

const struct command manual_command = {
    .name = "manual",
    .summary = "print a manual page: of winnow, a command or job files",
    .operands = "winnow | COMMAND | job",
    .help = "Prints roff, as man reads it. Installation writes winnow(1), winnow-COMMAND(1) and\n"
            "winnow-job(5) with it.\n"
            "\n"
            "  winnow manual job | man -l -\n",
    .run = run,
};
