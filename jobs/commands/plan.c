/* plan.c - `winnow plan JOB`: prints what a run would read and how long it would take. */
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "jobs/assemble.h"
#include "jobs/command.h"
#include "jobs/commands/plan_sources.h"
#include "jobs/preflight.h"
#include "jobs/progress_bar.h"

struct plan_command_options {
    struct text overrides;
    bool is_quiet, prints_keys;
};

extern const struct command plan_command;

enum { PROBE_TEXTS = 20 };

/* What a run would read of one file. */
struct planned_file {
    struct row_totals row_totals;
    struct text failure;
};

struct plan {
    struct assembly assembly;
    struct planned_file *files; /* one for each of assembly.found.files */
    struct plan_sources sources;
    struct row_totals total;
    uint64_t reanalysis_count; /* of total.inferred: saved texts that another model analysed */
    double probe_tokens, probe_seconds; /* measured on the first texts */
    struct progress progress;
};

/* The stages of pass 1 before the first that runs the model, or from that one on. */
static bool run_stages(const struct pipeline *pipeline, bool from_model_on, struct batch *batch,
                       struct error *error)
{
    bool is_at_model = false;
    for (size_t i = 0; i < pipeline->stage_instance_count; i++) {
        const struct stage_instance *instance = &pipeline->stage_instances[i];
        is_at_model |= instance->stage->runs_model;
        if (is_at_model == from_model_on && instance->stage->process &&
            !instance->stage->process(instance->state, batch, error))
            return false;
    }
    return true;
}

/* Times the model on the first PROBE_TEXTS texts that it would read. */
static bool time_model(struct plan *plan, struct batch *batch, struct error *error)
{
    size_t probe_text_count = 0;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->records[i].needs_analysis && probe_text_count < PROBE_TEXTS) {
            plan->probe_tokens += (double)batch->records[i].analysis.tokens;
            probe_text_count++;
        } else {
            batch->records[i].needs_analysis = false;
        }
    double started_at = clock_seconds();
    bool ok = !probe_text_count || run_stages(&plan->assembly.pipeline, true, batch, error);
    plan->probe_seconds += clock_seconds() - started_at;
    return ok;
}

static uint64_t count_reanalyses(const struct batch *batch)
{
    uint64_t count = 0;
    for (size_t i = 0; i < batch->count; i++)
        count += batch->records[i].needs_analysis && batch->records[i].state == RECORD_UNCHANGED;
    return count;
}

static void count_batch_rows(const struct batch *batch, struct row_totals *row_totals)
{
    row_totals->read += batch->count + batch->reject_count;
    row_totals->states[RECORD_REJECTED] += batch->reject_count;
    for (size_t i = 0; i < batch->count; i++) {
        const struct record *record = &batch->records[i];
        if (record->state != RECORD_REJECTED)
            row_totals->states[record->state]++;
        else
            row_totals->read--; /* its reject is counted */
        if (record->needs_analysis) {
            row_totals->inferred++;
            row_totals->tokens += (uint64_t)record->analysis.tokens;
        }
    }
}

static bool preview_batch(struct plan *plan, struct batch *batch, size_t file, struct error *error)
{
    if (!run_stages(&plan->assembly.pipeline, false, batch, error) ||
        !plan_sources_add_batch(&plan->sources, plan->assembly.store, batch, file, error))
        return false;
    count_batch_rows(batch, &plan->files[file].row_totals);
    plan->reanalysis_count += count_reanalyses(batch);
    return plan->probe_tokens > 0 || time_model(plan, batch, error);
}

/* Reads the file as a run would, but saves nothing. */
static bool preview_file(struct plan *plan, size_t file, struct error *error)
{
    struct planned_file *planned = &plan->files[file];
    const struct input_file *input = &plan->assembly.found.files[file].input;
    struct batch_reader reader;
    bool ok = true;
    planned->failure = text_of(input->failure);
    if (!input->connector)
        return true;
    if (!pipeline_preview_file(&plan->assembly.pipeline, input, error))
        return false;
    struct input_file copy = input_file_copy(input, &plan->assembly.arena);
    batch_reader_open(&reader, &copy, plan->assembly.pipeline.batch_records);
    do {
        batch_reader_fill(&reader, UINT64_MAX);
        ok = preview_batch(plan, &reader.batch, file, error);
    } while (ok && reader.status == READ_OK);
    if (reader.status == READ_FAILED)
        planned->failure = arena_copy_text(&plan->assembly.arena, text_of(reader.failure.message));
    batch_reader_close(&reader);
    return ok;
}

/* All files, since some decisions need all rows of a source. */
static bool preview_files(struct plan *plan, struct error *error)
{
    struct assembly *assembly = &plan->assembly;
    plan->files = arena_alloc(&assembly->arena, assembly->found.count, sizeof(*plan->files));
    for (size_t i = 0; i < assembly->found.count; i++)
        if (!preview_file(plan, i, error))
            return false;
    for (size_t i = 0; i < assembly->found.count; i++)
        plan_sources_restore_duplicates(&plan->sources, i, &plan->files[i].row_totals);
    return true;
}

static void add_row_totals(struct row_totals *sum, const struct row_totals *row_totals)
{
    sum->read += row_totals->read;
    sum->inferred += row_totals->inferred;
    sum->tokens += row_totals->tokens;
    for (int i = 0; i < RECORD_STATE_COUNT; i++)
        sum->states[i] += row_totals->states[i];
}

static void print_row_totals(const struct row_totals *row_totals)
{
    printf("%llu rows", (unsigned long long)row_totals->read);
    const char *separator = ": ";
    for (int i = 0; i < RECORD_STATE_COUNT; i++)
        if (row_totals->states[i]) {
            printf("%s%llu %s", separator, (unsigned long long)row_totals->states[i],
                   record_state_names[i]);
            separator = ", ";
        }
    printf("\n");
}

static void print_indented(struct text lines)
{
    struct text line;
    while (lines.size && text_split(&lines, '\n', &line))
        if (line.size)
            printf("    %.*s\n", TEXT_ARGUMENT(line));
}

/* Prints the connector's choices: columns, charset and others. */
static bool print_explanation(struct plan *plan, const struct input_file *file, struct error *error)
{
    struct arena *arena = &plan->assembly.arena;
    struct column_facts *facts =
        plan_sources_get_facts(&plan->sources, plan->assembly.store, file->source, error);
    struct input_file copy = input_file_copy(file, arena);
    if (facts && file->connector->open(copy.connector_state, file->path, NULL))
        print_indented(file->connector->explain(copy.connector_state, facts, arena));
    file->connector->close(copy.connector_state);
    return facts != NULL;
}

static bool print_file(struct plan *plan, size_t index, struct error *error)
{
    const struct found_file *found = &plan->assembly.found.files[index];
    const struct planned_file *planned = &plan->files[index];
    const struct input_file *file = &found->input;
    printf("%s  [source %.*s]\n", file->name, TEXT_ARGUMENT(file->source));
    if (found->is_empty)
        printf("    empty\n");
    print_indented(found->recognition);
    if (file->connector && !print_explanation(plan, file, error))
        return false;
    if (file->connector) {
        printf("    ");
        print_row_totals(&planned->row_totals);
    }
    if (planned->failure.size)
        printf("    cannot be read: %.*s\n", TEXT_ARGUMENT(planned->failure));
    add_row_totals(&plan->total, &planned->row_totals);
    return true;
}

static bool print_warning(void *user, const struct column_warning *warning, struct error *error)
{
    (void)error;
    const struct progress *progress = user;
    progress->note(progress->user, warning->text.bytes);
    return true;
}

/* What a run would warn of. */
static void print_warnings(struct plan *plan)
{
    for (size_t i = 0; i < plan->sources.count; i++) {
        const struct plan_source *source = &plan->sources.sources[i];
        struct text place =
            arena_format(&plan->assembly.arena, "source %.*s", TEXT_ARGUMENT(source->name));
        column_facts_for_each_warning(&source->facts, place, print_warning, &plan->progress, NULL);
    }
}

static void print_total(const struct plan *plan)
{
    const struct row_totals *total = &plan->total;
    printf("\ntotal: ");
    print_row_totals(total);
    printf("the model would read %llu texts, %llu tokens", (unsigned long long)total->inferred,
           (unsigned long long)total->tokens);
    if (plan->probe_seconds > 0 && plan->probe_tokens > 0) {
        double tokens_per_second = plan->probe_tokens / plan->probe_seconds;
        double minutes = (double)total->tokens / tokens_per_second / 60;
        if (minutes * 60 < 1)
            printf(": less than a second");
        else if (minutes < 1.5)
            printf(": about %.0f seconds", minutes * 60);
        else
            printf(": about %.0f minutes", minutes);
        printf(" at %.0f tokens per second (measured on the first texts, %s), plus the summaries",
               tokens_per_second, t5_session_kernels(plan->assembly.session));
    }
    printf("\n");
}

/* Prints how many saved texts the model has not analysed, apart from those of the files that are
 * counted already. */
static bool print_unanalysed_texts(const struct plan *plan, struct error *error)
{
    uint64_t texts;
    if (!store_count_unanalysed(plan->assembly.store, (struct shard){0}, &texts, error))
        return false;
    if (texts > plan->reanalysis_count)
        printf("it would also analyse %llu saved texts that the model has not analysed\n",
               (unsigned long long)(texts - plan->reanalysis_count));
    return true;
}

/* What [retain] would do to the records that are saved already. */
static bool print_retention(const struct plan *plan, const struct job *job, struct error *error)
{
    struct store *store = plan->assembly.store;
    struct erasure_counts counts;
    int64_t cutoff;
    if (!job_get_retention_cutoff(job, (int64_t)time(NULL), &cutoff))
        return true;
    if (!store_begin_erasure(store, error) || !store_add_expired(store, cutoff, error) ||
        !store_count_erasure(store, &counts, error))
        return false;
    char day[32];
    calendar_format(cutoff, day);
    printf("[retain] %.*s: %llu saved records from before %.10s\n",
           TEXT_ARGUMENT(job->retain.after), (unsigned long long)counts.records, day);
    return true;
}

static bool print_stock_text(void *user, const struct stock_text *stock_text, struct error *error)
{
    (void)user;
    (void)error;
    printf("set aside: %llu saved records of [source %.*s] with the text \"%.*s\"\n",
           (unsigned long long)stock_text->records, TEXT_ARGUMENT(stock_text->source),
           TEXT_ARGUMENT(stock_text->text));
    return true;
}

static bool plan_job(struct job *job, const struct plan_command_options *options,
                     struct error *error)
{
    struct plan plan = {.assembly.selection = {.since = TIME_UNKNOWN, .until = TIME_UNKNOWN}};
    struct progress_bar progress_bar;
    progress_bar_start(&progress_bar, options->is_quiet);
    plan.progress = (struct progress){.note = progress_bar_callbacks(&progress_bar).note,
                                      .user = &progress_bar};
    struct assembly *assembly = &plan.assembly;
    bool ok = assemble_sandbox(job, NULL, error) &&
              assemble_files(assembly, job, &plan.progress, error) &&
              assemble_model(assembly, job, error) &&
              assemble_store(assembly, job, STORE_PREVIEW, error) &&
              assemble_stages(assembly, job, PASSES_PREVIEW, &plan.progress, error) &&
              preflight_check_columns(assembly, error) && preview_files(&plan, error);
    bool all_readable = true;
    for (size_t i = 0; ok && i < assembly->found.count; i++) {
        ok = print_file(&plan, i, error);
        all_readable = all_readable && (assembly->found.files[i].is_empty ||
                                        assembly->found.files[i].input.connector);
    }
    if (ok)
        print_total(&plan);
    ok = ok && print_unanalysed_texts(&plan, error) && print_retention(&plan, job, error) &&
         store_for_each_stock_text(assembly->store, print_stock_text, NULL, error);
    if (ok)
        print_warnings(&plan);
    if (ok && !all_readable)
        ok = error_set(error, ERROR_INPUT, "some files cannot be read: see above");
    plan_sources_free(&plan.sources);
    assemble_close(assembly);
    return ok;
}

static const struct flag flags[] = {
    {.option = {"set", OPTION_TEXT, offsetof(struct plan_command_options, overrides), "",
                .help = "section.key=value that overrides the job file"},
     .short_name = 's',
     .value_name = "KEY=VALUE",
     .is_repeatable = true},
    {.option = {"keys", OPTION_BOOLEAN, offsetof(struct plan_command_options, prints_keys), "no",
                .help = "print every section and key of a job file, with defaults; needs no JOB"}},
    {.option = {"quiet", OPTION_BOOLEAN, offsetof(struct plan_command_options, is_quiet), "no",
                .help = "print no progress; the plan is printed in any case"},
     .short_name = 'q'},
    {.option = {0}},
};

static bool run(struct command_line *command_line, struct error *error)
{
    struct plan_command_options options = {0};
    struct job job = {0};
    if (!command_parse(&plan_command, command_line, &options, error))
        return false;
    if (options.prints_keys) {
        job_print_keys(stdout);
        return true;
    }
    bool ok = command_check_operands(&plan_command, command_line->operand_count, 1, 1, error) &&
              job_load(&job, command_line->operands[0], options.overrides, error) &&
              plan_job(&job, &options, error);
    job_free(&job);
    return ok;
}

const struct command plan_command = {
    .name = "plan",
    .summary = "preview a run: files, recognized formats, new rows, time",
    .operands = "JOB",
    .flags = flags,
    .help =
        "Reads the files as a run would, but saves nothing. For each file it prints the format\n"
        "and why it was recognized, the role of each column, and how many rows are new. Then\n"
        "it estimates the time that the model needs.\n"
        "\n"
        "  winnow plan weekly.ini\n"
        "  winnow plan weekly.ini --set 'source.map=text=Comment,date=When'\n"
        "  winnow plan --keys\n",
    .run = run,
};
