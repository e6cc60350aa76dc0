/* assemble.c - finds the files of a job and opens its model, store and stages. */
#include "jobs/assemble.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/memory.h"
#include "connectors/connectors.h"
#include "connectors/input/archive.h"
#include "jobs/model_options.h"
#include "stages/stages.h"

/* ---- Files ---- */

struct file_finder {
    struct assembly *assembly;
    struct job *job;
    const struct job_source *source;
    const struct progress *progress;
    size_t capacity;         /* of assembly->found */
    size_t path_prefix_size; /* of the job file's folder, which reports omit from paths */
    size_t unmatched_count;  /* patterns without a file, of sources that are not optional */
};

static void note(const struct file_finder *finder, const char *format, const char *argument)
{
    if (!finder->progress->note)
        return;
    struct text message = arena_format(&finder->assembly->arena, format, argument);
    finder->progress->note(finder->progress->user, message.bytes);
}

/* A new state of the connector with the options of its [source]. */
static void *create_connector_state(const struct file_finder *finder,
                                    const struct connector *connector)
{
    void *state = arena_alloc(&finder->assembly->arena, 1, connector->state_size);
    job_apply_with_defaults(finder->job, "source", finder->source->section_name, connector->options,
                            state);
    return state;
}

static bool has_map_setting(const struct file_finder *finder)
{
    for (size_t i = 0; i < finder->job->setting_count; i++) {
        const struct job_setting *job_setting = &finder->job->settings[i];
        bool applies =
            text_equal(job_setting->name, finder->source->section_name) || job_setting->is_override;
        if (applies && text_equal(job_setting->section, TEXT("source")) &&
            text_equal(job_setting->key, TEXT("map")))
            return true;
    }
    return false;
}

/* Opens the file once, before a record is read: keeps the reason why it cannot be read. A column of
 * `map` that the file does not have is an error of the job. */
static bool try_open(const struct file_finder *finder, struct found_file *found,
                     struct error *error)
{
    const struct connector *connector = found->input.connector;
    struct arena *arena = &finder->assembly->arena;
    void *state = create_connector_state(finder, connector);
    struct error fault = {0};
    connector->open(state, found->input.path, &fault);
    connector->close(state);
    if (fault.kind == ERROR_USAGE && has_map_setting(finder))
        return error_set(error, ERROR_USAGE, "%s", fault.message);
    if (fault.kind != ERROR_NONE) {
        found->input.connector = NULL;
        found->input.failure = arena_copy_text(arena, text_of(fault.message)).bytes;
    }
    return true;
}

static void recognize_file(const struct file_finder *finder, struct found_file *found)
{
    struct arena *arena = &finder->assembly->arena;
    struct error fault = {0};
    if (!text_equal(finder->source->format, TEXT("auto"))) {
        found->input.connector = connectors_find(finder->source->format);
        found->recognition =
            arena_format(arena, "%.*s (set in the job)", TEXT_ARGUMENT(finder->source->format));
    } else if (!connectors_recognize(found->input.path, arena, &found->input.connector,
                                     &found->recognition, &fault)) {
        found->input.failure = arena_copy_text(arena, text_of(fault.message)).bytes;
    } else if (!found->input.connector) {
        found->input.failure =
            arena_format(arena, "%s: format not recognized (%.*s); set `format =` in its [source]",
                         found->input.path, TEXT_ARGUMENT(found->recognition))
                .bytes;
    }
}

static bool is_already_found(const struct file_finder *finder, const char *path,
                             const char **source)
{
    for (size_t i = 0; i < finder->assembly->found_count; i++)
        if (strcmp(finder->assembly->found[i].input.path, path) == 0) {
            *source = finder->assembly->found[i].input.source.bytes;
            return true;
        }
    return false;
}

static struct found_file *add_found_file(struct file_finder *finder, const char *path)
{
    struct assembly *assembly = finder->assembly;
    assembly->found = memory_grow(assembly->found, &finder->capacity, assembly->found_count + 1,
                                  sizeof(*assembly->found));
    struct found_file *found = &assembly->found[assembly->found_count++];
    const char *copy = arena_copy_text(&assembly->arena, text_of(path)).bytes;
    *found = (struct found_file){.input = {.path = copy,
                                           .name = copy + finder->path_prefix_size,
                                           .source = finder->source->name,
                                           .settings_hash = finder->source->settings_hash}};
    return found;
}

static bool add_file(struct file_finder *finder, const char *path, bool is_empty,
                     struct error *error)
{
    const char *source;
    if (is_already_found(finder, path, &source)) {
        if (strcmp(source, finder->source->name.bytes) == 0)
            return true; /* matched by two patterns of one source: read once */
        return error_set(error, ERROR_USAGE, "%s: %s already belongs to [source %s]",
                         finder->source->location, path, source);
    }
    struct found_file *found = add_found_file(finder, path);
    found->is_empty = is_empty;
    if (is_empty) {
        note(finder, "%s is empty: no rows", found->input.name);
        return true;
    }
    recognize_file(finder, found);
    if (!found->input.connector)
        return true;
    bool ok = try_open(finder, found, error);
    if (found->input.connector)
        found->input.connector_state = create_connector_state(finder, found->input.connector);
    return ok;
}

/* Adds a file, or every member of an archive. */
static bool add_file_or_members(struct file_finder *finder, const char *path, bool is_empty,
                                struct error *error)
{
    struct arena *arena = &finder->assembly->arena;
    struct archive_limits limits;
    struct archive_members members;
    struct error fault = {0};
    job_apply_with_defaults(finder->job, "source", finder->source->section_name, archive_options,
                            &limits);
    if (!archive_list_members(path, &limits, arena, &members, &fault)) {
        add_found_file(finder, path)->input.failure =
            arena_copy_text(arena, text_of(fault.message)).bytes;
        return true;
    }
    if (members.count == 0)
        return add_file(finder, path, is_empty, error);
    for (size_t i = 0; i < members.count; i++)
        if (!add_file(finder, members.paths[i].bytes, false, error))
            return false;
    return true;
}

static int is_not_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int compare_entry_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_unreadable_path(struct file_finder *finder, const char *path, int error_number)
{
    struct found_file *found = add_found_file(finder, path);
    found->input.failure =
        arena_format(&finder->assembly->arena, "%s: %s", path, strerror(error_number)).bytes;
}

static bool add_folder_files(struct file_finder *finder, const char *path, struct error *error)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_not_hidden, compare_entry_names);
    if (count < 0) {
        add_unreadable_path(finder, path, errno);
        return true;
    }
    bool ok = true;
    for (int i = 0; i < count; i++) {
        struct text member_path =
            arena_format(&finder->assembly->arena, "%s/%s", path, entries[i]->d_name);
        struct stat status;
        bool is_regular = stat(member_path.bytes, &status) == 0 && S_ISREG(status.st_mode);
        if (ok && is_regular)
            ok = add_file_or_members(finder, member_path.bytes, status.st_size == 0, error);
        else if (ok)
            note(finder, "%s is not a file: skipped", member_path.bytes + finder->path_prefix_size);
        free(entries[i]);
    }
    free(entries);
    return ok;
}

/* A Maildir or a folder of messages is one input. In other folders each file is an input. */
static bool add_folder(struct file_finder *finder, const char *path, struct error *error)
{
    const struct connector *connector = NULL;
    struct text recognition_report;
    if (text_equal(finder->source->format, TEXT("auto")))
        connectors_recognize(path, &finder->assembly->arena, &connector, &recognition_report, NULL);
    else if (connectors_find(finder->source->format) == &mail_connector)
        connector = &mail_connector;
    return connector ? add_file(finder, path, false, error) : add_folder_files(finder, path, error);
}

static bool add_path(struct file_finder *finder, const char *path, struct error *error)
{
    struct stat status;
    if (stat(path, &status) == 0)
        return S_ISDIR(status.st_mode)
                   ? add_folder(finder, path, error)
                   : add_file_or_members(finder, path, status.st_size == 0, error);
    if (errno != ENOENT || !finder->source->is_optional)
        add_unreadable_path(finder, path, errno);
    return true;
}

/* glob() passes no user pointer to its callback. */
static struct file_finder *finder_of_glob;

/* A folder that may not be listed is a fault; that a part of the pattern names no folder is not. */
static int keep_unreadable_folder(const char *path, int error_number)
{
    if (error_number != ENOENT && error_number != ENOTDIR)
        add_unreadable_path(finder_of_glob, path, error_number);
    return 0;
}

static void note_unmatched(struct file_finder *finder, const char *pattern)
{
    if (finder->source->is_optional)
        return;
    note(finder, "no file matches %s", pattern);
    name_set_add(&finder->assembly->notes,
                 arena_format(&finder->assembly->arena, "no file matches %s", pattern));
    finder->unmatched_count++;
}

static bool add_pattern(struct file_finder *finder, struct text pattern, struct error *error)
{
    const char *path = job_resolve_path(finder->job, pattern);
    bool is_relative = path[0] != '/' || (pattern.bytes[0] != '/' && pattern.bytes[0] != '~');
    finder->path_prefix_size = is_relative ? strlen(finder->job->folder) + 1 : 0;
    if (access(path, F_OK) == 0 || !strpbrk(path, "*?[{"))
        return add_path(finder, path, error);
    glob_t matches;
    size_t found_before = finder->assembly->found_count;
    finder_of_glob = finder;
    int code = glob(path, GLOB_BRACE, keep_unreadable_folder, &matches);
    if (code == GLOB_NOMATCH) {
        if (finder->assembly->found_count == found_before)
            note_unmatched(finder, path + finder->path_prefix_size);
        return true;
    }
    if (code != 0)
        return error_set(error, ERROR_INPUT, "%s: %s", path,
                         code == GLOB_NOSPACE ? "too many files" : "the folder cannot be read");
    bool ok = true;
    for (size_t i = 0; ok && i < matches.gl_pathc; i++)
        ok = add_path(finder, matches.gl_pathv[i], error);
    globfree(&matches);
    return ok;
}

bool assemble_files(struct assembly *assembly, struct job *job, const struct progress *progress,
                    struct error *error)
{
    struct file_finder finder = {.assembly = assembly, .job = job, .progress = progress};
    for (size_t i = 0; i < job->source_count; i++) {
        finder.source = &job->sources[i];
        for (size_t j = 0; j < finder.source->path_count; j++)
            if (!add_pattern(&finder, finder.source->paths[j], error))
                return false;
    }
    if (assembly->found_count == 0 && finder.unmatched_count > 0)
        return error_set(
            error, ERROR_INPUT,
            "no file to read: no file matches %.*s; if that may be, set "
            "`optional = yes` in its [source]",
            TEXT_ARGUMENT(text_slice(assembly->notes.texts[0], sizeof("no file matches ") - 1,
                                     assembly->notes.texts[0].size)));
    assembly->files =
        arena_alloc(&assembly->arena, assembly->found_count, sizeof(*assembly->files));
    for (size_t i = 0; i < assembly->found_count; i++)
        if (!assembly->found[i].is_empty)
            assembly->files[assembly->file_count++] = assembly->found[i].input;
    return true;
}

/* ---- Model ---- */

static size_t get_window_tokens(const struct t5_model *model, const char *key, size_t default_value)
{
    int64_t tokens;
    return text_to_integer(t5_model_prompt(model, key), &tokens) && tokens > 0 ? (size_t)tokens
                                                                               : default_value;
}

bool assemble_model(struct assembly *assembly, struct job *job, struct error *error)
{
    const struct job_model *settings = &job->model;
    const char *path = settings->path.size ? job_resolve_path(job, settings->path)
                                           : find_default_model(&assembly->arena, error);
    enum t5_precision precision = text_equal(settings->precision, TEXT("f32")) ? T5_F32 : T5_INT8;
    if (!path || !t5_model_open(&assembly->model, path, precision, error))
        return false;
    struct t5_limits limits = {
        .batch = (size_t)settings->batch,
        .input_tokens = get_window_tokens(assembly->model, "window.input", 512),
        .output_tokens = get_window_tokens(assembly->model, "window.output", 128),
        .threads = count_threads(settings->threads),
        .beam = 1,
        .precision = precision,
        .kernels = settings->kernels,
    };
    return t5_session_open(&assembly->session, assembly->model, &limits, error);
}

/* ---- Store ---- */

bool assemble_store(struct assembly *assembly, const struct job *job, enum store_mode store_mode,
                    struct error *error)
{
    struct text path = arena_format(&assembly->arena, "%s/winnow.db", job->output.folder);
    bool exists = access(path.bytes, F_OK) == 0;
    if (!exists && store_mode == STORE_MUST_EXIST)
        return error_set(error, ERROR_STORE,
                         "%s does not exist: nothing is saved yet; first run `winnow run %s`",
                         path.bytes, job->path);
    bool in_memory = !exists && store_mode == STORE_PREVIEW;
    if (!in_memory)
        assembly->key_path =
            arena_format(&assembly->arena, "%s/winnow.key", job->output.folder).bytes;
    return store_open(&assembly->store, in_memory ? ":memory:" : path.bytes, error);
}

/* ---- Stages ---- */

static bool is_in_passes(const struct stage *stage, enum pass_set pass_set)
{
    return pass_set == PASSES_ALL || (pass_set == PASSES_REPORT && !stage->process) ||
           (pass_set == PASSES_PREVIEW && (stage->process || stage->check_columns));
}

/* Settings that a stage takes from the section of another one unless its own section sets them:
 * figures are grouped as summaries are, and both find topics by the same phrases. */
static const struct inherited_settings {
    const char *stage, *section, *key;
} inherited_settings[] = {
    {"aggregate", "group", "by"},
    {"aggregate", "group", "period"},
    {"ground", "classify", "taxonomy"},
};

static void apply_inherited_settings(const struct job *job, const struct stage *stage, void *state)
{
    for (size_t i = 0; i < sizeof(inherited_settings) / sizeof(*inherited_settings); i++) {
        if (strcmp(stage->name, inherited_settings[i].stage) != 0)
            continue;
        const struct option *option =
            option_find(stage->options, text_of(inherited_settings[i].key));
        struct option single_option[2] = {option ? *option : (struct option){0}, {0}};
        job_apply_without_defaults(job, inherited_settings[i].section, (struct text){0},
                                   single_option, state);
    }
}

static void *create_stage_state(const struct job *job, const struct stage *stage)
{
    void *state = memory_alloc(1, stage->state_size);
    option_set_defaults(stage->options, state);
    apply_inherited_settings(job, stage, state);
    job_apply_without_defaults(job, stage->name, (struct text){0}, stage->options, state);
    return state;
}

/* The keys of saved results. Analyses depend on the model and its questions; summaries also on the
 * settings of pass 2 and on the program's version, so that a new version makes new summaries, which
 * takes seconds. */
static void compute_cache_keys(const struct job *job, struct stage_context *context)
{
    static const char *const summary_sections[] = {"group", "map", "reduce", "ground"};
    uint64_t key = hash_combine(HASH_SEED, t5_model_id(context->model));
    key = hash_combine(key, job->model.precision);
    key = hash_combine_number(key, job_hash_section(job, "chunk"));
    context->model_key = hash_combine_number(key, job_hash_section(job, "classify"));
    context->summary_key = hash_combine(context->model_key, TEXT(WINNOW_VERSION));
    for (size_t i = 0; i < sizeof(summary_sections) / sizeof(*summary_sections); i++)
        context->summary_key =
            hash_combine_number(context->summary_key, job_hash_section(job, summary_sections[i]));
}

bool assemble_stages(struct assembly *assembly, const struct job *job, enum pass_set pass_set,
                     const struct progress *progress, struct error *error)
{
    struct pipeline *pipeline = &assembly->pipeline;
    size_t count = 0;
    while (stages[count])
        count++;
    pipeline->stage_instances = memory_alloc(count, sizeof(*pipeline->stage_instances));
    for (size_t i = 0; i < count; i++)
        if (is_in_passes(stages[i], pass_set))
            pipeline->stage_instances[pipeline->stage_instance_count++] = (struct stage_instance){
                .stage = stages[i], .state = create_stage_state(job, stages[i])};
    pipeline->stage_context = (struct stage_context){
        .store = assembly->store,
        .key_path = assembly->key_path,
        .is_preview = pass_set == PASSES_PREVIEW,
        .model = assembly->model,
        .session = assembly->session,
        .session_batch = (size_t)job->model.batch,
        .selection = &assembly->selection,
    };
    compute_cache_keys(job, &pipeline->stage_context);
    pipeline->batch_records = (size_t)job->run.batch_records;
    pipeline->progress = *progress;
    return pipeline_open_stages(pipeline, error);
}

void assemble_close(struct assembly *assembly)
{
    pipeline_close(&assembly->pipeline);
    t5_session_close(assembly->session);
    t5_model_close(assembly->model);
    store_close(assembly->store);
    free(assembly->found);
    name_set_free(&assembly->notes);
    arena_free(&assembly->arena);
    *assembly = (struct assembly){0};
}

/* ---- Folders ---- */

/* False with the reason in errno. */
static bool create_folder(const char *path)
{
    struct stat status;
    if (mkdir(path, 0700) == 0)
        return true;
    int reason = errno; /* EEXIST is fine if it is a folder; another reason if it exists, too */
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return true;
    errno = reason == EEXIST ? ENOTDIR : reason;
    return false;
}

bool create_private_folder(const char *path, struct error *error)
{
    char part[PATH_MAX];
    if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
        return error_set(error, ERROR_USAGE, "%s: the path is too long", path);
    bool ok = true;
    for (char *slash = part + 1; ok && (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        ok = create_folder(part);
        *slash = '/';
    }
    return (ok && create_folder(path)) ||
           error_set(error, ERROR_STORE, "%s: the output folder cannot be created: %s", path,
                     strerror(errno));
}
