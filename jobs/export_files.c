/* export_files.c - looks for exports. */
#include "jobs/export_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/memory.h"

enum { MIN_PREFIX = 3 }; /* bytes of a name */

const char *export_files_join(struct export_files *files, struct text path)
{
    return arena_format(&files->arena, "%s/%.*s", files->folder, TEXT_ARGUMENT(path)).bytes;
}

/* A list for `taxonomy =` looks like an export to the connectors. */
static bool is_topic_list(const char *path)
{
    char head[16] = "";
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    size_t size = fread(head, 1, sizeof(head), file);
    fclose(file);
    return text_starts_with((struct text){head, size}, TEXT("topic,phrase"));
}

/* A file whose columns do not include a text is no export. */
static bool can_open(struct export_files *files, const struct connector *connector,
                     const char *path, struct error *error)
{
    void *state = arena_alloc(&files->arena, 1, connector->state_size);
    option_set_defaults(connector->options, state);
    bool ok = connector->open(state, path, error);
    connector->close(state);
    return ok;
}

static void add_file(struct export_files *files, struct text path)
{
    struct export_file file = {.path = arena_copy_text(&files->arena, path)};
    struct error error = {0};
    const char *full_path = export_files_join(files, path);
    if (is_topic_list(full_path))
        return;
    if (!connectors_recognize(full_path, &files->arena, &file.connector, &file.recognition,
                              &error) ||
        (file.connector && !can_open(files, file.connector, full_path, &error))) {
        file.connector = NULL;
        file.recognition = arena_copy_text(&files->arena, text_of(error.message));
    }
    files->items =
        memory_grow(files->items, &files->capacity, files->count + 1, sizeof(*files->items));
    files->items[files->count++] = file;
}

static bool is_candidate(const char *name)
{
    struct text text = text_of(name);
    return name[0] != '.' && !text_ends_with(text, TEXT(".ini")) &&
           !text_ends_with(text, TEXT(".md"));
}

static int is_visible(const struct dirent *entry)
{
    return is_candidate(entry->d_name);
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Adds the files of a folder, and of the folders in it if `depth` > 0. An output folder of Winnow
 * is skipped. */
static bool add_folder(struct export_files *files, struct text folder, int depth,
                       struct error *error)
{
    struct dirent **entries;
    const char *path = folder.size ? export_files_join(files, folder) : files->folder;
    if (access(arena_format(&files->arena, "%s/winnow.db", path).bytes, F_OK) == 0)
        return true;
    int count = scandir(path, &entries, is_visible, compare_names);
    if (count < 0)
        return error_set(error, ERROR_INPUT, "%s: cannot be listed: %s", path, strerror(errno));
    bool ok = true;
    for (int i = 0; i < count; i++) {
        struct text name = arena_format(&files->arena, "%.*s%s%s", TEXT_ARGUMENT(folder),
                                        folder.size ? "/" : "", entries[i]->d_name);
        struct stat status;
        const struct connector *connector = NULL;
        struct text report;
        free(entries[i]);
        if (!ok || stat(export_files_join(files, name), &status) != 0)
            continue;
        if (S_ISREG(status.st_mode) && status.st_size > 0)
            add_file(files, name);
        else if (S_ISDIR(status.st_mode) &&
                 connectors_recognize(export_files_join(files, name), &files->arena, &connector,
                                      &report, NULL) &&
                 connector)
            add_file(files, name);
        else if (S_ISDIR(status.st_mode) && depth > 0)
            ok = add_folder(files, name, depth - 1, error);
    }
    free(entries);
    return ok;
}

bool export_files_find(struct export_files *files, struct error *error)
{
    return add_folder(files, TEXT(""), 1, error);
}

void export_files_free(struct export_files *files)
{
    free(files->items);
    arena_free(&files->arena);
}

size_t export_path_name(struct text path)
{
    size_t begin = path.size;
    while (begin > 0 && path.bytes[begin - 1] != '/')
        begin--;
    return begin;
}

struct text export_path_extension(struct text path)
{
    return text_slice(path, text_find(path, TEXT("."), export_path_name(path)), path.size);
}

struct text export_path_prefix(struct text path)
{
    size_t begin = export_path_name(path), end = begin;
    size_t stem_end = path.size - export_path_extension(path).size;
    while (end < stem_end && !ascii_is_digit(path.bytes[end]))
        end++;
    return text_slice(path, 0, end - begin < MIN_PREFIX ? stem_end : end);
}

bool export_files_belong_together(const struct export_file *a, const struct export_file *b)
{
    return a->connector == b->connector &&
           text_equal(export_path_prefix(a->path), export_path_prefix(b->path)) &&
           text_equal(export_path_extension(a->path), export_path_extension(b->path));
}
