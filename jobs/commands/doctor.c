/* doctor.c - `winnow doctor [JOB]`: checks what a run depends on, and says how to mend it. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "jobs/assemble.h"
#include "jobs/command.h"
#include "jobs/lock.h"
#include "jobs/model_options.h"
#include "jobs/sandbox.h"

struct doctor_command_options {
    struct text overrides;
};

extern const struct command doctor_command;

enum { MIN_FREE_BYTES = 64 << 20 };
enum { FIRST_SOUND_YEAR = 2025 }; /* a clock before it was never set */

struct doctor {
    struct assembly assembly;
    struct job job; /* zeroed without a job */
    bool has_job;
    size_t faults;
};

/* ---- Results ---- */

enum result { RESULT_OK, RESULT_NOTE, RESULT_FAULT };

static void print_result(struct doctor *doctor, enum result result, const char *subject,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));

static void print_result(struct doctor *doctor, enum result result, const char *subject,
                         const char *format, ...)
{
    static const char *const names[] = {"ok", "note", "FAULT"};
    doctor->faults += result == RESULT_FAULT;
    printf("%-6s %-11s ", names[result], subject);
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
}

/* ---- Model and kernels ---- */

/* Encodes texts of both languages. The vectors depend on every weight of the encoder. */
static bool embed(const struct t5_model *model, struct text kernels, float *vectors,
                  const char **name, struct error *error)
{
    static const struct text texts[] = {
        {"The battery broke after a week, and nobody answers my mails.", 60},
        {"배송이 빨라서 좋았어요. 다시 살게요!",
         sizeof("배송이 빨라서 좋았어요. 다시 살게요!") - 1},
    };
    struct t5_limits limits = {.batch = 2,
                               .input_tokens = 128,
                               .output_tokens = 8,
                               .threads = 1,
                               .beam = 1,
                               .precision = T5_INT8,
                               .kernels = kernels};
    struct t5_session *session;
    bool ok = t5_session_open(&session, model, &limits, error);
    if (ok) {
        *name = t5_session_kernels(session);
        ok = t5_encode(session, texts, 2, error);
    }
    if (ok)
        t5_embed(session, vectors);
    t5_session_close(session);
    return ok;
}

static void check_kernels(struct doctor *doctor, const struct t5_model *model, struct text kernels)
{
    size_t size = 2 * t5_embedding_width(model);
    float *chosen = memory_alloc(size, sizeof(*chosen)),
          *scalar = memory_alloc(size, sizeof(*scalar));
    const char *name = "", *scalar_name;
    struct error error = {0};
    if (!embed(model, kernels, chosen, &name, &error) ||
        !embed(model, TEXT("scalar"), scalar, &scalar_name, &error))
        print_result(doctor, RESULT_FAULT, "kernels", "%s", error.message);
    else if (memcmp(chosen, scalar, size * sizeof(*chosen)) != 0)
        print_result(doctor, RESULT_FAULT, "kernels",
                     "%s and scalar differ: set `kernels = scalar` in [model], and report it",
                     name);
    else
        print_result(doctor, RESULT_OK, "kernels", "%s gives the bits of scalar", name);
    free(chosen);
    free(scalar);
}

static void check_model(struct doctor *doctor)
{
    struct arena arena = {0};
    struct error error = {0};
    struct t5_model *model = NULL;
    struct job_model *settings = &doctor->job.model;
    const char *path = settings->path.size ? job_resolve_path(&doctor->job, settings->path)
                                           : find_default_model(&arena, &error);
    struct stat status;
    bool is_winnow_file = path && text_ends_with(text_of(path), TEXT(".winnow"));
    if (!path || stat(path, &status) != 0)
        print_result(doctor, RESULT_FAULT, "model", "%s",
                     path ? "the file that [model] path names does not exist" : error.message);
    else if ((is_winnow_file && !t5_model_verify(path, &error)) ||
             !t5_model_open(&model, path, T5_INT8, &error))
        print_result(doctor, RESULT_FAULT, "model", "%s", error.message);
    else
        print_result(doctor, RESULT_OK, "model", "%s: %s, %.0f million parameters", path,
                     is_winnow_file ? "checksum is right" : "can be read",
                     (double)t5_parameter_count(model) / 1e6);
    if (model)
        check_kernels(doctor, model, settings->kernels.size ? settings->kernels : TEXT("auto"));
    t5_model_close(model);
    arena_free(&arena);
}

/* ---- The system ---- */

static void print_probe(struct doctor *doctor, const char *what, enum sandbox_probe_state state)
{
    static const char *const meanings[] = {
        [SANDBOX_REFUSED] = "refused by the kernel",
        [SANDBOX_ALLOWED] = "ALLOWED",
        [SANDBOX_UNAVAILABLE] = ("not refused: the kernel, container or service does not let "
                                 "Winnow set up its sandbox"),
    };
    bool is_required = sandbox_parse_mode(doctor->job.run.sandbox) == SANDBOX_REQUIRE;
    enum result result = RESULT_OK;
    if (state != SANDBOX_REFUSED)
        result = state == SANDBOX_ALLOWED || is_required ? RESULT_FAULT : RESULT_NOTE;
    print_result(doctor, result, "sandbox", "%s: %s", what, meanings[state]);
}

static void check_sandbox(struct doctor *doctor)
{
    struct sandbox_probe probe;
    struct error error = {0};
    if (!sandbox_try(NULL, &probe, &error)) {
        print_result(doctor, RESULT_FAULT, "sandbox", "%s", error.message);
        return;
    }
    print_probe(doctor, "sockets", probe.sockets);
    print_probe(doctor, "io_uring", probe.io_uring);
    print_probe(doctor, "other programs", probe.programs);
    print_probe(doctor, "writing outside the output folder", probe.writing);
    if (doctor->has_job && sandbox_parse_mode(doctor->job.run.sandbox) == SANDBOX_NO)
        print_result(doctor, RESULT_NOTE, "sandbox",
                     "[run] sandbox = no: runs of this job do not use it");
}

static void check_clock(struct doctor *doctor)
{
    char line[80];
    time_t now = time(NULL);
    struct tm local;
    localtime_r(&now, &local);
    strftime(line, sizeof(line), "%Y-%m-%d %H:%M, time zone %Z (UTC%z)", &local);
    if (local.tm_year + 1900 < FIRST_SOUND_YEAR)
        print_result(doctor, RESULT_FAULT, "clock", "%s: set the clock (timedatectl set-ntp true)",
                     line);
    else
        print_result(doctor, RESULT_OK, "clock", "%s", line);
}

/* ---- The job ---- */

/* A file that others may change or read. `forbidden`: bits of the mode. */
static void check_mode(struct doctor *doctor, const char *path, mode_t forbidden,
                       const char *remedy)
{
    struct stat status;
    if (stat(path, &status) == 0 && status.st_mode & forbidden)
        print_result(doctor, RESULT_FAULT, "permissions", "%s has mode %03o: %s %s", path,
                     status.st_mode & 0777, remedy, path);
}

static void check_job_file(struct doctor *doctor)
{
    const struct job *job = &doctor->job;
    size_t faults = doctor->faults;
    check_mode(doctor, job->path, S_IWOTH | (job->run.on_finish.size ? S_IWGRP : 0),
               "others could change what runs; chmod go-w");
    if (doctor->faults == faults)
        print_result(doctor, RESULT_OK, "job", "%s: no mistakes, %zu sources", job->path,
                     job->source_count);
}

static void check_inputs(struct doctor *doctor)
{
    struct found_files *found = &doctor->assembly.found;
    struct error error = {0};
    struct progress silent = {0};
    size_t readable = 0;
    if (!assemble_files(&doctor->assembly, &doctor->job, &silent, &error)) {
        print_result(doctor, RESULT_FAULT, "inputs", "%s", error.message);
        return;
    }
    for (size_t i = 0; i < found->notes.count; i++)
        print_result(doctor, RESULT_NOTE, "inputs", "%.*s", TEXT_ARGUMENT(found->notes.texts[i]));
    for (size_t i = 0; i < found->count; i++)
        if (found->files[i].input.connector)
            readable++;
        else if (!found->files[i].is_empty)
            print_result(doctor, RESULT_FAULT, "inputs", "%s", found->files[i].input.failure);
    print_result(doctor, RESULT_OK, "inputs", "%zu of %zu files are recognized", readable,
                 found->count);
}

/* The folder itself, or the nearest one above it that exists. */
static const char *find_existing_folder(const struct job *job, struct arena *arena)
{
    char *path = (char *)arena_copy_text(arena, text_of(job->output.folder)).bytes;
    char *slash;
    while (access(path, F_OK) != 0 && (slash = strrchr(path, '/')) && slash != path)
        *slash = '\0';
    return path;
}

static void check_output_folder(struct doctor *doctor, bool *exists)
{
    struct assembly *assembly = &doctor->assembly;
    const char *folder = doctor->job.output.folder;
    const char *existing = find_existing_folder(&doctor->job, &assembly->arena);
    struct statvfs disk;
    struct stat database = {0};
    size_t faults = doctor->faults;
    *exists = strcmp(existing, folder) == 0;
    if (access(existing, W_OK | X_OK) != 0)
        print_result(doctor, RESULT_FAULT, "output", "%s: cannot be written by user %u: %s",
                     existing, (unsigned)geteuid(), strerror(errno));
    if (*exists)
        check_mode(doctor, folder, S_IRWXO, "feedback is personal data; chmod o-rwx");
    static const char *const private_files[] = {"winnow.db", "winnow.key"};
    for (size_t i = 0; i < sizeof(private_files) / sizeof(*private_files); i++)
        check_mode(doctor, arena_format(&assembly->arena, "%s/%s", folder, private_files[i]).bytes,
                   S_IRWXO | S_IWGRP, "chmod 600");
    if (doctor->faults == faults)
        print_result(doctor, RESULT_OK, "output", "%s: %s", folder,
                     *exists ? "only its owner or group can read it" : "the first run creates it");
    stat(arena_format(&assembly->arena, "%s/winnow.db", folder).bytes, &database);
    if (statvfs(existing, &disk) != 0)
        return;
    /* `winnow forget` writes a new database file. */
    double free_bytes = (double)disk.f_bavail * (double)disk.f_frsize;
    double needed = 2.0 * (double)database.st_size + MIN_FREE_BYTES;
    if (free_bytes < needed)
        print_result(doctor, RESULT_FAULT, "disk", "%.0f MB free, %.0f needed: free some space",
                     free_bytes / 1e6, needed / 1e6);
    else
        print_result(doctor, RESULT_OK, "disk", "%.0f MB free; the database has %.1f MB",
                     free_bytes / 1e6, (double)database.st_size / 1e6);
}

static bool check_lock(struct doctor *doctor)
{
    struct error error = {0};
    int lock_fd = -1;
    bool is_free = lock_acquire(&lock_fd, doctor->job.output.folder, 0, &error);
    lock_release(lock_fd);
    if (is_free)
        print_result(doctor, RESULT_OK, "lock", "no run is using the output folder");
    else
        print_result(doctor, error.kind == ERROR_LOCKED ? RESULT_NOTE : RESULT_FAULT, "lock", "%s",
                     error.message);
    return is_free;
}

static void print_last_run(struct doctor *doctor)
{
    struct last_run last;
    struct error error = {0};
    if (!store_get_last_run(doctor->assembly.store, &last, &error))
        print_result(doctor, RESULT_FAULT, "last run", "%s", error.message);
    else if (!last.run_id)
        print_result(doctor, RESULT_NOTE, "last run", "none yet");
    else if (last.started_at > (int64_t)time(NULL))
        print_result(doctor, RESULT_FAULT, "clock",
                     "the last run started in the future: set the clock "
                     "(timedatectl set-ntp true)");
    else if (!last.finished_at)
        print_result(doctor, RESULT_NOTE, "last run",
                     "run %llu was interrupted; the next run resumes it",
                     (unsigned long long)last.run_id);
    else
        print_result(doctor, RESULT_OK, "last run",
                     "run %llu, %.1f hours ago; %llu runs of %llu finished; %llu records are saved",
                     (unsigned long long)last.run_id,
                     (double)((int64_t)time(NULL) - last.started_at) / 3600,
                     (unsigned long long)last.finished_runs, (unsigned long long)last.runs,
                     (unsigned long long)last.records);
}

static void print_unanalysed_texts(struct doctor *doctor)
{
    uint64_t texts;
    struct error error = {0};
    if (!store_count_unanalysed(doctor->assembly.store, (struct shard){0}, &texts, &error))
        print_result(doctor, RESULT_FAULT, "analyses", "%s", error.message);
    else if (texts)
        print_result(doctor, RESULT_NOTE, "analyses",
                     "the model has not analysed %llu saved texts; the next run does, or "
                     "`winnow analyse` on several machines",
                     (unsigned long long)texts);
}

/* The database and, through the stages, its key and the settings that belong to it. */
static void check_database(struct doctor *doctor)
{
    struct assembly *assembly = &doctor->assembly;
    struct job *job = &doctor->job;
    struct error error = {0};
    struct progress silent = {0};
    struct text path = arena_format(&assembly->arena, "%s/winnow.db", job->output.folder);
    if (access(path.bytes, F_OK) != 0) {
        print_result(doctor, RESULT_NOTE, "database", "none yet: the first run creates it");
        return;
    }
    if (!assemble_store(assembly, job, STORE_MUST_EXIST, &error) ||
        !store_check_integrity(assembly->store, &error) || !assemble_model(assembly, job, &error) ||
        !assemble_stages(assembly, job, PASSES_PREVIEW, &silent, &error)) {
        print_result(doctor, RESULT_FAULT, "database", "%s", error.message);
        return;
    }
    print_result(doctor, RESULT_OK, "database", "%s: sound, and its key fits", path.bytes);
    print_last_run(doctor);
    print_unanalysed_texts(doctor);
}

static void check_job(struct doctor *doctor)
{
    bool exists;
    struct error error = {0};
    check_job_file(doctor);
    check_output_folder(doctor, &exists);
    if (!assemble_sandbox(&doctor->job, NULL, &error)) /* before an input is opened */
        print_result(doctor, RESULT_FAULT, "sandbox", "%s", error.message);
    check_inputs(doctor);
    if (exists && check_lock(doctor))
        check_database(doctor);
}

static const struct flag flags[] = {
    {.option = {"set", OPTION_TEXT, offsetof(struct doctor_command_options, overrides), "",
                .help = "section.key=value that overrides the job file"},
     .short_name = 's',
     .value_name = "KEY=VALUE",
     .is_repeatable = true},
    {.option = {0}},
};

static bool run(struct command_line *command_line, struct error *error)
{
    struct doctor_command_options options = {0};
    struct doctor doctor = {.assembly.selection = {.since = TIME_UNKNOWN, .until = TIME_UNKNOWN}};
    if (!command_parse(&doctor_command, command_line, &options, error) ||
        !command_check_operands(&doctor_command, command_line->operand_count, 0, 1, error))
        return false;
    doctor.has_job = command_line->operand_count == 1;
    bool ok = !doctor.has_job ||
              job_load(&doctor.job, command_line->operands[0], options.overrides, error);
    if (ok) {
        check_clock(&doctor);
        check_sandbox(&doctor);
        check_model(&doctor);
        if (doctor.has_job)
            check_job(&doctor);
        if (doctor.faults)
            ok = error_set(error, ERROR_STORE, "%zu %s failed", doctor.faults,
                           doctor.faults == 1 ? "check" : "checks");
        else
            printf("\nAll checks passed.\n");
    }
    assemble_close(&doctor.assembly);
    job_free(&doctor.job);
    return ok;
}

const struct command doctor_command = {
    .name = "doctor",
    .summary = "check model, kernels, sandbox, database, permissions, disk and inputs",
    .operands = "[JOB]",
    .flags = flags,
    .help =
        "Prints one line per check. A FAULT comes with its remedy, and the command exits with 4;\n"
        "a note is worth knowing. Changes nothing.\n"
        "\n"
        "  kernels   the instruction set in use gives the bits of plain C\n"
        "  sandbox   a process tries what runs must not do, in a thread that is older than the\n"
        "            sandbox: \"sockets: refused by the kernel\"\n"
        "  database  every page is checked, and whether winnow.key belongs to it\n"
        "\n"
        "  winnow doctor\n"
        "  winnow doctor weekly.ini\n",
    .run = run,
};
