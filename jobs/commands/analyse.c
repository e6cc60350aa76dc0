/* analyse.c - `winnow analyse JOB --shard I/N --out PACK`: the model's part of a run, for one of
 * several machines. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jobs/assemble.h"
#include "jobs/command.h"
#include "jobs/log.h"
#include "jobs/progress_bar.h"
#include "jobs/sandbox.h"
#include "jobs/stop_signal.h"

struct analyse_command_options {
    struct text overrides, shard, out, log;
    bool is_quiet;
};

extern const struct command analyse_command;

/* ---- The shard ---- */

/* An environment variable as a number. False if it is not set, or is no number. */
static bool get_number(const char *name, int64_t *number)
{
    return text_to_integer(text_of(getenv(name)), number);
}

static bool set_shard(struct shard *shard, int64_t number, int64_t count, struct error *error)
{
    if (number < 1 || number > count || count > SHARD_MAX_COUNT)
        return error_set(error, ERROR_USAGE,
                         "winnow analyse: the environment gives shard %lld of %lld, which does not "
                         "exist; say which with --shard",
                         (long long)number, (long long)count);
    *shard = (struct shard){(uint64_t)number, (uint64_t)count};
    return true;
}

/* A task of a Slurm array. Its shards are those of the array, whatever its first index is
 * (slurm.schedmd.com/job_array.html), unless WINNOW_SHARDS says that the array is a part. */
static bool find_slurm_shard(struct shard *shard, int64_t id, struct error *error)
{
    int64_t first, last, count, step = 1;
    if (get_number("WINNOW_SHARDS", &count))
        return set_shard(shard, id, count, error);
    get_number("SLURM_ARRAY_TASK_STEP", &step);
    if (!get_number("SLURM_ARRAY_TASK_MIN", &first) || !get_number("SLURM_ARRAY_TASK_MAX", &last) ||
        !get_number("SLURM_ARRAY_TASK_COUNT", &count) || step < 1 ||
        (last - first) / step + 1 != count)
        return error_set(error, ERROR_USAGE,
                         "winnow analyse: the tasks of the array have no regular numbers; use "
                         "--array=1-N, or set WINNOW_SHARDS=N for some tasks of such an array");
    return set_shard(shard, (id - first) / step + 1, count, error);
}

static bool find_shard(struct shard *shard, struct text option, struct error *error)
{
    int64_t id, count;
    if (option.size)
        return shard_parse(option, shard) ||
               error_set(error, ERROR_USAGE,
                         "winnow analyse: --shard %.*s: expected one of N shards as 1/N to N/N",
                         TEXT_ARGUMENT(option));
    if (get_number("SLURM_ARRAY_TASK_ID", &id))
        return find_slurm_shard(shard, id, error);
    if (!get_number("JOB_COMPLETION_INDEX", &id))
        return error_set(error, ERROR_USAGE,
                         "winnow analyse: which shard? Use --shard 1/4 to 4/4 on four machines, or "
                         "run it as a Slurm array or a Kubernetes Indexed Job");
    return get_number("WINNOW_SHARDS", &count)
               ? set_shard(shard, id + 1, count, error)
               : error_set(error, ERROR_USAGE,
                           "winnow analyse: set WINNOW_SHARDS to the number of completions of the "
                           "Indexed Job");
}

/* ---- The pack ---- */

struct analysis_job {
    struct job *job;
    struct shard shard;
    const char *path;   /* of the pack */
    const char *folder; /* that the pack is in */
};

/* The path of the pack, which --out names, or the folder for it. */
static bool choose_path(struct analysis_job *analysis_job, struct text out, struct arena *arena,
                        struct error *error)
{
    struct stat status;
    if (!out.size)
        return error_set(error, ERROR_USAGE,
                         "winnow analyse: where to? --out packs/ or --out packs/1.db");
    const char *path = arena_copy_text(arena, out).bytes;
    bool is_folder =
        text_ends_with(out, TEXT("/")) || (stat(path, &status) == 0 && S_ISDIR(status.st_mode));
    if (is_folder)
        path = arena_format(arena, "%s%spack-%llu-of-%llu.db", path,
                            text_ends_with(out, TEXT("/")) ? "" : "/",
                            (unsigned long long)analysis_job->shard.number,
                            (unsigned long long)analysis_job->shard.count)
                   .bytes;
    const char *slash = strrchr(path, '/');
    analysis_job->path = path;
    analysis_job->folder =
        slash ? arena_format(arena, "%.*s/", (int)(slash - path), path).bytes : ".";
    return create_private_folder(analysis_job->folder, error);
}

/* Sums of float32 products differ between processors, and then packs would depend on machines. */
static bool check_precision(const struct job *job, struct error *error)
{
    return text_equal(job->model.precision, TEXT("int8")) ||
           error_set(error, ERROR_USAGE,
                     "winnow analyse: [model] precision = %.*s gives other results on other "
                     "processors; set precision = int8, or run the job on one machine",
                     TEXT_ARGUMENT(job->model.precision));
}

static bool open_store(struct assembly *assembly, const struct job *job, struct error *error)
{
    struct text path = arena_format(&assembly->arena, "%s/winnow.db", job->output.folder);
    if (access(path.bytes, F_OK) != 0)
        return error_set(error, ERROR_STORE,
                         "%s does not exist: no rows are saved yet; first run "
                         "`winnow run %s --until read`",
                         path.bytes, job->path);
    return store_open_read_only(&assembly->store, path.bytes, error);
}

static bool write_pack(struct assembly *assembly, const struct analysis_job *analysis_job,
                       struct progress_bar *progress_bar, struct error *error)
{
    struct pack *pack;
    uint64_t resumed, texts;
    struct pack_identity identity = {.version = TEXT(WINNOW_VERSION),
                                     .model_id = t5_model_id(assembly->model),
                                     .model_key = assembly->pipeline.stage_context.model_key,
                                     .shard = analysis_job->shard};
    bool ok = pack_begin(&pack, analysis_job->path, &identity, error) &&
              pack_count(pack, &resumed, error) &&
              pipeline_analyse_texts(&assembly->pipeline, analysis_job->shard, pack, error) &&
              pack_count(pack, &texts, error) && pack_finish(pack, error);
    pack_close(pack);
    progress_bar_finish(progress_bar);
    if (ok)
        progress_bar_print(progress_bar, "%s: %llu texts, %llu of them already in the pack\n",
                           analysis_job->path, (unsigned long long)texts,
                           (unsigned long long)resumed);
    return ok;
}

static bool analyse(const struct analysis_job *analysis_job, bool is_quiet, struct error *error)
{
    struct assembly assembly = {.selection = {.since = TIME_UNKNOWN, .until = TIME_UNKNOWN}};
    struct job *job = analysis_job->job;
    struct sandbox_folders folders = {.paths = {analysis_job->folder}};
    struct progress_bar progress_bar;
    progress_bar_start(&progress_bar, is_quiet);
    struct progress progress = progress_bar_callbacks(&progress_bar);
    const volatile sig_atomic_t *stop = stop_signal_install();
    bool ok = sandbox_enter(sandbox_parse_mode(job->run.sandbox), &folders, error) &&
              assemble_model(&assembly, job, error) && open_store(&assembly, job, error) &&
              assemble_stages(&assembly, job, PASSES_ANALYSIS, &progress, error);
    assembly.pipeline.stage_context.stop = stop;
    ok = ok && write_pack(&assembly, analysis_job, &progress_bar, error);
    assemble_close(&assembly);
    return ok;
}

static const struct flag flags[] = {
    {.option = {"shard", OPTION_TEXT, offsetof(struct analyse_command_options, shard), "",
                .help = "which of N equal parts: 1/N to N/N; default: from the environment"},
     .value_name = "I/N"},
    {.option = {"out", OPTION_TEXT, offsetof(struct analyse_command_options, out), "",
                .help = "file for the analyses, or a folder for pack-I-of-N.db (required)"},
     .short_name = 'o',
     .value_name = "FILE"},
    {.option = {"set", OPTION_TEXT, offsetof(struct analyse_command_options, overrides), "",
                .help = "section.key=value that overrides the job file"},
     .short_name = 's',
     .value_name = "KEY=VALUE",
     .is_repeatable = true},
    {.option = {"quiet", OPTION_BOOLEAN, offsetof(struct analyse_command_options, is_quiet), "no",
                .help = "print only warnings and errors"},
     .short_name = 'q'},
    {.option = {"log", OPTION_CHOICE, offsetof(struct analyse_command_options, log), "text",
                .choices = "text|json",
                .help = "json: print progress, notes and errors as JSON lines"},
     .value_name = "FORMAT"},
    {.option = {0}},
};

static bool run(struct command_line *command_line, struct error *error)
{
    struct analyse_command_options options = {0};
    struct job job = {0};
    struct analysis_job analysis_job = {.job = &job};
    if (!command_parse(&analyse_command, command_line, &options, error))
        return false;
    if (text_equal(options.log, TEXT("json")))
        log_use_json();
    bool ok = command_check_operands(&analyse_command, command_line->operand_count, 1, 1, error) &&
              find_shard(&analysis_job.shard, options.shard, error) &&
              job_load(&job, command_line->operands[0], options.overrides, error) &&
              check_precision(&job, error) &&
              choose_path(&analysis_job, options.out, &command_line->arena, error) &&
              analyse(&analysis_job, options.is_quiet, error);
    job_free(&job);
    return ok;
}

const struct command analyse_command = {
    .name = "analyse",
    .summary = "let one of several machines analyse its part of the saved texts",
    .operands = "JOB",
    .flags = flags,
    .help =
        "For jobs that take too long on one machine, and clusters. `winnow run --until read` "
        "saves\n"
        "the rows; then each machine analyses one of N parts of the texts that the model has not\n"
        "analysed, and writes the analyses into a file of its own, a pack; `winnow merge` saves "
        "the\n"
        "packs in the database, and `winnow run` analyses what is missing and writes the reports.\n"
        "They are the bytes of a single run. The machines need the same winnow, model and "
        "settings,\n"
        "and read winnow.db in the output folder, which they do not change. A pack contains no\n"
        "text.\n"
        "\n"
        "  winnow run big.ini --until read\n"
        "  winnow analyse big.ini --shard 1/4 --out packs/     2/4, 3/4 and 4/4 elsewhere\n"
        "  winnow merge big.ini packs/*.db && winnow run big.ini\n"
        "\n"
        "In a Slurm array (SLURM_ARRAY_TASK_ID and so on) or a Kubernetes Indexed Job\n"
        "(JOB_COMPLETION_INDEX, and WINNOW_SHARDS for N), --shard is not needed. The pack is\n"
        "written as FILE.part and renamed when it is complete. If the command is interrupted or\n"
        "killed, start it again: it resumes. If another process writes the same pack, or a run\n"
        "uses the database, it exits with 75. Do not start a run while shards are analysed.\n",
    .run = run,
};
