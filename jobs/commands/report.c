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

struct report_options {
    struct text overrides, since, until, where, folder;
    bool prints_headline, is_quiet;
};

extern const struct command report_command;

enum { DAY_SECONDS = 86400 };

/* "2026-03-09" or "2026-03" as the first second of that day or month; of the one behind it with
 * `after`. */
static bool parse_date(struct text text, const char *flag, bool is_end, int64_t *seconds,
                       struct error *error)
{
    struct civil_time civil = {.month = 1, .day = 1};
    struct text rest = text, date_part;
    int64_t parts[3] = {0, 1, 1};
    int count = 0;
    bool ok = true;
    while (ok && count < 3 && text_split(&rest, '-', &date_part))
        ok = text_to_integer(date_part, &parts[count++]);
    civil.year = parts[0];
    if (is_end && count == 2 && ++parts[1] == 13) {
        parts[1] = 1;
        civil.year++;
    }
    ok = ok && !rest.size && count >= 2 && civil.year > 0 && civil.year < 10000 && parts[1] > 0 &&
         parts[1] < 13 && parts[2] > 0 && parts[2] < 32;
    civil.month = (int)parts[1];
    civil.day = (int)parts[2];
    if (!ok || !calendar_to_seconds(civil, seconds))
        return error_set(error, ERROR_USAGE,
                         "--%s %.*s: expected a date like 2026-03-09 or 2026-03", flag,
                         TEXT_ARGUMENT(text));
    if (is_end && count == 3)
        *seconds += DAY_SECONDS;
    return true;
}

static bool parse_filters(struct text lines, struct selection *selection, struct arena *arena,
                          struct error *error)
{
    struct text rest = lines, line;
    size_t count = 1;
    for (size_t i = 0; i < lines.size; i++)
        count += lines.bytes[i] == '\n';
    struct field *where = arena_alloc(arena, count, sizeof(*where));
    while (rest.size && text_split(&rest, '\n', &line)) {
        size_t equals_sign = text_find(line, TEXT("="), 0);
        struct text name = text_trim(text_slice(line, 0, equals_sign));
        if (equals_sign == line.size || !name.size)
            return error_set(error, ERROR_USAGE,
                             "--where %.*s: expected field=value, as in "
                             "--where product=Kettle",
                             TEXT_ARGUMENT(line));
        where[selection->where_count++] = (struct field){
            .name = name, .value = text_trim(text_slice(line, equals_sign + 1, line.size))};
    }
    selection->where = where;
    return true;
}

static void set_view_id(struct selection *selection)
{
    if (selection->since == TIME_UNKNOWN && selection->until == TIME_UNKNOWN &&
        !selection->where_count)
        return;
    uint64_t view = hash_combine_number(HASH_SEED, (uint64_t)selection->since);
    view = hash_combine_number(view, (uint64_t)selection->until);
    for (size_t i = 0; i < selection->where_count; i++)
        view =
            hash_combine(hash_combine(view, selection->where[i].name), selection->where[i].value);
    selection->view = view ? view : 1;
}

static bool parse_selection(const struct report_options *report_options, struct assembly *assembly,
                            struct error *error)
{
    struct selection *selection = &assembly->selection;
    *selection = (struct selection){.since = TIME_UNKNOWN, .until = TIME_UNKNOWN};
    if (report_options->since.size &&
        !parse_date(report_options->since, "since", false, &selection->since, error))
        return false;
    if (report_options->until.size &&
        !parse_date(report_options->until, "until", true, &selection->until, error))
        return false;
    if (!parse_filters(report_options->where, selection, &assembly->arena, error))
        return false;
    set_view_id(selection);
    return true;
}

/* Where the files go: --output; else the job's folder, or one of its own for a selection. */
static void set_output_folder(const struct report_options *report_options, struct job *job,
                              const struct selection *selection)
{
    if (report_options->folder.size) {
        job->output.folder = arena_copy_text(&job->arena, report_options->folder).bytes;
    } else if (selection->view) {
        char digits[17];
        hash_format(selection->view, digits);
        job->output.folder =
            arena_format(&job->arena, "%s/report-%.8s", job->output.folder, digits).bytes;
    }
}

static bool write_files(const struct report_options *report_options, struct assembly *assembly,
                        struct job *job, struct error *error)
{
    set_output_folder(report_options, job, &assembly->selection);
    if (!create_private_folder(job->output.folder, error) ||
        !report_files_write(job, assembly->store, &assembly->selection, error))
        return false;
    if (!report_options->is_quiet && isatty(STDERR_FILENO))
        fprintf(stderr, "reports: %s\n", job->output.folder);
    return true;
}

/* Without the analyses of this model every row would be `undetected`. */
static bool check_model_key(const struct assembly *assembly, const struct job *job,
                            struct error *error)
{
    uint64_t saved = store_get_saved_model_key(assembly->store);
    return !saved || saved == store_get_model_key(assembly->store) ||
           error_set(
               error, ERROR_USAGE,
               "the saved rows were read by another model, or with other settings of [model], "
               "[chunk] or [classify]: `winnow run %s` reads them anew",
               job->path);
}

static bool write_report(struct job *job, const struct report_options *report_options,
                         struct error *error)
{
    struct assembly assembly = {0};
    struct progress_bar progress_bar;
    progress_bar_start(&progress_bar, report_options->is_quiet || !isatty(STDERR_FILENO));
    struct progress progress = progress_bar_callbacks(&progress_bar);
    bool ok = parse_selection(report_options, &assembly, error) &&
              assemble_store(&assembly, job, STORE_MUST_EXIST, error) &&
              assemble_model(&assembly, job, error) &&
              assemble_stages(&assembly, job, PASSES_REPORT, &progress, error) &&
              check_model_key(&assembly, job, error) &&
              pipeline_summarize(&assembly.pipeline, error) &&
              pipeline_aggregate(&assembly.pipeline, error);
    progress_bar_finish(&progress_bar);
    if (ok && report_options->prints_headline)
        ok = headline_print(stdout, assembly.store, &assembly.selection, error);
    if (ok && (!report_options->prints_headline || report_options->folder.size))
        ok = write_files(report_options, &assembly, job, error);
    assemble_close(&assembly);
    return ok;
}

static const struct flag flags[] = {
    {.option = {"since", OPTION_TEXT, offsetof(struct report_options, since), "",
                .help = "from this day or month on: 2026-03-09, 2026-03"},
     .value_name = "DATE"},
    {.option = {"until", OPTION_TEXT, offsetof(struct report_options, until), "",
                .help = "to the end of this day or month"},
     .value_name = "DATE"},
    {.option = {"where", OPTION_TEXT, offsetof(struct report_options, where), "",
                .help = "only rows whose column says so; also source, lang, sentiment, topic"},
     .value_name = "FIELD=VALUE",
     .is_repeatable = true},
    {.option = {"print", OPTION_BOOLEAN, offsetof(struct report_options, prints_headline), "no",
                .help = "print the headlines; files are written only with --output then"},
     .short_name = 'p'},
    {.option = {"output", OPTION_TEXT, offsetof(struct report_options, folder), "",
                .help = "folder of the files; by default report-... in the job's own"},
     .short_name = 'o',
     .value_name = "DIR"},
    {.option = {"set", OPTION_TEXT, offsetof(struct report_options, overrides), "",
                .help = "section.key=value, over what the job file says"},
     .short_name = 's',
     .value_name = "KEY=VALUE",
     .is_repeatable = true},
    {.option = {"quiet", OPTION_BOOLEAN, offsetof(struct report_options, is_quiet), "no",
                .help = "no progress, only warnings and errors"},
     .short_name = 'q'},
    {.option = {0}},
};

static int run(int argc, char **argv, struct error *error)
{
    struct report_options report_options = {0};
    struct arena arena = {0};
    struct job job = {0};
    int first_operand;
    bool ok = command_parse(&report_command, argc, argv, &report_options, &arena, &first_operand,
                            error) &&
              command_check_operands(&report_command, argc - first_operand, 1, 1, error) &&
              job_load(&job, argv[first_operand], report_options.overrides, error) &&
              write_report(&job, &report_options, error);
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
