/* job.c - reading and checking job files. */
#include "jobs/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/ini.h"
#include "base/memory.h"
#include "connectors/connectors.h"
#include "connectors/input/archive.h"
#include "stages/stages.h"

enum { MOST_JOB_BYTES = 1 << 20, MOST_FILE = 16 << 20, MOST_MISTAKES = 20 };

static const struct option source_options[] = {
    {"path", OPTION_TEXT, offsetof(struct job_source, format), NULL,
     .help = "files to read: a pattern (inbox/*.csv, {a,b}/*.csv), a file or a folder; may stand "
             "several times"},
    {"format", OPTION_TEXT, offsetof(struct job_source, format), "auto",
     .help = "csv, xlsx, json, xml, mail; auto finds it from each file's content"},
    {0},
};

static const struct option model_options[] = {
    {"path", OPTION_TEXT, offsetof(struct job_model, path), "",
     .help = "model file or Hugging Face directory; the default model beside the program"},
    {"precision", OPTION_CHOICE, offsetof(struct job_model, precision), "int8",
     .choices = "int8|f32", .help = "arithmetic; f32 is the slow reference"},
    {"kernels", OPTION_CHOICE, offsetof(struct job_model, kernels), "auto",
     .choices = "auto|scalar|avx2|avx512vnni", .help = "instruction set; auto is the fastest here"},
    {"threads", OPTION_INTEGER, offsetof(struct job_model, threads), "0", 0, 256,
     .help = "workers; 0 is one a core. Does not change results"},
    {"batch", OPTION_INTEGER, offsetof(struct job_model, batch), "32", 1, 1024,
     .help = "texts the model reads side by side. Does not change results"},
    {0},
};

static const struct option run_options[] = {
    {"batch_records", OPTION_INTEGER, offsetof(struct job_run, batch_records), "256", 1, 100000,
     .help = "records read, analysed and saved together"},
    {"max_rejects_pct", OPTION_REAL, offsetof(struct job_run, max_rejects_pct), "5", 0, 100,
     .help = "a larger share of broken rows ends the run with exit code 1"},
    {0},
};

static const struct option output_options[] = {
    {"path", OPTION_TEXT, offsetof(struct job_output, path), NULL,
     .help = "folder of the reports and of winnow.db; made when it is not there"},
    {"profile", OPTION_TEXT, offsetof(struct job_output, profile), "raw",
     .help = "raw: RFC 4180, UTF-8, for programs; excel: opens cleanly in a spreadsheet"},
    {0},
};

/* ---- Mistakes ---- */

struct loading {
    struct job *job;
    size_t capacity;
    struct text mistakes; /* lines */
    size_t mistake_count;
    const char *name; /* of the file, for messages */
};

static void add_mistake(struct loading *loading, const char *mistake)
{
    if (loading->mistake_count++ >= MOST_MISTAKES)
        return;
    loading->mistakes =
        arena_format(&loading->job->arena, "%.*s%s%s", TEXT_ARGUMENT(loading->mistakes),
                     loading->mistakes.size ? "\n  " : "", mistake);
}

static bool tell_mistakes(const struct loading *loading, struct error *error)
{
    if (loading->mistake_count == 1)
        return error_set(error, ERROR_USAGE, "%.*s", TEXT_ARGUMENT(loading->mistakes));
    return error_set(error, ERROR_USAGE, "%zu mistakes%s:\n  %.*s", loading->mistake_count,
                     loading->mistake_count > MOST_MISTAKES ? ", the first are" : "",
                     TEXT_ARGUMENT(loading->mistakes));
}

/* ---- Settings as they stand ---- */

static void add_setting(struct loading *loading, struct text section, struct text key,
                        struct text value, bool override, const char *where)
{
    struct job *job = loading->job;
    size_t space = text_find(section, TEXT(" "), 0);
    job->settings = memory_grow(job->settings, &loading->capacity, job->setting_count + 1,
                                sizeof(*job->settings));
    job->settings[job->setting_count++] = (struct setting){
        .section = arena_copy(&job->arena, text_slice(section, 0, space)),
        .name = arena_copy(&job->arena, text_trim(text_slice(section, space, section.size))),
        .key = arena_copy(&job->arena, key),
        .value = arena_copy(&job->arena, value),
        .override = override,
        .where = where,
    };
}

static bool take_setting(void *user, struct text section, struct text key, struct text value,
                         size_t line, struct error *error)
{
    (void)error;
    struct loading *loading = user;
    struct text where = arena_format(&loading->job->arena, "%s:%zu", loading->name, line);
    add_setting(loading, section, key, value, false, where.bytes);
    return true;
}

/* "section.key=value"; the section may carry a name: "source shop.format=csv". */
static void take_overrides(struct loading *loading, struct text overrides)
{
    struct text line;
    while (overrides.size && text_split(&overrides, '\n', &line)) {
        size_t sign = text_find(line, TEXT("="), 0);
        size_t point = sign;
        while (point > 0 && line.bytes[point - 1] != '.')
            point--;
        if (sign == line.size || point < 2) {
            struct text mistake =
                arena_format(&loading->job->arena, "--set %.*s: expected section.key=value",
                             TEXT_ARGUMENT(line));
            add_mistake(loading, mistake.bytes);
            continue;
        }
        add_setting(loading, text_trim(text_slice(line, 0, point - 1)),
                    text_trim(text_slice(line, point, sign)),
                    text_trim(text_slice(line, sign + 1, line.size)), true, "--set");
    }
}

/* ---- Sections and keys ---- */

/* The option tables of a section: several where components share it. NULL-terminated; returns 0
 * for a section that there is not. */
enum { MOST_TABLES = 16 };

static size_t section_tables(struct text section, const struct option *tables[MOST_TABLES])
{
    size_t count = 0;
    if (text_equal(section, TEXT("source"))) {
        tables[count++] = source_options;
        tables[count++] = bundle_options;
        for (size_t i = 0; connectors[i] && count < MOST_TABLES; i++)
            tables[count++] = connectors[i]->options;
    } else if (text_equal(section, TEXT("model"))) {
        tables[count++] = model_options;
    } else if (text_equal(section, TEXT("run"))) {
        tables[count++] = run_options;
    } else if (text_equal(section, TEXT("output"))) {
        tables[count++] = output_options;
        for (size_t i = 0; report_formats[i] && count < MOST_TABLES; i++)
            tables[count++] = report_formats[i]->options;
    } else {
        for (size_t i = 0; stages[i]; i++)
            if (text_equal(section, text_of(stages[i]->name)))
                tables[count++] = stages[i]->options;
    }
    return count;
}

static void print_keys(FILE *out, const struct option *option, const char *component)
{
    for (; option && option->name; option++) {
        fprintf(out, "  %s = ", option->name);
        if (!option->fallback)
            fprintf(out, "(must be said)");
        else
            fprintf(out, "%s", option->fallback);
        fprintf(out, "\n      %s%s%s", component ? component : "", component ? ": " : "",
                option->help);
        if (option->type == OPTION_CHOICE)
            fprintf(out, " (%s)", option->choices);
        fprintf(out, "\n");
    }
}

void job_print_keys(FILE *out)
{
    fprintf(out, "[source] or [source NAME]\n");
    print_keys(out, source_options, NULL);
    print_keys(out, bundle_options, NULL);
    for (size_t i = 0; connectors[i]; i++)
        print_keys(out, connectors[i]->options, connectors[i]->name);
    fprintf(out, "\n[model]\n");
    print_keys(out, model_options, NULL);
    fprintf(out, "\n[run]\n");
    print_keys(out, run_options, NULL);
    for (size_t i = 0; stages[i]; i++) {
        fprintf(out, "\n[%s] %s\n", stages[i]->name, stages[i]->summary);
        print_keys(out, stages[i]->options, NULL);
    }
    fprintf(out, "\n[output]\n");
    print_keys(out, output_options, NULL);
    for (size_t i = 0; report_formats[i]; i++)
        print_keys(out, report_formats[i]->options, report_formats[i]->name);
}

static void tell_unknown(struct loading *loading, const struct setting *setting, const char *kind,
                         struct text word, const char **names)
{
    const char *nearest = option_nearest(names, word);
    struct text mistake;
    if (nearest) {
        mistake = arena_format(&loading->job->arena, "%s: unknown %s '%.*s'; did you mean '%s'?",
                               setting->where, kind, TEXT_ARGUMENT(word), nearest);
    } else {
        struct text known = TEXT("");
        for (size_t i = 0; names[i]; i++)
            known = arena_format(&loading->job->arena, "%.*s%s%s", TEXT_ARGUMENT(known),
                                 i ? ", " : "", names[i]);
        mistake = arena_format(&loading->job->arena, "%s: unknown %s '%.*s'; there are: %.*s",
                               setting->where, kind, TEXT_ARGUMENT(word), TEXT_ARGUMENT(known));
    }
    add_mistake(loading, mistake.bytes);
}

static void tell_unknown_section(struct loading *loading, const struct setting *setting)
{
    const char *names[64] = {"source", "model", "run"};
    size_t count = 3;
    for (size_t i = 0; stages[i] && count < 60; i++)
        names[count++] = stages[i]->name;
    names[count] = "output";
    tell_unknown(loading, setting, "section", setting->section, names);
}

static void tell_unknown_key(struct loading *loading, const struct setting *setting,
                             const struct option *const *tables, size_t table_count)
{
    const char *names[128];
    size_t count = 0;
    for (size_t i = 0; i < table_count; i++)
        for (const struct option *option = tables[i]; option && option->name; option++) {
            size_t known = 0;
            while (known < count && strcmp(names[known], option->name) != 0)
                known++;
            if (known == count && count < 127)
                names[count++] = option->name;
        }
    names[count] = NULL;
    struct text kind =
        arena_format(&loading->job->arena, "key of [%.*s]", TEXT_ARGUMENT(setting->section));
    tell_unknown(loading, setting, kind.bytes, setting->key, names);
}

/* `{word}` without a comma is a placeholder of some other program's. */
static void check_braces(struct loading *loading, const struct setting *setting)
{
    struct text value = setting->value;
    size_t open = text_find(value, TEXT("{"), 0);
    size_t end = text_find(value, TEXT("}"), open);
    if (open == value.size || text_find(text_slice(value, open, end), TEXT(","), 0) < end - open)
        return;
    struct text mistake = arena_format(
        &loading->job->arena,
        "%s: unknown %.*s: braces in a path hold alternatives, as in {shop,play}/*.csv",
        setting->where, TEXT_ARGUMENT(text_slice(value, open, end + 1)));
    add_mistake(loading, mistake.bytes);
}

/* The value becomes the file's path as seen from here. */
static void read_file(struct loading *loading, struct setting *setting)
{
    struct job *job = loading->job;
    struct error error = {0};
    if (setting->value.size == 0)
        return;
    setting->value = text_of(job_path(job, setting->value));
    if (!file_read(setting->value.bytes, MOST_FILE, &job->arena, &setting->contents, ERROR_USAGE,
                   &error))
        add_mistake(loading, arena_format(&job->arena, "%s: %.*s: %s", setting->where,
                                          TEXT_ARGUMENT(setting->key), error.message)
                                 .bytes);
}

/* A value is good when one of the components that know the key takes it. */
static void check_setting(struct loading *loading, struct setting *setting)
{
    const struct option *tables[MOST_TABLES];
    size_t count = section_tables(setting->section, tables);
    if (!count) {
        tell_unknown_section(loading, setting);
        return;
    }
    struct error first = {0};
    bool known = false, is_file = false;
    for (size_t i = 0; i < count; i++) {
        const struct option *option = option_find(tables[i], setting->key);
        if (!option)
            continue;
        is_file = option->type == OPTION_FILE;
        struct option detached = *option;
        detached.offset = 0;
        union {
            struct text text;
            int64_t integer;
            double real;
            bool boolean;
        } scratch;
        known = true;
        if (option_set(&detached, &scratch, setting->value, setting->where, &first))
            first.kind = ERROR_NONE;
        if (first.kind == ERROR_NONE)
            break;
    }
    if (!known)
        tell_unknown_key(loading, setting, tables, count);
    else if (first.kind != ERROR_NONE)
        add_mistake(loading, first.message);
    else if (text_equal(setting->key, TEXT("path")))
        check_braces(loading, setting);
    else if (is_file)
        read_file(loading, setting);
}

/* ---- What the settings mean ---- */

static bool speaks_of(const struct setting *setting, const char *section, struct text name)
{
    return text_equal(setting->section, text_of(section)) &&
           (text_equal(setting->name, name) || (setting->override && !setting->name.size));
}

void job_apply_over(const struct job *job, const char *section, struct text name,
                    const struct option *options, void *state)
{
    for (size_t i = 0; i < job->setting_count; i++) {
        const struct setting *setting = &job->settings[i];
        const struct option *option = option_find(options, setting->key);
        if (option && speaks_of(setting, section, name))
            option_set(option, state, setting->value, setting->where, NULL);
    }
}

void job_apply(const struct job *job, const char *section, struct text name,
               const struct option *options, void *state)
{
    option_defaults(options, state);
    job_apply_over(job, section, name, options, state);
}

static uint64_t hash_setting(uint64_t hash, const struct setting *setting)
{
    hash = hash_add(hash_add(hash, setting->key), setting->value);
    return setting->contents.size ? hash_add(hash, setting->contents) : hash;
}

uint64_t job_hash_section(const struct job *job, const char *section)
{
    uint64_t hash = hash_add(HASH_START, text_of(section));
    for (size_t i = 0; i < job->setting_count; i++)
        if (text_equal(job->settings[i].section, text_of(section)))
            hash = hash_setting(hash, &job->settings[i]);
    return hash;
}

const char *job_path(struct job *job, struct text path)
{
    if (path.size && path.bytes[0] == '/')
        return arena_copy(&job->arena, path).bytes;
    return arena_format(&job->arena, "%s/%.*s", job->folder, TEXT_ARGUMENT(path)).bytes;
}

static struct job_source *find_source(struct job *job, struct text section_name)
{
    for (size_t i = 0; i < job->source_count; i++)
        if (text_equal(job->sources[i].section_name, section_name))
            return &job->sources[i];
    return NULL;
}

static void add_sources(struct loading *loading)
{
    struct job *job = loading->job;
    job->sources = arena_alloc(&job->arena, job->setting_count + 1, sizeof(*job->sources));
    for (size_t i = 0; i < job->setting_count; i++) {
        const struct setting *setting = &job->settings[i];
        if (!text_equal(setting->section, TEXT("source")) || find_source(job, setting->name) ||
            (setting->override && !setting->name.size))
            continue;
        struct job_source *source = &job->sources[job->source_count++];
        *source = (struct job_source){
            .name = setting->name.size ? setting->name : TEXT("feedback"),
            .section_name = setting->name,
            .where = setting->where,
            .paths = arena_alloc(&job->arena, job->setting_count, sizeof(struct text)),
        };
    }
}

/* Paths of the file add up; the first of --set puts them aside. */
static void add_paths(struct job *job, struct job_source *source)
{
    bool overridden = false;
    for (size_t i = 0; i < job->setting_count; i++) {
        const struct setting *setting = &job->settings[i];
        if (!speaks_of(setting, "source", source->section_name))
            continue;
        if (text_equal(setting->key, TEXT("format")))
            source->format = setting->value;
        if (!text_equal(setting->key, TEXT("path")))
            continue;
        if (setting->override && !overridden)
            source->path_count = 0;
        overridden = setting->override;
        source->paths[source->path_count++] = setting->value;
    }
}

static void check_format(struct loading *loading, const struct job_source *source)
{
    const char *names[MOST_TABLES + 1] = {"auto"};
    for (size_t i = 0; connectors[i] && i < MOST_TABLES - 1; i++)
        names[i + 1] = connectors[i]->name;
    for (size_t i = 0; names[i]; i++)
        if (text_equal(source->format, text_of(names[i])))
            return;
    struct setting setting = {.where = source->where};
    tell_unknown(loading, &setting, "format", source->format, names);
}

static void understand_sources(struct loading *loading)
{
    struct job *job = loading->job;
    add_sources(loading);
    for (size_t i = 0; i < job->source_count; i++) {
        struct job_source *source = &job->sources[i];
        source->format = TEXT("auto");
        add_paths(job, source);
        check_format(loading, source);
        if (!source->path_count) {
            struct text mistake =
                arena_format(&job->arena, "%s: [source] without a path: add `path = inbox/*.csv`",
                             source->where);
            add_mistake(loading, mistake.bytes);
        }
    }
    if (!job->source_count) {
        struct text mistake = arena_format(
            &job->arena, "%s: nothing to read: add a [source] section with `path = inbox/*.csv`",
            loading->name);
        add_mistake(loading, mistake.bytes);
    }
}

static void understand_output(struct loading *loading)
{
    struct job *job = loading->job;
    struct job_output *output = &job->output;
    job_apply(job, "output", (struct text){0}, output_options, output);
    if (!output->path.size) {
        struct text mistake = arena_format(
            &job->arena, "%s: nowhere to write: add an [output] section with `path = out`",
            loading->name);
        add_mistake(loading, mistake.bytes);
    }
    output->folder = job_path(job, output->path);
    const char *names[MOST_TABLES] = {0};
    for (size_t i = 0; report_formats[i] && i < MOST_TABLES - 1; i++) {
        names[i] = report_formats[i]->name;
        if (text_equal(output->profile, text_of(names[i])))
            output->format = report_formats[i];
    }
    if (!output->format) {
        struct setting setting = {.where = loading->name};
        tell_unknown(loading, &setting, "profile of [output]", output->profile, names);
        return;
    }
    output->format_state = arena_alloc(&job->arena, 1, output->format->state_size);
    job_apply(job, "output", (struct text){0}, output->format->options, output->format_state);
}

static void understand(struct loading *loading)
{
    struct job *job = loading->job;
    for (size_t i = 0; i < job->setting_count; i++)
        check_setting(loading, &job->settings[i]);
    understand_sources(loading);
    job_apply(job, "model", (struct text){0}, model_options, &job->model);
    job_apply(job, "run", (struct text){0}, run_options, &job->run);
    understand_output(loading);
    job->hash = HASH_START;
    for (size_t i = 0; i < job->setting_count; i++) {
        const struct setting *setting = &job->settings[i];
        job->hash = hash_add(hash_add(job->hash, setting->section), setting->name);
        job->hash = hash_setting(job->hash, setting);
    }
}

bool job_read(struct job *job, struct text bytes, const char *path, struct text overrides,
              struct error *error)
{
    *job = (struct job){0};
    job->path = arena_copy(&job->arena, text_of(path)).bytes;
    const char *slash = strrchr(job->path, '/');
    struct text folder = slash ? (struct text){job->path, (size_t)(slash - job->path)} : TEXT(".");
    job->folder = arena_copy(&job->arena, slash == job->path ? TEXT("/.") : folder).bytes;
    struct loading loading = {.job = job, .name = job->path};
    struct error fault = {0};
    if (!ini_read(bytes, job->path, ERROR_USAGE, take_setting, &loading, &fault))
        add_mistake(&loading, fault.message);
    take_overrides(&loading, overrides);
    understand(&loading);
    return !loading.mistake_count || tell_mistakes(&loading, error);
}

bool job_load(struct job *job, const char *path, struct text overrides, struct error *error)
{
    *job = (struct job){0};
    struct arena arena = {0};
    struct text bytes;
    bool ok = file_read(path, MOST_JOB_BYTES, &arena, &bytes, ERROR_USAGE, error) &&
              job_read(job, bytes, path, overrides, error);
    arena_free(&arena);
    return ok;
}

void job_free(struct job *job)
{
    free(job->settings);
    arena_free(&job->arena);
    *job = (struct job){0};
}
