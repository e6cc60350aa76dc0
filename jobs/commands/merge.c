/* merge.c - `winnow merge JOB PACK...`: saves the analyses that other machines made. */
#include <unistd.h>

#include "jobs/assemble.h"
#include "jobs/command.h"
#include "jobs/lock.h"
#include "jobs/log.h"
#include "jobs/progress_bar.h"

struct merge_command_options {
    struct text overrides;
    int64_t wait_seconds;
    bool is_quiet;
};

extern const struct command merge_command;

struct merger {
    struct assembly assembly;
    struct job *job;
    struct pack_identity identity; /* that packs must have, whatever their shard */
    struct progress_bar progress_bar;
    size_t refused; /* packs */
};

/* Merges the pack. False if it is unfit, or if the store failed: the kind of the error says which.
 */
static bool merge_pack(struct merger *merger, const char *path, struct error *error)
{
    struct pack *pack;
    struct pack_totals totals;
    bool ok = pack_open(&pack, path, error) &&
              pack_check_identity(pack, &merger->identity, error) &&
              pack_merge(pack, merger->assembly.store, &totals, error);
    pack_close(pack);
    if (ok)
        progress_bar_print(&merger->progress_bar, "%s: %llu texts, %llu of them new\n", path,
                           (unsigned long long)totals.texts, (unsigned long long)totals.added);
    return ok;
}

/* An unfit pack does not stop the others. */
static bool merge_packs(struct merger *merger, char **paths, int count, struct error *error)
{
    for (int i = 0; i < count; i++) {
        struct error fault = {0};
        if (merge_pack(merger, paths[i], &fault))
            continue;
        if (fault.kind != ERROR_INPUT)
            return error_set(error, fault.kind, "%s", fault.message);
        merger->refused++;
        log_note("%s", fault.message);
    }
    return true;
}

static bool report_outcome(struct merger *merger, struct error *error)
{
    uint64_t missing;
    const char *path = merger->job->path;
    if (!store_count_unanalysed(merger->assembly.store, (struct shard){0}, &missing, error))
        return false;
    if (missing)
        progress_bar_print(&merger->progress_bar,
                           "%llu texts are still missing; merge their packs, or let "
                           "`winnow run %s` analyse them\n",
                           (unsigned long long)missing, path);
    else
        progress_bar_print(&merger->progress_bar, "All texts are analysed. Next: winnow run %s\n",
                           path);
    return merger->refused == 0 ||
           error_set(error, ERROR_INPUT,
                     "%zu of the packs cannot be used: see above; the others are merged",
                     merger->refused);
}

static bool open_database(struct merger *merger, struct error *error)
{
    struct assembly *assembly = &merger->assembly;
    struct progress silent = {0};
    if (!assemble_sandbox(merger->job, NULL, error) ||
        !assemble_model(assembly, merger->job, error) ||
        !assemble_store(assembly, merger->job, STORE_MUST_EXIST, error) ||
        !assemble_stages(assembly, merger->job, PASSES_ANALYSIS, &silent, error))
        return false;
    merger->identity = (struct pack_identity){
        .version = TEXT(WINNOW_VERSION),
        .model_id = t5_model_id(assembly->model),
        .model_key = assembly->pipeline.stage_context.model_key,
    };
    return true;
}

static bool merge(struct merger *merger, const struct merge_command_options *options,
                  const struct command_line *command_line, struct error *error)
{
    int lock_fd = -1;
    progress_bar_start(&merger->progress_bar, options->is_quiet);
    const char *folder = merger->job->output.folder;
    bool ok =
        (access(folder, F_OK) != 0 || /* then there is no database either */
         lock_acquire(&lock_fd, folder, options->wait_seconds, error)) &&
        open_database(merger, error) &&
        merge_packs(merger, command_line->operands + 1, command_line->operand_count - 1, error) &&
        report_outcome(merger, error);
    assemble_close(&merger->assembly);
    lock_release(lock_fd);
    return ok;
}

static const struct flag flags[] = {
    {.option = {"set", OPTION_TEXT, offsetof(struct merge_command_options, overrides), "",
                .help = "section.key=value that overrides the job file"},
     .short_name = 's',
     .value_name = "KEY=VALUE",
     .is_repeatable = true},
    {.option = {"wait", OPTION_INTEGER, offsetof(struct merge_command_options, wait_seconds), "0",
                0, 86400, .help = "seconds to wait for another run to finish"},
     .short_name = 'w',
     .value_name = "SECONDS"},
    {.option = {"quiet", OPTION_BOOLEAN, offsetof(struct merge_command_options, is_quiet), "no",
                .help = "print only warnings and errors"},
     .short_name = 'q'},
    {.option = {0}},
};

static bool run(struct command_line *command_line, struct error *error)
{
    struct merge_command_options options = {0};
    struct job job = {0};
    struct merger merger = {
        .job = &job,
        .assembly.selection = {.since = TIME_UNKNOWN, .until = TIME_UNKNOWN},
    };
    bool ok =
        command_parse(&merge_command, command_line, &options, error) &&
        command_check_operands(&merge_command, command_line->operand_count, 2, INT32_MAX, error) &&
        job_load(&job, command_line->operands[0], options.overrides, error) &&
        merge(&merger, &options, command_line, error);
    job_free(&job);
    return ok;
}

const struct command merge_command = {
    .name = "merge",
    .summary = "save the analyses that `winnow analyse` made on other machines",
    .operands = "JOB PACK...",
    .flags = flags,
    .help =
        "Packs may be merged in any order and more than once, of any numbers of shards; a missing\n"
        "pack costs time only, since `winnow run` analyses what no pack brought. A pack that is\n"
        "damaged, or was made with another model, version or other settings, is refused with the\n"
        "reason; the others are merged, and the exit code is 3. Texts that were erased since then\n"
        "are not brought back. Packs can be deleted afterwards.\n"
        "\n"
        "  winnow merge big.ini packs/*.db && winnow run big.ini\n",
    .run = run,
};
