/* report.c - `winnow report JOB`: figures and summaries of a part of what is saved. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "jobs/assemble.h"
#include "jobs/command.h"
#include "jobs/progress_bar.h"
#include "jobs/report/headline.h"
#include "jobs/report/report_files.h"

struct words {
    struct text sets, since, until, where, folder;
    bool print, quiet;
};

extern const struct command report_command;

enum { DAY_SECONDS = 86400 };

/* "2026-03-09" or "2026-03" as the first second of that day or month; of the one behind it with
 * `after`. */
static bool parse_date(struct text text, const char *flag, bool after, int64_t *seconds,
                       struct error *error)
{
    struct civil_time civil = {.month = 1, .day = 1};
    struct text rest = text, part;
    int64_t parts[3] = {0, 1, 1};
    int count = 0;
    bool ok = true;
    while (ok && count < 3 && text_split(&rest, '-', &part))
        ok = text_integer(part, &parts[count++]);
    civil.year = parts[0];
    if (after && count == 2 && ++parts[1] == 13) {
        parts[1] = 1;
        civil.year++;
    }
    ok = ok && !rest.size && count >= 2 && civil.year > 0 && civil.year < 10000 && parts[1] > 0 &&
         parts[1] < 13 && parts[2] > 0 && parts[2] < 32;
    civil.month = (int)parts[1];
    civil.day = (int)parts[2];
    if (!ok || !calendar_seconds(civil, seconds))
        return error_set(error, ERROR_USAGE,
                         "--%s %.*s: expected a date like 2026-03-09 or 2026-03", flag,
                         TEXT_ARGUMENT(text));
    if (after && count == 3)
        *seconds += DAY_SECONDS;
    return true;
}

static bool parse_where(struct text lines, struct selection *selection, struct arena *arena,
                        struct error *error)
{
    struct text rest = lines, line;
    size_t count = 1;
    for (size_t i = 0; i < lines.size; i++)
        count += lines.bytes[i] == '\n';
    struct field *where = arena_alloc(arena, count, sizeof(*where));
    while (rest.size && text_split(&rest, '\n', &line)) {
        size_t sign = text_find(line, TEXT("="), 0);
        struct text name = text_trim(text_slice(line, 0, sign));
        if (sign == line.size || !name.size)
            return error_set(error, ERROR_USAGE,
                             "--where %.*s: expected field=value, as in "
                             "--where product=Kettle",
                             TEXT_ARGUMENT(line));
        where[selection->where_count++] =
            (struct field){.name = name, .value = text_trim(text_slice(line, sign + 1, line.size))};
    }
    selection->where = where;
    return true;
}

static void name_view(struct selection *selection)
{
    if (selection->since == TIME_UNKNOWN && selection->until == TIME_UNKNOWN &&
        !selection->where_count)
        return;
    uint64_t view = hash_add_number(HASH_START, (uint64_t)selection->since);
    view = hash_add_number(view, (uint64_t)selection->until);
    for (size_t i = 0; i < selection->where_count; i++)
        view = hash_add(hash_add(view, selection->where[i].name), selection->where[i].value);
    selection->view = view ? view : 1;
}

static bool parse_selection(const struct words *words, struct assembly *assembly,
                            struct error *error)
{
    struct selection *selection = &assembly->selection;
    *selection = (struct selection){.since = TIME_UNKNOWN, .until = TIME_UNKNOWN};
    if (words->since.size && !parse_date(words->since, "since", false, &selection->since, error))
        return false;
    if (words->until.size && !parse_date(words->until, "until", true, &selection->until, error))
        return false;
    if (!parse_where(words->where, selection, &assembly->arena, error))
        return false;
    name_view(selection);
    return true;
}

/* Where the files go: --output; else the job's folder, or one of its own for a selection. */
static void choose_folder(const struct words *words, struct job *job,
                          const struct selection *selection)
{
    if (words->folder.size) {
        job->output.folder = arena_copy(&job->arena, words->folder).bytes;
    } else if (selection->view) {
        char digits[17];
        hash_print(selection->view, digits);
        job->output.folder =
            arena_format(&job->arena, "%s/report-%.8s", job->output.folder, digits).bytes;
    }
}

static bool write_files(const struct words *words, struct assembly *assembly, struct job *job,
                        struct error *error)
{
    choose_folder(words, job, &assembly->selection);
    if (!assemble_folder(job->output.folder, error) ||
        !output_write(job, assembly->store, &assembly->selection,
                      assembly->pipeline.workbench.model_key, error))
        return false;
    if (!words->quiet && isatty(STDERR_FILENO))
        fprintf(stderr, "reports: %s\n", job->output.folder);
    return true;
}

/* Without the analyses of this model every row would be `undetected`. */
static bool check_model(const struct assembly *assembly, const struct job *job, struct error *error)
{
    uint64_t saved = store_model_key(assembly->store);
    return !saved || saved == assembly->pipeline.workbench.model_key ||
           error_set(
               error, ERROR_USAGE,
               "the saved rows were read by another model, or with other settings of [model], "
               "[chunk] or [classify]: `winnow run %s` reads them anew",
               job->path);
}

static bool report(struct job *job, const struct words *words, struct error *error)
{
    struct assembly assembly = {0};
    struct meter meter;
    meter_start(&meter, words->quiet || !isatty(STDERR_FILENO));
    struct progress progress = meter_progress(&meter);
    bool ok = parse_selection(words, &assembly, error) &&
              assemble_store(&assembly, job, DATABASE_THERE, error) &&
              assemble_model(&assembly, job, error) &&
              assemble_steps(&assembly, job, EXTENT_REPORT, &progress, error) &&
              check_model(&assembly, job, error) && pipeline_summarize(&assembly.pipeline, error) &&
              pipeline_aggregate(&assembly.pipeline, error);
    meter_finish(&meter);
    if (ok && words->print)
        ok = headline_print(stdout, assembly.store, &assembly.selection,
                            assembly.pipeline.workbench.model_key, error);
    if (ok && (!words->print || words->folder.size))
        ok = write_files(words, &assembly, job, error);
    assemble_close(&assembly);
    return ok;
}

static const struct flag flags[] = {
    {.option = {"since", OPTION_TEXT, offsetof(struct words, since), "",
                .help = "from this day or month on: 2026-03-09, 2026-03"},
     .argument = "DATE"},
    {.option = {"until", OPTION_TEXT, offsetof(struct words, until), "",
                .help = "to the end of this day or month"},
     .argument = "DATE"},
    {.option = {"where", OPTION_TEXT, offsetof(struct words, where), "",
                .help = "only rows whose column says so; also source, lang, sentiment, topic"},
     .argument = "FIELD=VALUE",
     .repeats = true},
    {.option = {"print", OPTION_BOOLEAN, offsetof(struct words, print), "no",
                .help = "print the headlines; files are written only with --output then"},
     .letter = 'p'},
    {.option = {"output", OPTION_TEXT, offsetof(struct words, folder), "",
                .help = "folder of the files; by default report-... in the job's own"},
     .letter = 'o',
     .argument = "DIR"},
    {.option = {"set", OPTION_TEXT, offsetof(struct words, sets), "",
                .help = "section.key=value, over what the job file says"},
     .letter = 's',
     .argument = "KEY=VALUE",
     .repeats = true},
    {.option = {"quiet", OPTION_BOOLEAN, offsetof(struct words, quiet), "no",
                .help = "no progress, only warnings and errors"},
     .letter = 'q'},
    {.option = {0}},
};

static int run(int argc, char **argv, struct error *error)
{
    struct words words = {0};
    struct arena arena = {0};
    struct job job = {0};
    int first;
    bool ok = command_parse(&report_command, argc, argv, &words, &arena, &first, error) &&
              command_operands(&report_command, argc - first, 1, 1, error) &&
              job_load(&job, argv[first], words.sets, error) && report(&job, &words, error);
    job_free(&job);
    arena_free(&arena);
    return ok ? 0 : error_exit_code(error->kind);
}

const struct command report_command = {
    .name = "report",
    .summary = "figures and summaries of a period, a product, a language",
    .operands = "JOB",
    .flags = flags,
    .help =
        "Works from what `winnow run` saved. Records are never analysed again; only groups that\n"
        "no report has summarised before, or that changed, cost the model's time.\n"
        "\n"
        "  winnow report weekly.job --print\n"
        "  winnow report weekly.job --since 2026-03 --where product=Kettle --output kettle\n",
    .run = run,
};
