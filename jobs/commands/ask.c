/* ask.c - `winnow ask JOB "question"`: answers questions with figures and sentences of customers.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "jobs/ask/answer.h"
#include "jobs/ask/asker.h"
#include "jobs/command.h"

struct ask_command_options {
    struct text overrides;
    int64_t quotes;
    bool prints_json, shows_sql, fails_if_none, is_quiet;
};

extern const struct command ask_command; /* at the end */

/* Prints the answer; *found is cleared if there is none. */
static bool answer_question(struct asker *asker, const struct ask_command_options *options,
                            struct text text, bool *found, struct error *error)
{
    struct asked asked = {0};
    size_t max = options->quotes > ANSWER_NEAREST ? (size_t)options->quotes : ANSWER_NEAREST;
    struct text sentence = {0};
    bool ok = asker_ask(asker, text, max, &asked, error) &&
              asker_compose(asker, &asked, (size_t)options->quotes, &sentence, error);
    if (ok) {
        struct answer answer = {
            .question = &asked.question,
            .result = &asked.result,
            .points = asked.points,
            .point_count = asked.point_count,
            .sentence = sentence,
            .corpus = &asker->corpus,
            .max_quotes = (size_t)options->quotes,
            .shows_sql = options->shows_sql,
        };
        if (options->prints_json)
            answer_print_json(stdout, &answer);
        else
            answer_print(stdout, &answer);
        *found &= asked.result.found;
    }
    asked_free(&asked);
    return ok;
}

/* One question a line; empty lines are skipped. */
static bool answer_lines(struct asker *asker, const struct ask_command_options *options,
                         bool *found, struct error *error)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size;
    bool ok = true, is_first = true;
    while (ok && (size = getline(&line, &capacity, stdin)) >= 0) {
        struct text text = text_trim((struct text){line, (size_t)size});
        if (text.size == 0)
            continue;
        if (!utf8_is_valid(text)) {
            ok = error_set(error, ERROR_USAGE, "a question is not valid UTF-8");
            break;
        }
        if (!options->prints_json)
            printf("%s> %.*s\n", is_first ? "" : "\n", TEXT_ARGUMENT(text));
        is_first = false;
        ok = answer_question(asker, options, text, found, error);
        fflush(stdout);
    }
    free(line);
    return ok;
}

static void print_notes(const struct asker *asker, const char *job)
{
    if (asker->unindexed > 0)
        fprintf(stderr,
                "winnow: note: %llu records are not indexed yet and are left out; `winnow run %s` "
                "indexes them\n",
                (unsigned long long)asker->unindexed, job);
    if (asker->vectors.is_outdated)
        fprintf(
            stderr,
            "winnow: note: the index does not fit this model or version of winnow, so only words "
            "are searched; `winnow run %s` makes it again\n",
            job);
}

static bool ask(const struct ask_command_options *options, const struct command_line *command_line,
                struct error *error)
{
    struct asker asker = {0};
    bool found = true;
    bool ok = asker_open(&asker, command_line->operands[0], options->overrides, error);
    if (ok && !options->is_quiet)
        print_notes(&asker, command_line->operands[0]);
    if (ok && command_line->operand_count > 1)
        ok = answer_question(&asker, options, text_of(command_line->operands[1]), &found, error);
    else if (ok)
        ok = answer_lines(&asker, options, &found, error);
    asker_close(&asker);
    return ok && (found || !options->fails_if_none);
}

static const struct flag flags[] = {
    {.option = {"quotes", OPTION_INTEGER, offsetof(struct ask_command_options, quotes), "5", 1, 100,
                .help = "maximum number of quotes"},
     .short_name = 'n',
     .value_name = "N"},
    {.option = {"json", OPTION_BOOLEAN, offsetof(struct ask_command_options, prints_json), "no",
                .help = "print a JSON object a question, in a line"}},
    {.option = {"sql", OPTION_BOOLEAN, offsetof(struct ask_command_options, shows_sql), "no",
                .help = "also print the filter as a query of winnow.db"}},
    {.option = {"fail-if-none", OPTION_BOOLEAN, offsetof(struct ask_command_options, fails_if_none),
                "no", .help = "exit with 1 if a question has no answer"}},
    {.option = {"set", OPTION_TEXT, offsetof(struct ask_command_options, overrides), "",
                .help = "section.key=value that overrides the job file"},
     .short_name = 's',
     .value_name = "KEY=VALUE",
     .is_repeatable = true},
    {.option = {"quiet", OPTION_BOOLEAN, offsetof(struct ask_command_options, is_quiet), "no",
                .help = "print only warnings and errors"},
     .short_name = 'q'},
    {.option = {0}},
};

static bool run(struct command_line *command_line, struct error *error)
{
    struct ask_command_options options = {0};
    return command_parse(&ask_command, command_line, &options, error) &&
           command_check_operands(&ask_command, command_line->operand_count, 1, 2, error) &&
           ask(&options, command_line, error);
}

const struct command ask_command = {
    .name = "ask",
    .summary = "answer a question with figures and customers' sentences",
    .operands = "JOB [QUESTION]",
    .flags = flags,
    .help =
        "Searches the rows that `winnow run` saved, in English and Korean: for the words of the\n"
        "question, related ones, and sentences that are close in meaning. First it prints how it\n"
        "understood the question: period, values of columns (product, region, source), stars,\n"
        "praise or complaints, and the words that it looked for. Then how many records these are\n"
        "and how they are labelled, the key points that several of them say, and sentences that\n"
        "customers wrote, each with its date, source and feedback_id. If the model can write,\n"
        "a sentence is composed from words of the quotes; otherwise all text is of customers.\n"
        "\n"
        "If no record answers the question, it says so, names the words that no record has, and\n"
        "shows the nearest sentences. Periods (\"last month\") count from the newest record.\n"
        "Without QUESTION, every line of standard input is one.\n"
        "\n"
        "  winnow ask weekly.ini \"why are people returning the earbuds since September?\"\n"
        "  winnow ask weekly.ini --json --fail-if-none \"배터리 불만이 있나요?\"\n",
    .run = run,
};
