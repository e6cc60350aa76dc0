/* file_finder.c - expands patterns, opens archives and folders, and recognizes each file. */
#include "jobs/file_finder.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "connectors/connectors.h"
#include "connectors/input/archive.h"

struct file_finder {
    struct found_files *found;
    int64_t *newest;     /* of `source` */
    struct arena *arena; /* of `found` */
    struct job *job;
    const struct job_source *source;
    const struct progress *progress;
    size_t path_prefix_size; /* of the job file's folder, which reports omit from paths */
    const char *unmatched;   /* the first pattern without a file, of a source that is not optional;
                                NULL: none */
};

static void note(const struct file_finder *finder, const char *format, const char *argument)
{
    struct text message = arena_format(finder->arena, format, argument);
    name_set_add(&finder->found->notes, message);
    if (finder->progress->note)
        finder->progress->note(finder->progress->user, message.bytes);
}

/* A new state of the connector with the options of its [source]. */
static void *create_connector_state(const struct file_finder *finder,
                                    const struct connector *connector)
{
    void *state = arena_alloc(finder->arena, 1, connector->state_size);
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
    struct arena *arena = finder->arena;
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
    struct arena *arena = finder->arena;
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
    for (size_t i = 0; i < finder->found->count; i++)
        if (strcmp(finder->found->files[i].input.path, path) == 0) {
            *source = finder->found->files[i].input.source.bytes;
            return true;
        }
    return false;
}

static struct found_file *add_found_file(struct file_finder *finder, const char *path)
{
    struct found_files *list = finder->found;
    list->files = memory_grow(list->files, &list->capacity, list->count + 1, sizeof(*list->files));
    struct found_file *found = &list->files[list->count++];
    const char *copy = arena_copy_text(finder->arena, text_of(path)).bytes;
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
    struct arena *arena = finder->arena;
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

static void note_time(const struct file_finder *finder, const struct stat *status)
{
    if (status->st_mtime > *finder->newest)
        *finder->newest = status->st_mtime;
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
        arena_format(finder->arena, "%s: %s", path, strerror(error_number)).bytes;
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
        struct text member_path = arena_format(finder->arena, "%s/%s", path, entries[i]->d_name);
        struct stat status;
        bool is_regular = stat(member_path.bytes, &status) == 0 && S_ISREG(status.st_mode);
        if (is_regular)
            note_time(finder, &status);
        if (ok && is_regular)
            ok = add_file_or_members(finder, member_path.bytes, status.st_size == 0, error);
        else if (ok)
            note(finder, "%s is not a file: skipped", member_path.bytes + finder->path_prefix_size);
        free(entries[i]);
    }
    free(entries);
    return ok;
}

/* A Maildir changes where a message arrives: in its folders. */
static void note_maildir_times(const struct file_finder *finder, const char *path)
{
    static const char *const folders[] = {"", "/new", "/cur"};
    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
        struct stat status;
        struct text folder = arena_format(finder->arena, "%s%s", path, folders[i]);
        if (stat(folder.bytes, &status) == 0)
            note_time(finder, &status);
    }
}

/* A Maildir or a folder of messages is one input. In other folders each file is an input. */
static bool add_folder(struct file_finder *finder, const char *path, struct error *error)
{
    const struct connector *connector = NULL;
    struct text recognition_report;
    if (text_equal(finder->source->format, TEXT("auto")))
        connectors_recognize(path, finder->arena, &connector, &recognition_report, NULL);
    else if (connectors_find(finder->source->format) == &mail_connector)
        connector = &mail_connector;
    if (!connector)
        return add_folder_files(finder, path, error);
    note_maildir_times(finder, path);
    return add_file(finder, path, false, error);
}

static bool add_path(struct file_finder *finder, const char *path, struct error *error)
{
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return add_folder(finder, path, error);
    if (stat(path, &status) == 0) {
        note_time(finder, &status);
        return add_file_or_members(finder, path, status.st_size == 0, error);
    }
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
    if (!finder->unmatched)
        finder->unmatched = arena_copy_text(finder->arena, text_of(pattern)).bytes;
}

static bool add_pattern(struct file_finder *finder, struct text pattern, struct error *error)
{
    const char *path = job_resolve_path(finder->job, pattern);
    bool is_relative = path[0] != '/' || (pattern.bytes[0] != '/' && pattern.bytes[0] != '~');
    finder->path_prefix_size = is_relative ? strlen(finder->job->folder) + 1 : 0;
    if (access(path, F_OK) == 0 || !strpbrk(path, "*?[{"))
        return add_path(finder, path, error);
    glob_t matches;
    size_t found_before = finder->found->count;
    finder_of_glob = finder;
    int code = glob(path, GLOB_BRACE, keep_unreadable_folder, &matches);
    if (code == GLOB_NOMATCH) {
        if (finder->found->count == found_before)
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

bool found_files_find(struct found_files *found, struct job *job, const struct progress *progress,
                      struct error *error)
{
    struct file_finder finder = {
        .found = found, .arena = &found->arena, .job = job, .progress = progress};
    found->newest = arena_alloc(&found->arena, job->source_count, sizeof(*found->newest));
    for (size_t i = 0; i < job->source_count; i++) {
        finder.source = &job->sources[i];
        finder.newest = &found->newest[i];
        for (size_t j = 0; j < finder.source->path_count; j++)
            if (!add_pattern(&finder, finder.source->paths[j], error))
                return false;
    }
    return found->count > 0 || !finder.unmatched ||
           error_set(error, ERROR_INPUT,
                     "no file to read: no file matches %s; if that may be, set `optional = yes` "
                     "in its [source]",
                     finder.unmatched);
}

void found_files_free(struct found_files *found)
{
    free(found->files);
    name_set_free(&found->notes);
    arena_free(&found->arena);
    *found = (struct found_files){0};
}
