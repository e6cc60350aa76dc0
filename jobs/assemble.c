/* assemble.c - finds the files of a job and opens its model, store and stages. */
#include "jobs/assemble.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/memory.h"
#include "jobs/model_options.h"
#include "jobs/sandbox.h"
#include "stages/stages.h"

bool assemble_sandbox(const struct job *job, const char *folder, struct error *error)
{
    bool exists = access(job->output.folder, F_OK) == 0;
    struct sandbox_folders folders = {
        .paths = {exists ? job->output.folder : folder, exists ? folder : NULL}};
    return sandbox_enter(sandbox_parse_mode(job->run.sandbox), &folders, error);
}

bool assemble_files(struct assembly *assembly, struct job *job, const struct progress *progress,
                    struct error *error)
{
    struct found_files *found = &assembly->found;
    if (!found_files_find(found, job, progress, error))
        return false;
    assembly->files = arena_alloc(&assembly->arena, found->count, sizeof(*assembly->files));
    for (size_t i = 0; i < found->count; i++)
        if (!found->files[i].is_empty)
            assembly->files[assembly->file_count++] = found->files[i].input;
    return true;
}

/* ---- Model ---- */

static size_t get_window_tokens(const struct t5_model *model, const char *key, size_t default_value)
{
    int64_t tokens;
    return text_to_integer(t5_model_prompt(model, key), &tokens) && tokens > 0 ? (size_t)tokens
                                                                               : default_value;
}

/* A share from 0 to 1, or 0. */
static double get_card_share(const struct t5_model *model, const char *key)
{
    double share;
    return text_to_real(t5_model_prompt(model, key), &share) && share > 0 && share <= 1 ? share : 0;
}

/* What the model's file says about its quality, for documents. */
static struct document_card read_card(const struct t5_model *model)
{
    struct document_card card = {.right = get_card_share(model, "card.right"),
                                 .topics_f1 = get_card_share(model, "card.topics_f1")};
    if (!text_to_integer(t5_model_prompt(model, "card.texts"), &card.texts) || card.texts < 0)
        card.texts = 0;
    return card;
}

bool assemble_model(struct assembly *assembly, struct job *job, struct error *error)
{
    const struct job_model *settings = &job->model;
    const char *path = settings->path.size ? job_resolve_path(job, settings->path)
                                           : find_default_model(&assembly->arena, error);
    enum t5_precision precision = text_equal(settings->precision, TEXT("f32")) ? T5_F32 : T5_INT8;
    if (!path || !t5_model_open(&assembly->model, path, precision, error))
        return false;
    job->output.document_options.card = read_card(assembly->model);
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
           (pass_set == PASSES_ANALYSIS && stage->handles_saved_texts) ||
           (pass_set == PASSES_PREVIEW && (stage->process || stage->check_columns));
}

/* Settings that a stage takes from the section of another one unless its own section sets them:
 * figures are grouped as summaries are, and both find topics by the same phrases. */
static const struct inherited_settings {
    const char *stage, *section, *key;
} inherited_settings[] = {
    {"aggregate", "group", "by"},         {"aggregate", "group", "period"},
    {"changes", "group", "by"},           {"changes", "aggregate", "by"},
    {"segments", "group", "by"},          {"segments", "aggregate", "by"},
    {"topics", "classify", "taxonomy"},   {"reduce", "classify", "taxonomy"},
    {"insights", "classify", "taxonomy"}, {"ground", "classify", "taxonomy"},
    {"phrases", "themes", "names"},
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

/* The keys of saved results. Analyses depend on the model and how it is asked; summaries also on
 * the settings of pass 2 and on the program's version, so that a new version makes new summaries,
 * which takes seconds. */
static void compute_cache_keys(const struct job *job, struct stage_context *context)
{
    static const char *const summary_sections[] = {"group", "map", "reduce", "ground"};
    uint64_t key = hash_combine(HASH_SEED, t5_model_id(context->model));
    key = hash_combine(key, job->model.precision);
    key = hash_combine_number(key, job_hash_section(job, "chunk"));
    key = hash_combine_number(key, job_hash_section(job, "classify"));
    context->model_key = hash_combine_number(key, ANALYSIS_RULES);
    context->language = job->output.language;
    context->summary_key = hash_combine(context->model_key, TEXT(WINNOW_VERSION));
    context->summary_key = hash_combine(context->summary_key, context->language);
    for (size_t i = 0; i < sizeof(summary_sections) / sizeof(*summary_sections); i++)
        context->summary_key =
            hash_combine_number(context->summary_key, job_hash_section(job, summary_sections[i]));
}

/* Another build may compute other results under the same version. */
static uint64_t hash_program(void)
{
    struct stat status;
    uint64_t hash = hash_combine(HASH_SEED, TEXT(WINNOW_VERSION));
    if (stat("/proc/self/exe", &status) != 0)
        return hash;
    hash = hash_combine_number(hash, (uint64_t)status.st_size);
    return hash_combine_number(hash_combine_number(hash, (uint64_t)status.st_mtim.tv_sec),
                               (uint64_t)status.st_mtim.tv_nsec);
}

/* A registry's names change no analysis, but reports: the key covers the whole files. */
static uint64_t compute_results_key(const struct job *job, const struct t5_model *model)
{
    uint64_t key = hash_combine(hash_program(), t5_model_id(model));
    for (size_t i = 0; i < job->setting_count; i++) {
        const struct job_setting *setting = &job->settings[i];
        const struct text parts[] = {setting->section, setting->name, setting->key, setting->value,
                                     setting->file_contents};
        for (size_t k = 0; k < sizeof(parts) / sizeof(*parts); k++)
            key = hash_combine(key, parts[k]);
    }
    return key;
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
        .insights = &pipeline->insights,
    };
    compute_cache_keys(job, &pipeline->stage_context);
    pipeline->stage_context.results_key = compute_results_key(job, assembly->model);
    pipeline->batch_records = (size_t)job->run.batch_records;
    pipeline->progress = *progress;
    return pipeline_open_stages(pipeline, error);
}

bool assemble_check_model_key(const struct assembly *assembly, const struct job *job,
                              struct error *error)
{
    uint64_t saved = store_get_saved_model_key(assembly->store);
    return !saved || saved == store_get_model_key(assembly->store) ||
           error_set(
               error, ERROR_USAGE,
               "the saved rows were analysed by another model, or with other settings of [model], "
               "[chunk] or [classify]; `winnow run %s` analyses them again",
               job->path);
}

void assemble_close(struct assembly *assembly)
{
    pipeline_close(&assembly->pipeline);
    t5_session_close(assembly->session);
    t5_model_close(assembly->model);
    store_close(assembly->store);
    found_files_free(&assembly->found);
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
