/* run.c - `winnow run JOB`: runs the whole job. */
#include <stdio.h>
#include <time.h>

#include "base/memory.h"
#include "inference/t5.h"
#include "jobs/assemble.h"
#include "jobs/command.h"
#include "jobs/finish_hook.h"
#include "jobs/lock.h"
#include "jobs/log.h"
#include "jobs/preflight.h"
#include "jobs/progress_bar.h"
#include "jobs/report/report_files.h"
#include "jobs/stop_signal.h"

struct run_command_options {
    struct text overrides, log, until;
    int64_t wait_seconds;
    bool is_quiet, is_verbose;
};

extern const struct command run_command;

static bool begin_or_resume_run(struct assembly *assembly, const struct job *job,
                                struct progress_bar *progress_bar, struct error *error)
{
    uint64_t run_id;
    bool resumed;
    if (!store_begin_run(assembly->store, job->hash, &run_id, &resumed, error))
        return false;
    if (resumed)
        progress_bar_print(progress_bar, "resuming interrupted run %llu\n",
                           (unsigned long long)run_id);
    bool ok = true;
    for (size_t i = 0; ok && i < assembly->found.notes.count; i++)
        ok = store_save_note(assembly->store, assembly->found.notes.texts[i], error);
    return ok;
}

static bool erase_expired(struct store *store, int64_t cutoff, struct progress_bar *progress_bar,
                          struct error *error)
{
    struct erasure_counts counts;
    if (!store_begin_erasure(store, error) || !store_add_expired(store, cutoff, error) ||
        !store_count_erasure(store, &counts, error))
        return false;
    if (!counts.records && !counts.duplicates)
        return true;
    progress_bar_print(progress_bar, "retain: %llu records erased\n",
                       (unsigned long long)counts.records);
    return store_erase(store, error) && store_compact(store, error);
}

/* [retain]: after pass 1, when the dates of all records are decided. */
static bool apply_retention(struct assembly *assembly, const struct job *job,
                            struct progress_bar *progress_bar, struct error *error)
{
    struct store *store = assembly->store;
    int64_t started_at, cutoff;
    uint64_t records;
    if (!store_get_run_start(store, &started_at, error))
        return false;
    if (!job_get_retention_cutoff(job, started_at, &cutoff))
        return true;
    if (text_equal(job->retain.after, TEXT("delete")))
        return erase_expired(store, cutoff, progress_bar, error);
    if (!store_anonymise_expired(store, cutoff, job->retain.keep, &records, error))
        return false;
    if (!records)
        return true;
    progress_bar_print(progress_bar, "retain: %llu records anonymised\n",
                       (unsigned long long)records);
    return store_compact(store, error);
}

static bool run_passes(struct assembly *assembly, struct job *job,
                       struct progress_bar *progress_bar, struct error *error)
{
    struct pipeline *pipeline = &assembly->pipeline;
    bool ok = begin_or_resume_run(assembly, job, progress_bar, error) &&
              pipeline_read(pipeline, assembly->files, assembly->file_count, error);
    if (ok && pipeline->defers_analysis) {
        progress_bar_finish(progress_bar);
        return true;
    }
    if (assembly->session)
        t5_session_release_inputs(assembly->session);
    memory_release_freed(); /* a large group takes it instead */
    ok = ok && apply_retention(assembly, job, progress_bar, error) &&
         pipeline_update_results(pipeline, error);
    progress_bar_finish(progress_bar);
    return ok && report_files_write(job, &pipeline->stage_context, error) &&
           store_finish_run(assembly->store, error);
}

/* ---- Closing messages ---- */

/* What a run has done, for its last lines. */
struct outcome {
    const struct job *job;
    const struct row_totals *row_totals;
    bool is_deferred;    /* by --until read: there are no reports yet */
    uint64_t unanalysed; /* then: texts that wait for the model */
};

static void log_outcome(const struct outcome *outcome)
{
    const struct row_totals *row_totals = outcome->row_totals;
    struct json_writer json;
    log_begin_event(&json, "totals");
    json_write_key(&json, TEXT("read"));
    json_write_unsigned(&json, row_totals->read);
    for (size_t i = 0; i < RECORD_STATE_COUNT; i++) {
        json_write_key(&json, text_of(record_state_names[i]));
        json_write_unsigned(&json, row_totals->states[i]);
    }
    json_write_key(&json, TEXT("texts"));
    json_write_unsigned(&json, row_totals->inferred);
    json_write_key(&json, TEXT("tokens"));
    json_write_unsigned(&json, row_totals->tokens);
    if (outcome->is_deferred) {
        json_write_key(&json, TEXT("unanalysed"));
        json_write_unsigned(&json, outcome->unanalysed);
    } else {
        json_write_key(&json, TEXT("reports"));
        json_write_text(&json, text_of(outcome->job->output.folder));
    }
    log_end_event(&json);
}

static void print_next_step(struct progress_bar *progress_bar, const struct outcome *outcome)
{
    const char *path = outcome->job->path;
    if (!outcome->is_deferred)
        progress_bar_print(progress_bar, "reports: %s\n", outcome->job->output.folder);
    else if (outcome->unanalysed)
        progress_bar_print(progress_bar,
                           "%llu texts are not analysed yet. Next, on several machines:\n"
                           "    winnow analyse %s --shard 1/4 --out packs/   (1/4 to 4/4)\n"
                           "    winnow merge %s packs/*.db\n"
                           "Then, or at once to analyse them here:\n"
                           "    winnow run %s\n",
                           (unsigned long long)outcome->unanalysed, path, path, path);
    else
        progress_bar_print(progress_bar, "All texts are analysed. Next: winnow run %s\n", path);
}

static void print_outcome(struct progress_bar *progress_bar, const struct outcome *outcome)
{
    const struct row_totals *row_totals = outcome->row_totals;
    if (log_is_json()) {
        if (!progress_bar->is_quiet)
            log_outcome(outcome);
        return;
    }
    progress_bar_print(
        progress_bar,
        "%llu rows = %llu new + %llu unchanged + %llu revised + %llu duplicate + %llu empty + "
        "%llu no opinion + %llu erased + %llu rejected; the model %s %llu texts, %llu tokens\n",
        (unsigned long long)row_totals->read, (unsigned long long)row_totals->states[RECORD_NEW],
        (unsigned long long)row_totals->states[RECORD_UNCHANGED],
        (unsigned long long)row_totals->states[RECORD_REVISED],
        (unsigned long long)row_totals->states[RECORD_DUPLICATE],
        (unsigned long long)row_totals->states[RECORD_EMPTY],
        (unsigned long long)row_totals->states[RECORD_NO_OPINION],
        (unsigned long long)row_totals->states[RECORD_ERASED],
        (unsigned long long)row_totals->states[RECORD_REJECTED],
        outcome->is_deferred ? "has yet to read" : "read", (unsigned long long)row_totals->inferred,
        (unsigned long long)row_totals->tokens);
    print_next_step(progress_bar, outcome);
}

static bool count_guess(void *user, const struct column_warning *warning, struct error *error)
{
    (void)error;
    *(size_t *)user += warning->is_guess;
    return true;
}

/* False without an error if the run had to guess and must not; its notes are printed already. */
static bool check_guesses(struct assembly *assembly, const struct job *job, struct error *error)
{
    size_t count = 0;
    if (!job->run.strict)
        return true;
    if (!store_for_each_warning(assembly->store, count_guess, &count, error))
        return false;
    if (count > 0)
        log_note("the run had to guess, and [run] strict = yes");
    return count == 0;
}

/* False without an error if a source's newest file is older than its `expect_every`. The note
 * depends on the clock, so no report contains it. */
static bool check_expected_files(const struct assembly *assembly, const struct job *job)
{
    bool all_came = true;
    for (size_t i = 0; i < job->source_count; i++) {
        const struct job_source *source = &job->sources[i];
        int64_t newest = assembly->found.newest[i], age = (int64_t)time(NULL) - newest;
        if (!source->expect_seconds || age <= source->expect_seconds)
            continue;
        all_came = false;
        if (newest)
            log_note("[source %.*s]: no new export: the newest file is %.1f days old, and "
                     "expect_every allows %.1f",
                     TEXT_ARGUMENT(source->name), (double)age / 86400,
                     (double)source->expect_seconds / 86400);
        else
            log_note("[source %.*s]: no export: no file matches its paths",
                     TEXT_ARGUMENT(source->name));
    }
    return all_came;
}

/* False without an error if the rejects exceed the job's limit. */
static bool check_rejects(const struct job *job, const struct row_totals *row_totals)
{
    double rejects_pct = row_totals->read ? 100.0 * (double)row_totals->states[RECORD_REJECTED] /
                                                (double)row_totals->read
                                          : 0;
    if (rejects_pct <= job->run.max_rejects_pct)
        return true;
    log_note("%.1f %% of the rows are rejects, more than [run] max_rejects_pct = %g; "
             "%s/rejects%s lists the reasons",
             rejects_pct, job->run.max_rejects_pct, job->output.folder,
             job->output.format->extension);
    return false;
}

/* Prints the row totals. False without an error if a limit of the job was exceeded. */
static bool report_outcome(struct assembly *assembly, const struct job *job,
                           struct progress_bar *progress_bar, struct row_totals *row_totals,
                           struct error *error)
{
    struct outcome outcome = {
        .job = job, .row_totals = row_totals, .is_deferred = assembly->pipeline.defers_analysis};
    if (!store_get_row_totals(assembly->store, row_totals, error) ||
        (outcome.is_deferred &&
         !store_count_unanalysed(assembly->store, (struct shard){0}, &outcome.unanalysed, error)))
        return false;
    print_outcome(progress_bar, &outcome);
    if (!pipeline_check_failed_files(&assembly->pipeline, error))
        return false;
    bool all_came = check_expected_files(assembly, job);
    return check_rejects(job, row_totals) && check_guesses(assembly, job, error) && all_came;
}

static bool run_job(struct job *job, const struct run_command_options *options,
                    struct row_totals *row_totals, struct error *error)
{
    struct assembly assembly = {.selection = {.since = TIME_UNKNOWN, .until = TIME_UNKNOWN}};
    struct progress_bar progress_bar;
    int lock_fd = -1;
    progress_bar_start(&progress_bar, options->is_quiet);
    struct progress progress = progress_bar_callbacks(&progress_bar);
    bool ok = create_private_folder(job->output.folder, error) &&
              lock_acquire(&lock_fd, job->output.folder, options->wait_seconds, error);
    const volatile sig_atomic_t *stop = stop_signal_install();
    ok = ok && assemble_sandbox(job, NULL, error) &&
         assemble_files(&assembly, job, &progress, error) &&
         assemble_model(&assembly, job, error) &&
         assemble_store(&assembly, job, STORE_CREATE, error) &&
         assemble_stages(&assembly, job, PASSES_ALL, &progress, error) &&
         preflight_check_columns(&assembly, error);
    assembly.pipeline.stage_context.stop = stop;
    assembly.pipeline.defers_analysis = text_equal(options->until, TEXT("read"));
    ok = ok && run_passes(&assembly, job, &progress_bar, error);
    if (ok) {
        progress_bar.is_quiet = options->is_quiet ||
                                !(progress_bar.is_terminal || options->is_verbose || log_is_json());
        ok = report_outcome(&assembly, job, &progress_bar, row_totals, error);
    }
    assemble_close(&assembly);
    lock_release(lock_fd);
    return ok;
}

static const struct flag flags[] = {
    {.option = {"set", OPTION_TEXT, offsetof(struct run_command_options, overrides), "",
                .help = "section.key=value that overrides the job file"},
     .short_name = 's',
     .value_name = "KEY=VALUE",
     .is_repeatable = true},
    {.option = {"wait", OPTION_INTEGER, offsetof(struct run_command_options, wait_seconds), "0", 0,
                86400, .help = "seconds to wait for another run to finish"},
     .short_name = 'w',
     .value_name = "SECONDS"},
    {.option = {"until", OPTION_CHOICE, offsetof(struct run_command_options, until), "report",
                .choices = "read|report",
                .help = "read: only save the rows, for `winnow analyse` on other machines"},
     .value_name = "STEP"},
    {.option = {"quiet", OPTION_BOOLEAN, offsetof(struct run_command_options, is_quiet), "no",
                .help = "print only warnings and errors"},
     .short_name = 'q'},
    {.option = {"verbose", OPTION_BOOLEAN, offsetof(struct run_command_options, is_verbose), "no",
                .help = "print the row totals even when stderr is not a terminal"},
     .short_name = 'v'},
    {.option = {"log", OPTION_CHOICE, offsetof(struct run_command_options, log), "text",
                .choices = "text|json",
                .help = "json: print progress, notes, row totals and errors as JSON lines"},
     .value_name = "FORMAT"},
    {.option = {0}},
};

/* The command of [run] on_finish gets the program's exit code. `--until read` does not start it,
 * because the job is not finished. */
static bool run_with_hook(struct job *job, const struct run_command_options *options,
                          struct error *error)
{
    struct finish_hook hook;
    struct row_totals row_totals = {0};
    if (!finish_hook_start(&hook, job, error))
        return false;
    bool ok = run_job(job, options, &row_totals, error);
    int limit_code = ok ? 0 : 1;
    int exit_code = error->kind == ERROR_NONE ? limit_code : error_exit_code(error->kind);
    return finish_hook_run(&hook, exit_code, &row_totals) && ok;
}

static bool run(struct command_line *command_line, struct error *error)
{
    struct run_command_options options = {0};
    struct job job = {0};
    if (!command_parse(&run_command, command_line, &options, error))
        return false;
    if (text_equal(options.log, TEXT("json")))
        log_use_json();
    bool ok = command_check_operands(&run_command, command_line->operand_count, 1, 1, error) &&
              job_load(&job, command_line->operands[0], options.overrides, error);
    if (ok && text_equal(options.until, TEXT("read")))
        job.run.on_finish = (struct text){0};
    ok = ok && run_with_hook(&job, &options, error);
    job_free(&job);
    return ok;
}

const struct command run_command = {
    .name = "run",
    .summary = "read the exports, analyse new rows, write the reports",
    .operands = "JOB",
    .flags = flags,
    .help =
        "Reads every file of the job; only new and edited rows are analysed. An interrupted run\n"
        "resumes after its last saved batch when it is started again. The reports are in the\n"
        "folder of [output] path: report.html and report.xlsx for people; feedback.csv, "
        "topics.csv,\n"
        "shares.csv, insights.csv, summaries.csv, rejects.csv and run.json for programs; the\n"
        "database winnow.db and its secret key, winnow.key.\n"
        "\n"
        "  winnow run weekly.ini\n"
        "  winnow run weekly.ini --set output.profile=excel --set 'source.path=inbox/new.csv'\n"
        "\n"
        "With --until read, the run stops when all rows are saved; the next run without it goes "
        "on\n"
        "from there. In between, several machines may analyse the texts (`winnow analyse "
        "--help`).\n"
        "Give all of them the same job file and --set.\n"
        "\n"
        "Nothing is printed on standard output. A broken row is not an error: rejects.csv\n"
        "lists it. If rejects exceed [run] max_rejects_pct (5), or if [run] strict = yes and the\n"
        "order of day and month had to be guessed, or if an export did not come\n"
        "([source] expect_every), or if the command of [run] on_finish fails, the command exits\n"
        "with 1.\n"
        "If another run holds the lock of the output folder, it exits with 75.\n",
    .run = run,
};
