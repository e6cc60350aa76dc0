/* report.c - `winnow report JOB`: writes or prints reports on all or some of the saved rows. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "connectors/connectors.h"
#include "jobs/assemble.h"
#include "jobs/command.h"
#include "jobs/progress_bar.h"
#include "jobs/report/report_files.h"

struct report_command_options {
    struct text overrides, since, until, where, folder, as_of;
    bool prints_report, prints_ids, prints_path, is_quiet;
};

extern const struct command report_command;

enum { DAY_SECONDS = 86400 };

/* Sets *seconds to the first second of a day ("2026-03-09") or month ("2026-03"); if `is_end`, to
 * the first second after it. `flag` is the option's name. */
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

/* Rows of different selections are saved under different views; 0 is the view of all rows. */
static void set_view_id(struct selection *selection, struct text as_of)
{
    if (selection->since == TIME_UNKNOWN && selection->until == TIME_UNKNOWN &&
        !selection->where_count && !as_of.size)
        return;
    uint64_t view = hash_combine_number(hash_combine(HASH_SEED, as_of), (uint64_t)selection->since);
    view = hash_combine_number(view, (uint64_t)selection->until);
    for (size_t i = 0; i < selection->where_count; i++)
        view =
            hash_combine(hash_combine(view, selection->where[i].name), selection->where[i].value);
    selection->view = view ? view : 1;
}

static bool parse_selection(const struct report_command_options *options, struct assembly *assembly,
                            struct error *error)
{
    struct selection *selection = &assembly->selection;
    *selection = (struct selection){.since = TIME_UNKNOWN, .until = TIME_UNKNOWN};
    if (options->since.size &&
        !parse_date(options->since, "since", false, &selection->since, error))
        return false;
    if (options->until.size && !parse_date(options->until, "until", true, &selection->until, error))
        return false;
    if (!parse_filters(options->where, selection, &assembly->arena, error))
        return false;
    set_view_id(selection, options->as_of);
    return true;
}

/* Reports go to the folder of --output. By default they go to the job's output folder, or, for a
 * selection, to report-ID within it. */
static void set_output_folder(const struct report_command_options *options, struct job *job,
                              const struct selection *selection)
{
    if (options->folder.size) {
        job->output.folder = arena_copy_text(&job->arena, options->folder).bytes;
    } else if (selection->view) {
        char digits[17];
        hash_format(selection->view, digits);
        job->output.folder =
            arena_format(&job->arena, "%s/report-%.8s", job->output.folder, digits).bytes;
    }
}

/* Prints where the page for people is; ERROR_USAGE if the job writes none. */
static bool print_page_path(const struct job *job, struct error *error)
{
    for (size_t i = 0; i < job->output.document_count; i++)
        if (job->output.documents[i] == &html_document) {
            printf("%s/%s\n", job->output.folder, html_document.file_name);
            return true;
        }
    return error_set(error, ERROR_USAGE,
                     "--open: the job writes no report.html: add html to `reports` of [output]");
}

static bool write_files(const struct report_command_options *options, struct assembly *assembly,
                        struct job *job, struct error *error)
{
    set_output_folder(options, job, &assembly->selection);
    if (!create_private_folder(job->output.folder, error) ||
        !report_files_write(job, &assembly->pipeline.stage_context, error))
        return false;
    if (options->prints_path)
        return print_page_path(job, error);
    if (!options->is_quiet && isatty(STDERR_FILENO))
        fprintf(stderr, "reports: %s\n", job->output.folder);
    return true;
}

static bool print_report(const struct assembly *assembly, const struct document_options *options,
                         bool prints_ids, struct error *error)
{
    struct document_options printed = *options;
    printed.prints_row_ids = prints_ids;
    struct document document = {0};
    struct arena arena = {0};
    struct text note;
    struct document_file file = {.stream = stdout};
    bool ok = document_load(&document, assembly->store, &assembly->selection, &printed, error) &&
              text_document.write(&document, &file, &arena, &note, error);
    document_free(&document);
    arena_free(&arena);
    return ok;
}

/* A mistyped column or value must not look like a selection without feedback. */
static bool check_filters(const struct assembly *assembly, struct error *error)
{
    struct error fault = {0};
    return store_check_selection(assembly->store, &assembly->selection, &fault) ||
           error_set(error, fault.kind, fault.kind == ERROR_USAGE ? "--where %s" : "%s",
                     fault.message);
}

static bool write_report(struct job *job, const struct report_command_options *options,
                         struct error *error)
{
    struct assembly assembly = {0};
    struct progress_bar progress_bar;
    progress_bar_start(&progress_bar, options->is_quiet || !isatty(STDERR_FILENO));
    struct progress progress = progress_bar_callbacks(&progress_bar);
    const char *folder = options->folder.size ? options->folder.bytes : NULL;
    bool ok = parse_selection(options, &assembly, error) &&
              (!folder || create_private_folder(folder, error)) &&
              assemble_sandbox(job, folder, error) &&
              assemble_store(&assembly, job, STORE_MUST_EXIST, error) &&
              assemble_model(&assembly, job, error) &&
              assemble_stages(&assembly, job, PASSES_REPORT, &progress, error) &&
              assemble_check_model_key(&assembly, job, error) && check_filters(&assembly, error) &&
              pipeline_update_results(&assembly.pipeline, error);
    progress_bar_finish(&progress_bar);
    if (ok && options->prints_report)
        ok = print_report(&assembly, &job->output.document_options, options->prints_ids, error);
    if (ok && (!options->prints_report || options->prints_path || options->folder.size))
        ok = write_files(options, &assembly, job, error);
    assemble_close(&assembly);
    return ok;
}

static const struct flag flags[] = {
    {.option = {"since", OPTION_TEXT, offsetof(struct report_command_options, since), "",
                .help = "first day or month: 2026-03-09 or 2026-03"},
     .value_name = "DATE"},
    {.option = {"until", OPTION_TEXT, offsetof(struct report_command_options, until), "",
                .help = "last day or month, inclusive"},
     .value_name = "DATE"},
    {.option = {"where", OPTION_TEXT, offsetof(struct report_command_options, where), "",
                .help =
                    "only rows whose column has this value; also source, lang, sentiment, topic"},
     .value_name = "FIELD=VALUE",
     .is_repeatable = true},
    {.option = {"taxonomy-as-of", OPTION_TEXT, offsetof(struct report_command_options, as_of), "",
                .help = "count topics as the registry had them on this day: without later merges"},
     .value_name = "DAY"},
    {.option = {"print", OPTION_BOOLEAN, offsetof(struct report_command_options, prints_report),
                "no", .help = "print the report instead of writing files; with --output, do both"},
     .short_name = 'p'},
    {.option = {"open", OPTION_BOOLEAN, offsetof(struct report_command_options, prints_path), "no",
                .help = "write the files and print the path of report.html, for xdg-open or open"}},
    {.option = {"ids", OPTION_BOOLEAN, offsetof(struct report_command_options, prints_ids), "no",
                .help = "with --print: also print the feedback_id of each quote"}},
    {.option = {"output", OPTION_TEXT, offsetof(struct report_command_options, folder), "",
                .help = "folder for the files; default: the job's folder, or report-... in it for "
                        "a selection"},
     .short_name = 'o',
     .value_name = "DIR"},
    {.option = {"set", OPTION_TEXT, offsetof(struct report_command_options, overrides), "",
                .help = "section.key=value that overrides the job file"},
     .short_name = 's',
     .value_name = "KEY=VALUE",
     .is_repeatable = true},
    {.option = {"quiet", OPTION_BOOLEAN, offsetof(struct report_command_options, is_quiet), "no",
                .help = "print only warnings and errors"},
     .short_name = 'q'},
    {.option = {0}},
};

/* The day of --taxonomy-as-of is a setting of the topics stage. */
static struct text add_as_of(const struct report_command_options *options, struct arena *arena)
{
    return options->as_of.size
               ? arena_format(arena, "%.*s%stopics.as_of=%.*s", TEXT_ARGUMENT(options->overrides),
                              options->overrides.size ? "\n" : "", TEXT_ARGUMENT(options->as_of))
               : options->overrides;
}

static bool run(struct command_line *command_line, struct error *error)
{
    struct report_command_options options = {0};
    struct job job = {0};
    bool ok = command_parse(&report_command, command_line, &options, error) &&
              command_check_operands(&report_command, command_line->operand_count, 1, 1, error) &&
              job_load(&job, command_line->operands[0], add_as_of(&options, &command_line->arena),
                       error) &&
              write_report(&job, &options, error);
    job_free(&job);
    return ok;
}

const struct command report_command = {
    .name = "report",
    .summary = "report on saved rows: all, or those of a period, product or language",
    .operands = "JOB",
    .flags = flags,
    .help =
        "Uses the rows that `winnow run` saved and reads no export. Only groups that are new or\n"
        "changed are summarized. If the rows were analysed by another model, the command exits\n"
        "with 2: run the job again.\n"
        "\n"
        "  winnow report weekly.ini --print\n"
        "  xdg-open \"$(winnow report weekly.ini --open)\"\n"
        "  winnow report weekly.ini --since 2026-03 --where product=Kettle --output kettle\n",
    .run = run,
};
