/* run.c - `winnow run JOB`: the whole job. */
#include <signal.h>
#include <stdio.h>

#include "jobs/assemble.h"
#include "jobs/command.h"
#include "jobs/lock.h"
#include "jobs/progress_bar.h"
#include "jobs/report/report_files.h"

struct run_command_options {
    struct text overrides;
    int64_t wait_seconds;
    bool is_quiet, is_verbose;
};

extern const struct command run_command;

/* A signal can only reach what is global. */
static volatile sig_atomic_t stop;

static void request_stop(int signal_number)
{
    (void)signal_number;
    stop = 1;
}

static void install_signal_handlers(void)
{
    struct sigaction action = {.sa_handler = request_stop,
                               .sa_flags = SA_RESTART | (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL); /* a second one ends us at once: nothing saved is lost */
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL); /* a closed terminal is no reason to stop a run */
}

static bool begin_or_resume_run(struct assembly *assembly, const struct job *job,
                                struct progress_bar *progress_bar, struct error *error)
{
    uint64_t run_id;
    bool resumed;
    if (!store_begin_run(assembly->store, job->hash, &run_id, &resumed, error))
        return false;
    if (resumed)
        progress_bar_print(progress_bar, "going on with run %llu, which was broken off\n",
                           (unsigned long long)run_id);
    return true;
}

static bool run_passes(struct assembly *assembly, struct job *job,
                       struct progress_bar *progress_bar, struct error *error)
{
    struct pipeline *pipeline = &assembly->pipeline;
    pipeline->stage_context.stop = &stop;
    bool ok = begin_or_resume_run(assembly, job, progress_bar, error) &&
              pipeline_read(pipeline, assembly->files, assembly->file_count, error) &&
              pipeline_summarize(pipeline, error) && pipeline_aggregate(pipeline, error);
    progress_bar_finish(progress_bar);
    return ok && report_files_write(job, assembly->store, &assembly->selection, error) &&
           store_finish_run(assembly->store, error);
}

static void print_row_totals(struct progress_bar *progress_bar, const struct job *job,
                             const struct row_totals *row_totals)
{
    progress_bar_print(
        progress_bar,
        "%llu rows = %llu new + %llu unchanged + %llu revised + %llu duplicate + %llu empty + "
        "%llu rejected; the model read %llu texts, %llu tokens\nreports: %s\n",
        (unsigned long long)row_totals->read, (unsigned long long)row_totals->states[RECORD_NEW],
        (unsigned long long)row_totals->states[RECORD_UNCHANGED],
        (unsigned long long)row_totals->states[RECORD_REVISED],
        (unsigned long long)row_totals->states[RECORD_DUPLICATE],
        (unsigned long long)row_totals->states[RECORD_EMPTY],
        (unsigned long long)row_totals->states[RECORD_REJECTED],
        (unsigned long long)row_totals->inferred, (unsigned long long)row_totals->tokens,
        job->output.folder);
}

/* What is done, and the exit code: rejects above the job's limit are 1. */
static int report_outcome(struct assembly *assembly, const struct job *job,
                          struct progress_bar *progress_bar, struct error *error)
{
    struct row_totals row_totals;
    if (!store_get_row_totals(assembly->store, &row_totals, error))
        return error_exit_code(error->kind);
    print_row_totals(progress_bar, job, &row_totals);
    if (!pipeline_check_failed_files(&assembly->pipeline, error))
        return error_exit_code(error->kind);
    double rejects_pct = row_totals.read ? 100.0 * (double)row_totals.states[RECORD_REJECTED] /
                                               (double)row_totals.read
                                         : 0;
    if (rejects_pct <= job->run.max_rejects_pct)
        return 0;
    fprintf(stderr,
            "winnow: note: %.1f %% of the rows are rejects, more than the %g %% that [run] "
            "max_rejects_pct allows; %s/rejects%s says why\n",
            rejects_pct, job->run.max_rejects_pct, job->output.folder,
            job->output.format->extension);
    return 1;
}

static int run_job(struct job *job, const struct run_command_options *run_command_options,
                   struct error *error)
{
    struct assembly assembly = {.selection = {.since = TIME_UNKNOWN, .until = TIME_UNKNOWN}};
    struct progress_bar progress_bar;
    int lock_fd = -1, code = 0;
    progress_bar_start(&progress_bar, run_command_options->is_quiet);
    struct progress progress = progress_bar_callbacks(&progress_bar);
    bool ok = create_private_folder(job->output.folder, error) &&
              lock_acquire(&lock_fd, job->output.folder, run_command_options->wait_seconds, error);
    install_signal_handlers();
    ok = ok && assemble_files(&assembly, job, &progress, error) &&
         assemble_model(&assembly, job, error) &&
         assemble_store(&assembly, job, STORE_CREATE, error) &&
         assemble_stages(&assembly, job, PASSES_ALL, &progress, error) &&
         run_passes(&assembly, job, &progress_bar, error);
    if (ok) {
        progress_bar.is_quiet = run_command_options->is_quiet ||
                                !(progress_bar.is_terminal || run_command_options->is_verbose);
        code = report_outcome(&assembly, job, &progress_bar, error);
    }
    assemble_close(&assembly);
    lock_release(lock_fd);
    return code;
}

static const struct flag flags[] = {
    {.option = {"set", OPTION_TEXT, offsetof(struct run_command_options, overrides), "",
                .help = "section.key=value, over what the job file says"},
     .short_name = 's',
     .value_name = "KEY=VALUE",
     .is_repeatable = true},
    {.option = {"wait", OPTION_INTEGER, offsetof(struct run_command_options, wait_seconds), "0", 0,
                86400, .help = "wait so long for another run's lock"},
     .short_name = 'w',
     .value_name = "SECONDS"},
    {.option = {"quiet", OPTION_BOOLEAN, offsetof(struct run_command_options, is_quiet), "no",
                .help = "no progress, only warnings and errors"},
     .short_name = 'q'},
    {.option = {"verbose", OPTION_BOOLEAN, offsetof(struct run_command_options, is_verbose), "no",
                .help = "the account at the end, also where stderr is no terminal"},
     .short_name = 'v'},
    {.option = {0}},
};

static int run(int argc, char **argv, struct error *error)
{
    struct run_command_options run_command_options = {0};
    struct arena arena = {0};
    struct job job = {0};
    int first_operand, code = 2;
    if (command_parse(&run_command, argc, argv, &run_command_options, &arena, &first_operand,
                      error) &&
        command_check_operands(&run_command, argc - first_operand, 1, 1, error) &&
        job_load(&job, argv[first_operand], run_command_options.overrides, error))
        code = run_job(&job, &run_command_options, error);
    job_free(&job);
    arena_free(&arena);
    return code;
}

const struct command run_command = {
    .name = "run",
    .summary = "read what is new, analyse it, write the reports",
    .operands = "JOB",
    .flags = flags,
    .help = "Reads every file of the job; what was read before costs no inference. Interrupted at\n"
            "any point and started again, it goes on where it was. The reports lie in the folder\n"
            "that [output] path names: feedback, topics, summaries, rejects, run.json, winnow.db.\n"
            "\n"
            "  winnow run weekly.job\n"
            "  winnow run weekly.job --set output.profile=excel --set 'source.path=inbox/new.csv'\n"
            "\n"
            "Nothing is printed on standard output. A broken row is no error: rejects.csv names\n"
            "it, and more of them than [run] max_rejects_pct (5) end the run with exit code 1.\n",
    .run = run,
};
