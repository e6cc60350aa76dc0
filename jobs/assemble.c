/* assemble.c - from a job to a pipeline that is ready to run. */
#include "jobs/assemble.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/memory.h"
#include "connectors/connectors.h"
#include "connectors/input/archive.h"
#include "stages/stages.h"

#define DEFAULT_MODEL "winnow-small.winnow"

/* ---- Files ---- */

struct finding {
    struct assembly *assembly;
    struct job *job;
    const struct job_source *source;
    const struct progress *progress;
    size_t capacity;
    size_t prefix; /* of a path: the job file's folder, left out in reports */
};

static void note(const struct finding *finding, const char *format, const char *word)
{
    if (!finding->progress->note)
        return;
    struct text message = arena_format(&finding->assembly->arena, format, word);
    finding->progress->note(finding->progress->user, message.bytes);
}

static const struct connector *find_connector(struct text name)
{
    for (size_t i = 0; connectors[i]; i++)
        if (text_equal(name, text_of(connectors[i]->name)))
            return connectors[i];
    return NULL;
}

/* The connector's state with the options of its [source]; zeroed otherwise. */
static void *make_state(const struct finding *finding, const struct connector *connector)
{
    void *state = arena_alloc(&finding->assembly->arena, 1, connector->state_size);
    job_apply(finding->job, "source", finding->source->section_name, connector->options, state);
    return state;
}

static bool asks_for_columns(const struct finding *finding)
{
    for (size_t i = 0; i < finding->job->setting_count; i++) {
        const struct setting *setting = &finding->job->settings[i];
        bool ours = text_equal(setting->name, finding->source->section_name) || setting->override;
        if (ours && text_equal(setting->section, TEXT("source")) &&
            text_equal(setting->key, TEXT("map")))
            return true;
    }
    return false;
}

/* Opens the file once for its mapping: a column that the job asks for and the file does not have is
 * the job's mistake, told before a record is read. */
static bool try_open(const struct finding *finding, struct found_file *found, struct error *error)
{
    const struct connector *connector = found->input.connector;
    struct arena *arena = &finding->assembly->arena;
    void *state = make_state(finding, connector);
    struct error fault = {0};
    if (connector->open(state, found->input.path, &fault)) {
        struct text words =
            connector->explain ? connector->explain(state, arena) : (struct text){0};
        found->explanation = arena_copy(arena, words);
    }
    connector->close(state);
    if (fault.kind == ERROR_USAGE && asks_for_columns(finding))
        return error_set(error, ERROR_USAGE, "%s", fault.message);
    if (fault.kind != ERROR_NONE) {
        found->input.connector = NULL;
        found->input.failure = arena_copy(arena, text_of(fault.message)).bytes;
    }
    return true;
}

static void recognize(const struct finding *finding, struct found_file *found)
{
    struct arena *arena = &finding->assembly->arena;
    struct error fault = {0};
    if (!text_equal(finding->source->format, TEXT("auto"))) {
        found->input.connector = find_connector(finding->source->format);
        found->recognition =
            arena_format(arena, "%.*s (the job says so)", TEXT_ARGUMENT(finding->source->format));
    } else if (!connectors_recognize(found->input.path, arena, &found->input.connector,
                                     &found->recognition, &fault)) {
        found->input.failure = arena_copy(arena, text_of(fault.message)).bytes;
    } else if (!found->input.connector) {
        found->input.failure =
            arena_format(arena,
                         "%s: not recognised (%.*s); say which it is with `format =` under "
                         "[source]",
                         found->input.path, TEXT_ARGUMENT(found->recognition))
                .bytes;
    }
}

static bool is_known(const struct finding *finding, const char *path, const char **source)
{
    for (size_t i = 0; i < finding->assembly->found_count; i++)
        if (strcmp(finding->assembly->found[i].input.path, path) == 0) {
            *source = finding->assembly->found[i].input.source.bytes;
            return true;
        }
    return false;
}

static struct found_file *add_found(struct finding *finding, const char *path)
{
    struct assembly *assembly = finding->assembly;
    assembly->found = memory_grow(assembly->found, &finding->capacity, assembly->found_count + 1,
                                  sizeof(*assembly->found));
    struct found_file *found = &assembly->found[assembly->found_count++];
    const char *copy = arena_copy(&assembly->arena, text_of(path)).bytes;
    *found = (struct found_file){
        .input = {.path = copy, .name = copy + finding->prefix, .source = finding->source->name}};
    return found;
}

static bool add_file(struct finding *finding, const char *path, bool is_empty, struct error *error)
{
    const char *source;
    if (is_known(finding, path, &source)) {
        if (strcmp(source, finding->source->name.bytes) == 0)
            return true; /* two patterns of one source: read once */
        return error_set(error, ERROR_USAGE, "%s: %s belongs to [source %s] already",
                         finding->source->where, path, source);
    }
    struct found_file *found = add_found(finding, path);
    found->empty = is_empty;
    if (is_empty) {
        note(finding, "%s is empty: no rows", found->input.name);
        return true;
    }
    recognize(finding, found);
    if (!found->input.connector)
        return true;
    bool ok = try_open(finding, found, error);
    if (found->input.connector)
        found->input.connector_state = make_state(finding, found->input.connector);
    return ok;
}

/* A file, or every file in it where it is an archive. */
static bool add_file_or_members(struct finding *finding, const char *path, bool is_empty,
                                struct error *error)
{
    struct arena *arena = &finding->assembly->arena;
    struct bundle_limits limits;
    struct text *members;
    size_t count;
    struct error fault = {0};
    job_apply(finding->job, "source", finding->source->section_name, bundle_options, &limits);
    if (!bundle_list(path, &limits, arena, &members, &count, &fault)) {
        add_found(finding, path)->input.failure = arena_copy(arena, text_of(fault.message)).bytes;
        return true;
    }
    if (count == 0)
        return add_file(finding, path, is_empty, error);
    for (size_t i = 0; i < count; i++)
        if (!add_file(finding, members[i].bytes, false, error))
            return false;
    return true;
}

static int not_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool add_folder_files(struct finding *finding, const char *path, struct error *error)
{
    struct dirent **entries;
    int count = scandir(path, &entries, not_hidden, by_bytes);
    if (count < 0) {
        struct found_file *found = add_found(finding, path);
        found->input.failure =
            arena_format(&finding->assembly->arena, "%s: %s", path, strerror(errno)).bytes;
        return true;
    }
    bool ok = true;
    for (int i = 0; i < count; i++) {
        struct text inner =
            arena_format(&finding->assembly->arena, "%s/%s", path, entries[i]->d_name);
        struct stat about;
        bool regular = stat(inner.bytes, &about) == 0 && S_ISREG(about.st_mode);
        if (ok && regular)
            ok = add_file_or_members(finding, inner.bytes, about.st_size == 0, error);
        else if (ok)
            note(finding, "%s is not a file: left out", inner.bytes + finding->prefix);
        free(entries[i]);
    }
    free(entries);
    return ok;
}

/* A Maildir or a folder of messages is one input; another folder is its files. */
static bool add_folder(struct finding *finding, const char *path, struct error *error)
{
    const struct connector *connector = NULL;
    struct text report;
    if (text_equal(finding->source->format, TEXT("auto")))
        connectors_recognize(path, &finding->assembly->arena, &connector, &report, NULL);
    else if (text_equal(finding->source->format, TEXT("mail")))
        connector = find_connector(finding->source->format);
    return connector ? add_file(finding, path, false, error)
                     : add_folder_files(finding, path, error);
}

static bool add_path(struct finding *finding, const char *path, struct error *error)
{
    struct stat about;
    if (stat(path, &about) == 0)
        return S_ISDIR(about.st_mode)
                   ? add_folder(finding, path, error)
                   : add_file_or_members(finding, path, about.st_size == 0, error);
    struct found_file *found = add_found(finding, path);
    found->input.failure =
        arena_format(&finding->assembly->arena, "%s: %s", path, strerror(errno)).bytes;
    return true;
}

static bool add_pattern(struct finding *finding, struct text pattern, struct error *error)
{
    const char *path = job_path(finding->job, pattern);
    bool relative = pattern.size && pattern.bytes[0] != '/';
    finding->prefix = relative ? strlen(finding->job->folder) + 1 : 0;
    if (access(path, F_OK) == 0 || !strpbrk(path, "*?[{"))
        return add_path(finding, path, error);
    glob_t matches;
    int code = glob(path, GLOB_BRACE | GLOB_TILDE, NULL, &matches);
    if (code == GLOB_NOMATCH) {
        note(finding, "nothing matches %s", path + finding->prefix);
        return true;
    }
    if (code != 0)
        return error_set(error, ERROR_INPUT, "%s: its folder cannot be read", path);
    bool ok = true;
    for (size_t i = 0; ok && i < matches.gl_pathc; i++)
        ok = add_path(finding, matches.gl_pathv[i], error);
    globfree(&matches);
    return ok;
}

bool assemble_files(struct assembly *assembly, struct job *job, const struct progress *progress,
                    struct error *error)
{
    struct finding finding = {.assembly = assembly, .job = job, .progress = progress};
    for (size_t i = 0; i < job->source_count; i++) {
        finding.source = &job->sources[i];
        for (size_t j = 0; j < finding.source->path_count; j++)
            if (!add_pattern(&finding, finding.source->paths[j], error))
                return false;
    }
    assembly->files =
        arena_alloc(&assembly->arena, assembly->found_count, sizeof(*assembly->files));
    for (size_t i = 0; i < assembly->found_count; i++)
        if (!assembly->found[i].empty)
            assembly->files[assembly->file_count++] = assembly->found[i].input;
    return true;
}

/* ---- Model ---- */

const char *assemble_default_model(struct arena *arena, struct error *error)
{
    static const char *const folders[] = {"", "../share/winnow/"};
    char program[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", program, sizeof(program));
    if (size == sizeof(program))
        size = 0;
    while (size > 0 && program[size - 1] != '/')
        size--;
    for (size_t i = 0; size > 0 && i < sizeof(folders) / sizeof(*folders); i++) {
        struct text path =
            arena_format(arena, "%.*s%s" DEFAULT_MODEL, (int)size, program, folders[i]);
        if (access(path.bytes, R_OK) == 0)
            return path.bytes;
    }
    error_set(error, ERROR_MODEL,
              "the default model, " DEFAULT_MODEL ", is not beside the program; name one with "
              "--model FILE, or in a job with `path =` under [model]");
    return NULL;
}

static size_t count_cores(void)
{
    cpu_set_t cores;
    return sched_getaffinity(0, sizeof(cores), &cores) == 0 ? (size_t)CPU_COUNT(&cores) : 1;
}

static size_t window_size(const struct t5_model *model, const char *key, size_t fallback)
{
    int64_t tokens;
    return text_integer(t5_model_prompt(model, key), &tokens) && tokens > 0 ? (size_t)tokens
                                                                            : fallback;
}

bool assemble_model(struct assembly *assembly, struct job *job, struct error *error)
{
    const struct job_model *settings = &job->model;
    const char *path = settings->path.size ? job_path(job, settings->path)
                                           : assemble_default_model(&assembly->arena, error);
    enum t5_precision precision = text_equal(settings->precision, TEXT("f32")) ? T5_F32 : T5_INT8;
    if (!path || !t5_model_open(&assembly->model, path, precision, error))
        return false;
    const char *kernels = arena_copy(&assembly->arena, settings->kernels).bytes;
    struct t5_limits limits = {
        .batch = (size_t)settings->batch,
        .input_tokens = window_size(assembly->model, "window.input", 512),
        .output_tokens = window_size(assembly->model, "window.output", 128),
        .threads = settings->threads ? (size_t)settings->threads : count_cores(),
        .beam = 1,
        .precision = precision,
        .kernels = strcmp(kernels, "auto") == 0 ? NULL : kernels,
    };
    return t5_session_open(&assembly->session, assembly->model, &limits, error);
}

/* ---- Store ---- */

bool assemble_store(struct assembly *assembly, const struct job *job, enum database database,
                    struct error *error)
{
    struct text path = arena_format(&assembly->arena, "%s/winnow.db", job->output.folder);
    bool is_there = access(path.bytes, F_OK) == 0;
    if (!is_there && database == DATABASE_THERE)
        return error_set(error, ERROR_STORE,
                         "%s is not there: nothing is saved yet; `winnow run %s` comes first",
                         path.bytes, job->path);
    bool in_memory = !is_there && database == DATABASE_LOOKED_AT;
    return store_open(&assembly->store, in_memory ? ":memory:" : path.bytes, error);
}

/* ---- Stages ---- */

static bool is_wanted(const struct stage *stage, enum extent extent)
{
    return extent == EXTENT_RUN || (extent == EXTENT_PREVIEW) == (stage->process != NULL);
}

/* What a section says for another stage too, where that stage's own does not: figures tell apart
 * what summaries do, and a summary is about a topic as the topic was found. */
static const struct inherited {
    const char *stage, *section, *key;
} inherited[] = {
    {"aggregate", "group", "by"},
    {"aggregate", "group", "period"},
    {"ground", "classify", "taxonomy"},
};

static void inherit(const struct job *job, const struct stage *stage, void *state)
{
    for (size_t i = 0; i < sizeof(inherited) / sizeof(*inherited); i++) {
        if (strcmp(stage->name, inherited[i].stage) != 0)
            continue;
        const struct option *option = option_find(stage->options, text_of(inherited[i].key));
        struct option alone[2] = {option ? *option : (struct option){0}, {0}};
        job_apply_over(job, inherited[i].section, (struct text){0}, alone, state);
    }
}

static void *make_stage_state(const struct job *job, const struct stage *stage)
{
    void *state = memory_alloc(1, stage->state_size);
    option_defaults(stage->options, state);
    inherit(job, stage, state);
    job_apply_over(job, stage->name, (struct text){0}, stage->options, state);
    return state;
}

/* Analyses belong to a model and to what it was asked; summaries also to how they are made: a new
 * version makes them anew, which takes seconds. */
static void make_keys(const struct job *job, struct workbench *bench)
{
    static const char *const summary_sections[] = {"group", "map", "reduce", "ground"};
    uint64_t key = hash_add(HASH_START, t5_model_id(bench->model));
    key = hash_add(key, job->model.precision);
    key = hash_add_number(key, job_hash_section(job, "chunk"));
    bench->model_key = hash_add_number(key, job_hash_section(job, "classify"));
    bench->summary_key = hash_add(bench->model_key, TEXT(WINNOW_VERSION));
    for (size_t i = 0; i < sizeof(summary_sections) / sizeof(*summary_sections); i++)
        bench->summary_key =
            hash_add_number(bench->summary_key, job_hash_section(job, summary_sections[i]));
}

bool assemble_steps(struct assembly *assembly, const struct job *job, enum extent extent,
                    const struct progress *progress, struct error *error)
{
    struct pipeline *pipeline = &assembly->pipeline;
    size_t count = 0;
    while (stages[count])
        count++;
    pipeline->steps = memory_alloc(count, sizeof(*pipeline->steps));
    for (size_t i = 0; i < count; i++)
        if (is_wanted(stages[i], extent))
            pipeline->steps[pipeline->step_count++] =
                (struct step){.stage = stages[i], .state = make_stage_state(job, stages[i])};
    pipeline->workbench = (struct workbench){
        .store = assembly->store,
        .model = assembly->model,
        .session = assembly->session,
        .session_batch = (size_t)job->model.batch,
        .selection = &assembly->selection,
    };
    make_keys(job, &pipeline->workbench);
    pipeline->batch_records = (size_t)job->run.batch_records;
    pipeline->progress = *progress;
    return pipeline_open_steps(pipeline, error);
}

void assemble_close(struct assembly *assembly)
{
    pipeline_close(&assembly->pipeline);
    t5_session_close(assembly->session);
    t5_model_close(assembly->model);
    store_close(assembly->store);
    free(assembly->found);
    arena_free(&assembly->arena);
    *assembly = (struct assembly){0};
}

/* ---- Folders ---- */

bool assemble_folder(const char *path, struct error *error)
{
    char part[PATH_MAX];
    if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
        return error_set(error, ERROR_USAGE, "%s: the path is too long", path);
    for (char *slash = part + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(part, 0700); /* what fails here shows below */
        *slash = '/';
    }
    struct stat about;
    if (mkdir(path, 0700) == 0 || (stat(path, &about) == 0 && S_ISDIR(about.st_mode)))
        return true;
    return error_set(error, ERROR_STORE, "%s: the output folder cannot be made: %s", path,
                     strerror(errno == EEXIST ? ENOTDIR : errno));
}
