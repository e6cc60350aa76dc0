/* run.c - `winnow run JOB`: the whole job. */
#include <signal.h>
#include <stdio.h>

#include "jobs/assemble.h"
#include "jobs/command.h"
#include "jobs/lock.h"
#include "jobs/progress_bar.h"
#include "jobs/report/report_files.h"

struct words {
    struct text sets;
    int64_t wait_seconds;
    bool quiet, verbose;
};

extern const struct command run_command;

/* A signal can only reach what is global. */
static volatile sig_atomic_t stop;

static void ask_to_stop(int signal_number)
{
    (void)signal_number;
    stop = 1;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = ask_to_stop,
                               .sa_flags = SA_RESTART | (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL); /* a second one ends us at once: nothing saved is lost */
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL); /* a closed terminal is no reason to stop a run */
}

static bool begin_run(struct assembly *assembly, const struct job *job, struct meter *meter,
                      struct error *error)
{
    uint64_t run_id;
    bool resumed;
    if (!store_begin_run(assembly->store, job->hash, &run_id, &resumed, error))
        return false;
    if (resumed)
        meter_say(meter, "going on with run %llu, which was broken off\n",
                  (unsigned long long)run_id);
    return true;
}

static bool run_passes(struct assembly *assembly, struct job *job, struct meter *meter,
                       struct error *error)
{
    struct pipeline *pipeline = &assembly->pipeline;
    pipeline->workbench.stop = &stop;
    bool ok = begin_run(assembly, job, meter, error) &&
              pipeline_ingest(pipeline, assembly->files, assembly->file_count, error) &&
              pipeline_summarize(pipeline, error) && pipeline_aggregate(pipeline, error);
    meter_finish(meter);
    return ok &&
           output_write(job, assembly->store, &assembly->selection, pipeline->workbench.model_key,
                        error) &&
           store_finish_run(assembly->store, error);
}

static void say_account(struct meter *meter, const struct job *job, const struct account *account)
{
    meter_say(
        meter,
        "%llu rows = %llu new + %llu unchanged + %llu revised + %llu duplicate + %llu empty + "
        "%llu rejected; the model read %llu texts, %llu tokens\nreports: %s\n",
        (unsigned long long)account->read, (unsigned long long)account->states[RECORD_NEW],
        (unsigned long long)account->states[RECORD_UNCHANGED],
        (unsigned long long)account->states[RECORD_REVISED],
        (unsigned long long)account->states[RECORD_DUPLICATE],
        (unsigned long long)account->states[RECORD_EMPTY],
        (unsigned long long)account->states[RECORD_REJECTED], (unsigned long long)account->inferred,
        (unsigned long long)account->tokens, job->output.folder);
}

/* What is done, and the exit code: rejects above the job's limit are 1. */
static int conclude(struct assembly *assembly, const struct job *job, struct meter *meter,
                    struct error *error)
{
    struct account account;
    if (!store_account(assembly->store, &account, error))
        return error_exit_code(error->kind);
    say_account(meter, job, &account);
    if (!pipeline_check_files(&assembly->pipeline, error))
        return error_exit_code(error->kind);
    double rejects_pct =
        account.read ? 100.0 * (double)account.states[RECORD_REJECTED] / (double)account.read : 0;
    if (rejects_pct <= job->run.max_rejects_pct)
        return 0;
    fprintf(stderr,
            "winnow: note: %.1f %% of the rows are rejects, more than the %g %% that [run] "
            "max_rejects_pct allows; %s/rejects%s says why\n",
            rejects_pct, job->run.max_rejects_pct, job->output.folder,
            job->output.format->extension);
    return 1;
}

static int run_job(struct job *job, const struct words *words, struct error *error)
{
    struct assembly assembly = {.selection = {.since = TIME_UNKNOWN, .until = TIME_UNKNOWN}};
    struct meter meter;
    int lock = -1, code = 0;
    meter_start(&meter, words->quiet);
    struct progress progress = meter_progress(&meter);
    bool ok = assemble_folder(job->output.folder, error) &&
              lock_take(&lock, job->output.folder, words->wait_seconds, error);
    catch_signals();
    ok = ok && assemble_files(&assembly, job, &progress, error) &&
         assemble_model(&assembly, job, error) &&
         assemble_store(&assembly, job, DATABASE_MADE, error) &&
         assemble_steps(&assembly, job, EXTENT_RUN, &progress, error) &&
         run_passes(&assembly, job, &meter, error);
    if (ok) {
        meter.quiet = words->quiet || !(meter.terminal || words->verbose);
        code = conclude(&assembly, job, &meter, error);
    }
    assemble_close(&assembly);
    lock_release(lock);
    return code;
}

static const struct flag flags[] = {
    {.option = {"set", OPTION_TEXT, offsetof(struct words, sets), "",
                .help = "section.key=value, over what the job file says"},
     .letter = 's',
     .argument = "KEY=VALUE",
     .repeats = true},
    {.option = {"wait", OPTION_INTEGER, offsetof(struct words, wait_seconds), "0", 0, 86400,
                .help = "wait so long for another run's lock"},
     .letter = 'w',
     .argument = "SECONDS"},
    {.option = {"quiet", OPTION_BOOLEAN, offsetof(struct words, quiet), "no",
                .help = "no progress, only warnings and errors"},
     .letter = 'q'},
    {.option = {"verbose", OPTION_BOOLEAN, offsetof(struct words, verbose), "no",
                .help = "the account at the end, also where stderr is no terminal"},
     .letter = 'v'},
    {.option = {0}},
};

static int run(int argc, char **argv, struct error *error)
{
    struct words words = {0};
    struct arena arena = {0};
    struct job job = {0};
    int first, code = 2;
    if (command_parse(&run_command, argc, argv, &words, &arena, &first, error) &&
        command_operands(&run_command, argc - first, 1, 1, error) &&
        job_load(&job, argv[first], words.sets, error))
        code = run_job(&job, &words, error);
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
