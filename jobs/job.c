/* job.c - reads and checks job files. */
#include "jobs/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/calendar.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/ini.h"
#include "base/memory.h"
#include "connectors/connectors.h"
#include "jobs/job_loader.h"
#include "stages/stages.h"

enum { MAX_JOB_BYTES = 1 << 20, MAX_VALUE_FILE_BYTES = 16 << 20 };

/* ---- Reading settings ---- */

/* Adds a setting of the section "WORD" or "WORD NAME". Copies its texts, except the location. */
static void add_setting(struct job_loader *loader, struct text section, struct job_setting setting)
{
    struct job *job = loader->job;
    size_t space = text_find(section, TEXT(" "), 0);
    job->settings = memory_grow(job->settings, &loader->capacity, job->setting_count + 1,
                                sizeof(*job->settings));
    setting.section = arena_copy_text(&job->arena, text_slice(section, 0, space));
    setting.name =
        arena_copy_text(&job->arena, text_trim(text_slice(section, space, section.size)));
    setting.key = arena_copy_text(&job->arena, setting.key);
    setting.value = arena_copy_text(&job->arena, setting.value);
    job->settings[job->setting_count++] = setting;
}

/* Whether the value is in quotes as a whole, which is how a value may begin or end with a blank or
 * contain what looks like a comment. */
static bool is_quoted(struct text value)
{
    if (value.size < 2 || (value.bytes[0] != '"' && value.bytes[0] != '\''))
        return false;
    struct text quote = text_slice(value, 0, 1);
    return text_find(value, quote, 1) == value.size - 1;
}

/* Whether the value ends with what was meant as a comment: "in.csv  # every night". A '#' before
 * anything but a word may be part of a value: "Order #". */
static bool ends_with_comment(struct text value)
{
    for (size_t i = 1; i + 1 < value.size; i++) {
        if ((value.bytes[i] != '#' && value.bytes[i] != ';') || !ascii_is_space(value.bytes[i - 1]))
            continue;
        struct text comment = text_trim(text_slice(value, i + 1, value.size));
        if (comment.size &&
            ((unsigned char)comment.bytes[0] >= 0x80 || ascii_is_letter(comment.bytes[0])))
            return true;
    }
    return false;
}

static bool handle_ini_setting(void *user, const struct ini_setting *setting, struct error *error)
{
    (void)error;
    struct job_loader *loader = user;
    struct text location = arena_format(&loader->job->arena, "%s:%zu", loader->name, setting->line);
    struct text value = setting->value;
    if (is_quoted(value))
        value = text_slice(value, 1, value.size - 1);
    else if (ends_with_comment(value))
        job_add_mistake(loader,
                        "%s: %.*s: a comment must be on a line of its own; if '%.*s' is the value, "
                        "put it in quotes",
                        location.bytes, TEXT_ARGUMENT(setting->key), TEXT_ARGUMENT(value));
    add_setting(
        loader, setting->section,
        (struct job_setting){.key = setting->key, .value = value, .location = location.bytes});
    return true;
}

/* Each line is "section.key=value"; the section may have a name: "source shop.format=csv". */
static void add_overrides(struct job_loader *loader, struct text overrides)
{
    struct text line;
    while (overrides.size && text_split(&overrides, '\n', &line)) {
        size_t equals_sign = text_find(line, TEXT("="), 0);
        size_t dot = equals_sign;
        while (dot > 0 && line.bytes[dot - 1] != '.')
            dot--;
        if (equals_sign == line.size || dot < 2) {
            job_add_mistake(loader, "--set %.*s: expected section.key=value", TEXT_ARGUMENT(line));
            continue;
        }
        add_setting(loader, text_trim(text_slice(line, 0, dot - 1)),
                    (struct job_setting){
                        .key = text_trim(text_slice(line, dot, equals_sign)),
                        .value = text_trim(text_slice(line, equals_sign + 1, line.size)),
                        .is_override = true,
                        .location = "--set",
                    });
    }
}

/* ---- Checking settings ---- */

/* Rejects an empty path, and `{word}` without a comma, which is a placeholder of other programs. */
static void check_path(struct job_loader *loader, const struct job_setting *setting)
{
    struct text value = setting->value;
    if (value.size == 0 && text_equal(setting->section, TEXT("source")))
        job_add_mistake(loader,
                        "%s: path is empty: name the files to read, as in `path = inbox/*.csv`",
                        setting->location);
    size_t open = text_find(value, TEXT("{"), 0);
    size_t end = text_find(value, TEXT("}"), open);
    if (open == value.size || text_find(text_slice(value, open, end), TEXT(","), 0) < end - open)
        return;
    job_add_mistake(
        loader, "%s: unknown %.*s: braces in a path contain alternatives, as in {shop,play}/*.csv",
        setting->location, TEXT_ARGUMENT(text_slice(value, open, end + 1)));
}

/* Resolves the path in the value and reads the file. */
static void read_value_file(struct job_loader *loader, struct job_setting *setting)
{
    struct job *job = loader->job;
    struct error error = {0};
    if (setting->value.size == 0)
        return;
    setting->value = text_of(job_resolve_path(job, setting->value));
    if (!file_read(setting->value.bytes, (struct file_limits){MAX_VALUE_FILE_BYTES, ERROR_USAGE},
                   &job->arena, &setting->file_contents, &error))
        job_add_mistake(loader, "%s: %.*s: %s", setting->location, TEXT_ARGUMENT(setting->key),
                        error.message);
}

/* A value is valid if one of the components with this key accepts it. */
static void check_setting(struct job_loader *loader, struct job_setting *setting)
{
    const struct option *tables[JOB_MAX_OPTION_TABLES];
    size_t count = job_get_section_options(setting->section, tables);
    if (!count) {
        job_report_unknown_section(loader, setting);
        return;
    }
    struct error first_error = {0};
    bool known = false, is_file = false;
    for (size_t i = 0; i < count; i++) {
        const struct option *option = option_find(tables[i], setting->key);
        if (!option)
            continue;
        is_file = option->type == OPTION_FILE;
        struct option option_copy = *option;
        option_copy.offset = 0;
        union {
            struct text text;
            int64_t integer;
            double real;
            bool boolean;
        } scratch;
        known = true;
        if (option_set(&option_copy, &scratch, setting->value, setting->location, &first_error))
            first_error.kind = ERROR_NONE;
        if (first_error.kind == ERROR_NONE)
            break;
    }
    if (!known)
        job_report_unknown_key(loader, setting, tables, count);
    else if (first_error.kind != ERROR_NONE)
        job_add_mistake(loader, "%s", first_error.message);
    else if (text_equal(setting->key, TEXT("path")))
        check_path(loader, setting);
    else if (is_file)
        read_value_file(loader, setting);
}

/* ---- Interpreting settings ---- */

static bool applies_to(const struct job_setting *setting, const char *section, struct text name)
{
    return text_equal(setting->section, text_of(section)) &&
           (text_equal(setting->name, name) || (setting->is_override && !setting->name.size));
}

void job_apply_without_defaults(const struct job *job, const char *section, struct text name,
                                const struct option *options, void *state)
{
    for (size_t i = 0; i < job->setting_count; i++) {
        const struct job_setting *setting = &job->settings[i];
        const struct option *option = option_find(options, setting->key);
        if (option && applies_to(setting, section, name))
            option_set(option, state, setting->value, setting->location, NULL);
    }
}

void job_apply_with_defaults(const struct job *job, const char *section, struct text name,
                             const struct option *options, void *state)
{
    option_set_defaults(options, state);
    job_apply_without_defaults(job, section, name, options, state);
}

/* Of a file, what it contains counts, not where it is. */
static uint64_t hash_setting(uint64_t hash, const struct job_setting *setting)
{
    hash = hash_combine(hash, setting->key);
    if (!setting->file_contents.size)
        return hash_combine(hash, setting->value);
    uint64_t registry_hash = text_equal(setting->key, TEXT("taxonomy"))
                                 ? stages_hash_registry(setting->file_contents)
                                 : 0;
    return registry_hash ? hash_combine_number(hash, registry_hash)
                         : hash_combine(hash, setting->file_contents);
}

uint64_t job_hash_section(const struct job *job, const char *section)
{
    uint64_t hash = hash_combine(HASH_SEED, text_of(section));
    for (size_t i = 0; i < job->setting_count; i++)
        if (text_equal(job->settings[i].section, text_of(section)))
            hash = hash_setting(hash, &job->settings[i]);
    return hash;
}

const char *job_resolve_path(struct job *job, struct text path)
{
    const char *home = getenv("HOME");
    if (path.size && path.bytes[0] == '/')
        return arena_copy_text(&job->arena, path).bytes;
    if (home && (text_equal(path, TEXT("~")) || text_starts_with(path, TEXT("~/"))))
        return arena_format(&job->arena, "%s%.*s", home,
                            TEXT_ARGUMENT(text_slice(path, 1, path.size)))
            .bytes;
    return arena_format(&job->arena, "%s/%.*s", job->folder, TEXT_ARGUMENT(path)).bytes;
}

static struct job_source *find_source(struct job *job, struct text section_name)
{
    for (size_t i = 0; i < job->source_count; i++)
        if (text_equal(job->sources[i].section_name, section_name))
            return &job->sources[i];
    return NULL;
}

static void add_sources(struct job_loader *loader)
{
    struct job *job = loader->job;
    job->sources = arena_alloc(&job->arena, job->setting_count + 1, sizeof(*job->sources));
    for (size_t i = 0; i < job->setting_count; i++) {
        const struct job_setting *setting = &job->settings[i];
        if (!text_equal(setting->section, TEXT("source")) || find_source(job, setting->name) ||
            (setting->is_override && !setting->name.size))
            continue;
        struct job_source *source = &job->sources[job->source_count++];
        *source = (struct job_source){
            .name = setting->name.size ? setting->name : TEXT("feedback"),
            .section_name = setting->name,
            .location = setting->location,
            .paths = arena_alloc(&job->arena, job->setting_count, sizeof(struct text)),
        };
    }
}

/* "36h" or "7d"; an empty text is 0. */
static bool parse_duration(struct text text, int64_t *seconds)
{
    int64_t number = 0;
    *seconds = 0;
    if (!text.size)
        return true;
    char unit = text.bytes[text.size - 1];
    if ((unit != 'h' && unit != 'd') ||
        !text_to_integer(text_trim(text_slice(text, 0, text.size - 1)), &number) || number < 1 ||
        number > 10000)
        return false;
    *seconds = number * (unit == 'h' ? 3600 : 86400);
    return true;
}

/* The paths of a file accumulate; the first path from --set replaces them. */
static void add_values(struct job_loader *loader, struct job_source *source)
{
    struct job *job = loader->job;
    bool is_overridden = false;
    for (size_t i = 0; i < job->setting_count; i++) {
        const struct job_setting *setting = &job->settings[i];
        if (!applies_to(setting, "source", source->section_name))
            continue;
        if (text_equal(setting->key, TEXT("format")))
            source->format = setting->value;
        if (text_equal(setting->key, TEXT("optional")))
            option_set(option_find(job_source_options, setting->key), source, setting->value,
                       setting->location, NULL);
        if (text_equal(setting->key, TEXT("expect_every")) &&
            !parse_duration(setting->value, &source->expect_seconds))
            job_add_mistake(loader,
                            "%s: expect_every = %.*s: expected hours or days, as in 36h or 7d",
                            setting->location, TEXT_ARGUMENT(setting->value));
        if (!text_equal(setting->key, TEXT("path")))
            continue;
        if (setting->is_override && !is_overridden)
            source->path_count = 0;
        is_overridden = setting->is_override;
        source->paths[source->path_count++] = setting->value;
    }
}

/* Whether the setting decides what a row of the source says. */
static bool decides_reading(const struct job_setting *setting, const struct job_source *source)
{
    return (applies_to(setting, "source", source->section_name) &&
            !text_equal(setting->key, TEXT("path")) &&
            !text_equal(setting->key, TEXT("expect_every"))) ||
           text_equal(setting->section, TEXT("clean")) ||
           text_equal(setting->section, TEXT("redact"));
}

/* Of two settings of one key, the later one counts; the order of keys does not. */
static uint64_t hash_reading_settings(const struct job *job, const struct job_source *source)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < job->setting_count; i++) {
        const struct job_setting *setting = &job->settings[i];
        bool counts = decides_reading(setting, source);
        for (size_t j = i + 1; counts && j < job->setting_count; j++)
            counts = !decides_reading(&job->settings[j], source) ||
                     !text_equal(job->settings[j].section, setting->section) ||
                     !text_equal(job->settings[j].key, setting->key);
        if (counts)
            sum += hash_setting(hash_combine(HASH_SEED, setting->section), setting);
    }
    uint64_t hash = hash_combine(hash_combine(HASH_SEED, TEXT(WINNOW_VERSION)), source->name);
    return hash_combine_number(hash, sum) | 1;
}

static void check_format(struct job_loader *loader, const struct job_source *source)
{
    const char *names[JOB_MAX_OPTION_TABLES + 1] = {"auto"};
    if (text_equal(source->format, TEXT("auto")) || connectors_find(source->format))
        return;
    for (size_t i = 0; connectors[i] && i < JOB_MAX_OPTION_TABLES - 1; i++)
        names[i + 1] = connectors[i]->name;
    job_report_unknown(loader, source->location, "format", source->format, names);
}

static void interpret_sources(struct job_loader *loader)
{
    struct job *job = loader->job;
    add_sources(loader);
    for (size_t i = 0; i < job->source_count; i++) {
        struct job_source *source = &job->sources[i];
        source->format = TEXT("auto");
        add_values(loader, source);
        check_format(loader, source);
        source->settings_hash = hash_reading_settings(job, source);
        if (!source->path_count)
            job_add_mistake(loader, "%s: [source] without a path: add `path = inbox/*.csv`",
                            source->location);
    }
    if (!job->source_count)
        job_add_mistake(loader,
                        "%s: nothing to read: add a [source] section with `path = inbox/*.csv`",
                        loader->name);
}

static void interpret_output(struct job_loader *loader)
{
    struct job *job = loader->job;
    struct job_output *output = &job->output;
    job_apply_with_defaults(job, "output", (struct text){0}, job_output_options, output);
    if (!output->path.size)
        job_add_mistake(loader, "%s: no output folder: add an [output] section with `path = out`",
                        loader->name);
    output->folder = job_resolve_path(job, output->path);
    const char *names[JOB_MAX_OPTION_TABLES] = {0};
    for (size_t i = 0; report_formats[i] && i < JOB_MAX_OPTION_TABLES - 1; i++) {
        names[i] = report_formats[i]->name;
        if (text_equal(output->profile, text_of(names[i])))
            output->format = report_formats[i];
    }
    if (!output->format) {
        job_report_unknown(loader, loader->name, "profile of [output]", output->profile, names);
        return;
    }
    output->format_state = arena_alloc(&job->arena, 1, output->format->state_size);
    job_apply_with_defaults(job, "output", (struct text){0}, output->format->options,
                            output->format_state);
}

bool job_get_retention_cutoff(const struct job *job, int64_t now, int64_t *cutoff)
{
    struct civil_time civil = calendar_from_seconds(now);
    int64_t month = civil.year * 12 + civil.month - 1 - job->retain.months;
    civil = (struct civil_time){.year = month / 12, .month = (int)(month % 12) + 1, .day = 1};
    return job->retain.months > 0 && calendar_to_seconds(civil, cutoff);
}

static void add_document(struct job_loader *loader, struct text name)
{
    struct job_output *output = &loader->job->output;
    const char *names[JOB_MAX_DOCUMENTS + 2] = {"csv"};
    for (size_t i = 0; document_formats[i] && i < JOB_MAX_DOCUMENTS; i++)
        names[i + 1] = document_formats[i]->name;
    if (text_equal(name, TEXT("csv"))) {
        output->writes_tables = true;
        return;
    }
    for (size_t i = 0; document_formats[i] && i < JOB_MAX_DOCUMENTS; i++)
        if (text_equal(name, text_of(document_formats[i]->name))) {
            for (size_t j = 0; j < output->document_count; j++)
                if (output->documents[j] == document_formats[i])
                    return;
            output->documents[output->document_count++] = document_formats[i];
            return;
        }
    job_report_unknown(loader, loader->name, "reports of [output]", name, names);
}

/* The reports to write, and the options of documents. */
static void interpret_documents(struct job_loader *loader)
{
    struct job_output *output = &loader->job->output;
    struct text rest = output->reports, name;
    while (text_split(&rest, ',', &name))
        if (text_trim(name).size)
            add_document(loader, text_trim(name));
    output->document_options = (struct document_options){
        .title = output->title,
        .language = text_equal(output->language, TEXT("ko"))   ? DOCUMENT_KOREAN
                    : text_equal(output->language, TEXT("en")) ? DOCUMENT_ENGLISH
                                                               : DOCUMENT_AUTO,
        .shows_ids = output->shows_ids,
        .max_rows =
            text_equal(output->html_rows, TEXT("all")) ? DOCUMENT_ALL_ROWS : DOCUMENT_FITTING_ROWS};
    if (!text_equal(output->html_rows, TEXT("auto")) &&
        !text_equal(output->html_rows, TEXT("all")) &&
        (!text_to_integer(output->html_rows, &output->document_options.max_rows) ||
         output->document_options.max_rows < 0))
        job_add_mistake(loader, "%s: html_rows = %.*s: expected a number of rows, all or auto",
                        loader->name, TEXT_ARGUMENT(output->html_rows));
}

static void interpret_settings(struct job_loader *loader)
{
    struct job *job = loader->job;
    for (size_t i = 0; i < job->setting_count; i++)
        check_setting(loader, &job->settings[i]);
    interpret_sources(loader);
    job_apply_with_defaults(job, "model", (struct text){0}, job_model_options, &job->model);
    job_apply_with_defaults(job, "run", (struct text){0}, job_run_options, &job->run);
    job_apply_with_defaults(job, "retain", (struct text){0}, job_retain_options, &job->retain);
    interpret_output(loader);
    interpret_documents(loader);
    job->hash = HASH_SEED;
    for (size_t i = 0; i < job->setting_count; i++) {
        const struct job_setting *setting = &job->settings[i];
        job->hash = hash_combine(hash_combine(job->hash, setting->section), setting->name);
        job->hash = hash_setting(job->hash, setting);
    }
}

bool job_parse(struct job *job, struct text bytes, const char *path, struct text overrides,
               struct error *error)
{
    *job = (struct job){0};
    job->path = arena_copy_text(&job->arena, text_of(path)).bytes;
    const char *slash = strrchr(job->path, '/');
    struct text folder = slash ? (struct text){job->path, (size_t)(slash - job->path)} : TEXT(".");
    job->folder = arena_copy_text(&job->arena, slash == job->path ? TEXT("/.") : folder).bytes;
    struct job_loader loader = {.job = job, .name = job->path};
    struct error fault = {0};
    struct ini_source source = {bytes, job->path, ERROR_USAGE};
    if (!ini_read(&source, handle_ini_setting, &loader, &fault))
        job_add_mistake(&loader, "%s", fault.message);
    add_overrides(&loader, overrides);
    interpret_settings(&loader);
    return !loader.mistake_count || job_report_mistakes(&loader, error);
}

bool job_load(struct job *job, const char *path, struct text overrides, struct error *error)
{
    *job = (struct job){0};
    struct arena arena = {0};
    struct text bytes;
    bool ok =
        file_read(path, (struct file_limits){MAX_JOB_BYTES, ERROR_USAGE}, &arena, &bytes, error) &&
        job_parse(job, bytes, path, overrides, error);
    arena_free(&arena);
    return ok;
}

void job_free(struct job *job)
{
    free(job->settings);
    arena_free(&job->arena);
    *job = (struct job){0};
}
